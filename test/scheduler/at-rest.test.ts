/**
 * What the scheduler keeps of a run at rest is data: objects with fields, no closures, so that it can be stored.
 *
 * Programs are run until they wait for something outside. Then everything that is reachable from the run is walked, private
 * fields and the variables of suspended generators included. What is neither the author's nor behind `RunHost` is objects of
 * classes that have a name, what JavaScript has of data, and the generators of own-generators.ts.
 */
import * as lull from 'lull';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ChaCha20 } from '../../lib/core/chacha20.ts';
import type { LiveRun } from '../../lib/scheduler/live-run.ts';
import { scenarios } from '../asyncio/scenarios.ts';
import { createTrace } from '../asyncio/trace.ts';
import { openKit } from '../conformance/homes/engine-stage.ts';
import { play } from '../conformance/play.ts';
import { nameOf, workflowsOf } from '../conformance/program.ts';
import { allPrograms } from '../conformance/programs/all-programs.ts';
import { drive, newRun, START_MS } from './drive.ts';
import { atEachRest } from './each-rest.ts';
import { ownGenerators } from './own-generators.ts';
import { restingPrograms } from './resting-programs.ts';
import { StateWalker } from './walk-state.ts';

const walker = new StateWalker();
afterAll(() => walker.close());

/** Known, with the reason. */
const ALLOWED: readonly string[] = [
  // The body of a transaction holds the author's function; what it is retried for is the same for all.
  'function () => prepare(name, collect) api/transaction.ts',
  'function (error) => error.code === "TRANSACTION_CONFLICT" core/transaction/retry.ts',
  // Draws of a fork come from the secrets of several runs.
  'function () => (later.findLast(({ at }) => at <= lastCommandId())?.ra engine/run-secrets.ts',
  // Which generators were given to a task: it is asked for each of those that are stored.
  'weak [object WeakSet] scheduler/awaitable-registry.ts',
  // Of an entity, which only asks them while it is there: they are compiled with lull's own code, where runs are stored.
  'function (args) => reads[name]?.(this.state(), ...args) api/running-entity.ts',
  'function () => this.#isOver api/running-entity.ts',
  // The same in each process.
  'symbol Symbol(the values of a stream) scheduler/pending-commands.ts',
  // For those who look at a run. A run that only goes on has none.
  'weak [object WeakMap] scheduler/await-trace.ts',
];

const generators = new Set<string>();

/** What is lull's own and no data, but for what is known. */
function strange(run: object): string[] {
  const lines: string[] = [];
  for (const { kind, what, file, path } of walker.walk(run, { except: ['RunHost'] }).found) {
    const own = /^(?!.*\/node_modules\/).*?\/lib\/((?!schedule\/).*)/.exec(file)?.[1]; // schedules are workflows, and what they hold is an author's
    if (own === undefined) continue;
    if (kind === 'generator') generators.add(`${own} ${what}`);
    const isKnown =
      kind === 'generator' ? ownGenerators.includes(`${own} ${what}`) : ALLOWED.includes(`${kind} ${what} ${own}`);
    if (!isKnown) lines.push(`${kind} ${what} ${own}: ${path}`);
  }
  return lines;
}

const seeded = { random: new ChaCha20(new Uint8Array(32)) };

const startedRun = (body: () => lull.Coroutine<unknown>, live = {}): LiveRun => {
  const run = newRun(body, { strict: false, live: { ...seeded, ...live } });
  run.deliver({ kind: 'started', atMs: START_MS, version: 'v1' });
  return run;
};

describe('a run at rest is data', () => {
  it.each(Object.entries(restingPrograms))('%s', (_name, body) => {
    const run = startedRun(body);
    expect(run.outcome()).toEqual({ kind: 'going-on' });
    expect(strange(run)).toEqual([]);
  });

  it('the programs use each function and class that authors have', () => {
    const source = readFileSync(new URL('resting-programs.ts', import.meta.url), 'utf8');
    const body = source.slice(source.indexOf('const answer'));
    const names = Object.keys(lull).filter((name) => typeof lull[name as keyof typeof lull] === 'function');
    const isNoAwait = (name: string): boolean =>
      /Error$|^Queue.+|^isCancelled$|^ExceptionGroup$|^registerClass$|^Batch$/.test(name);
    expect(names.filter((name) => !isNoAwait(name) && !new RegExp(`\\b${name}\\b[(<]`).test(body))).toEqual([]);
  });

  it.each(Object.entries(restingPrograms))('while somebody looks at it: %s', (_name, body) => {
    expect(strange(startedRun(body, { tracesAwaits: true }))).toEqual([]);
  });

  it('at each rest of each scenario of CPython', { timeout: 300_000 }, () => {
    const found: string[] = [];
    let name = '';
    const end = atEachRest((run) => found.push(...strange(run).map((line) => `${name}: ${line}`)));
    try {
      for (const [scenarioName, scenario] of Object.entries(scenarios)) {
        name = scenarioName;
        drive(createTrace(scenario).body, { strict: false, live: seeded });
      }
    } finally {
      end();
    }
    expect(found).toEqual([]);
  });

  it('at rests of each program of the conformance suite, the examples among them', { timeout: 300_000 }, async () => {
    const found: string[] = [];
    for (const program of allPrograms) {
      if (nameOf(program).startsWith('asyncio.')) continue; // the scenarios
      let rests = 0;
      const end = atEachRest((run) => {
        rests += 1;
        // A run rests at each event: its first ones, and then fewer and fewer.
        if (rests > 3 && !Number.isInteger(Math.log2(rests))) return;
        found.push(...strange(run).map((line) => `${nameOf(program)}: ${line}`));
      });
      try {
        await play(program, openKit({ workflows: workflowsOf(program) }));
      } finally {
        end();
      }
    }
    expect(found).toEqual([]);
  });

  it('each generator of the list is one in which a run of these waits', () => {
    expect(ownGenerators.filter((known) => !generators.has(known))).toEqual([]);
  });
});

describe('the walk', () => {
  it('finds a closure in a private field, in a map, and in a variable of a suspended generator', () => {
    class Holder {
      readonly #map = new Map<string, unknown>([['key', { close: () => 1 }]]);
      readonly #generator = this.#generate();
      constructor() {
        this.#generator.next();
      }
      *#generate(): Generator<number> {
        const local = (): number => this.#map.size;
        yield 1;
        local();
      }
    }
    const { found } = walker.walk(new Holder(), { except: [] });
    const functions = found.filter(({ kind }) => kind === 'function');
    expect(functions.map(({ what }) => what).sort()).toEqual(['() => 1', expect.stringContaining('#map.size')]);
    expect(functions.every(({ file }) => file.includes('at-rest.test.ts'))).toBe(true);
  });

  it('goes into the generator that another one delegates to', () => {
    const outer = function* (): Generator<number> {
      yield* inner([1, 2]);
    };
    function* inner(numbers: number[]): Generator<number> {
      const [first] = numbers.values();
      const rest = numbers.values();
      yield first ?? 0;
      yield* rest;
    }
    const generator = outer();
    generator.next();
    const { found } = walker.walk({ generator }, { except: [] });
    expect(found.map(({ kind, what, path }) => `${kind} ${what} ${path}`).sort()).toEqual([
      'generator inner run.generator.awaits',
      'generator outer run.generator',
      'iterator [object Array Iterator] run.generator.awaits.rest',
    ]);
    expect([...generator]).toEqual([1, 2]);
    expect(walker.walk({ generator }, { except: [] }).found).toEqual([]);
  });

  it('finds what is weak, what is not there yet, and a symbol that no other process has', () => {
    const root = { weak: new WeakMap(), promise: Promise.resolve(), symbol: Symbol('own'), known: Symbol.for('known') };
    const found = new Map(walker.walk(root, { except: ['Promise'] }).found.map(({ kind, path }) => [path, kind]));
    expect(found).toEqual(
      new Map([
        ['run.weak', 'weak'],
        ['run.promise', 'promise'],
        ['run.symbol', 'symbol'],
      ] as const),
    );
  });

  it('goes from the run to the tasks, the commands, the signals and the generators', () => {
    const { classes } = walker.walk(startedRun(restingPrograms['steps, timers and signals']!), { except: ['RunHost'] });
    expect([...classes.keys()]).toEqual(
      expect.arrayContaining([
        'CoroutineTask',
        'PendingCommands',
        'SignalBuffer',
        'WorkflowCall',
        'ChaCha20',
        'RunHost',
      ]),
    );
  });
});
