/** What a run waits for, as `describe({ tasks: true })` says it: by its code, and by its journal alone. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  callback,
  child,
  createTask,
  Event,
  Future,
  gather,
  Lock,
  Queue,
  race,
  shield,
  signal,
  sleep,
  step,
  taskGroup,
  timeout,
  update,
  wait,
  waitUntil,
  workflow,
  type Coroutine,
} from 'lull';
import { Client, type OpenRunDescription } from 'lull/client';
import { createTestEngine, MemoryStore } from 'lull/testing';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { describe, expect, it } from 'vitest';
import { silent } from '../testing/silent.ts';

const approved = signal<string>('approved');
const lines = readFileSync(import.meta.filename, 'utf8').split('\n');

/** As in `waits-for.test.ts:30`: the line with the mark. */
function lineOf(mark: string): string {
  return `${basename(import.meta.filename)}:${lines.findIndex((line) => line.includes(`// ${mark}`)) + 1}`;
}

function atLine(mark: string): unknown {
  return expect.stringMatching(new RegExp(`^${lineOf(mark)}:\\d+$`));
}

async function waitsOf(body: () => Coroutine<unknown>, after = '0s') {
  const flow = workflow('flow', body);
  const inner = workflow('inner', function* () {
    yield* sleep('1 day');
  });
  const engine = createTestEngine({ workflows: [flow, inner], log: silent, strict: false });
  const run = await engine.start(flow);
  await engine.settle();
  await engine.advance(after);
  const { waitsFor } = (await run.describe({ tasks: true })) as OpenRunDescription;
  if (waitsFor?.from !== 'code') throw new Error('the code was not asked');
  return waitsFor.tasks;
}

const BEGIN = new Date('2030-01-01T00:00:00Z');
const after = (ms: number): Date => new Date(BEGIN.getTime() + ms);
const DAY = 86_400_000;

const inner = workflow('inner', function* () {
  yield* sleep('1 day');
});

describe('the await points of a run', () => {
  it('are at the line of the author, with the calls around them and the limit that ends them', async () => {
    const tasks = await waitsOf(function* () {
      yield* sleep('1 day');
      const receiving = approved.receive();
      yield* timeout('7 days', receiving); // signal within a limit
    }, '3 days');
    expect(tasks).toEqual([
      {
        id: '1',
        name: 'Task-1',
        awaits: [{ kind: 'signal', name: 'approved', since: after(DAY), until: after(8 * DAY) }],
        calls: ['timeout()', 'receive() of signal "approved"'],
        at: atLine('signal within a limit'),
        tasks: [],
      },
    ]);
  });

  it('name the lines that led there through helpers of the author', async () => {
    const ask = function* (): Coroutine<string> {
      return yield* approved.receive(); // in a helper
    };
    const [task] = await waitsOf(function* () {
      yield* ask(); // the call of the helper
    });
    expect(task).toMatchObject({ at: atLine('in a helper'), calledFrom: [atLine('the call of the helper')] });
  });

  it('are a tree of tasks, each below the one that created it', async () => {
    const tasks = await waitsOf(function* () {
      const named = createTask(
        (function* (): Coroutine<void> {
          yield* gather([sleep('1h'), sleep('2h')]); // inside
        })(),
        { name: 'inside' },
      );
      yield* named; // the task
    });
    expect(tasks).toMatchObject([
      {
        awaits: [{ kind: 'task', taskId: '2', name: 'inside' }],
        at: atLine('the task'),
        tasks: [
          {
            name: 'inside',
            calls: ['gather()'],
            at: atLine('inside'),
            awaits: [
              { kind: 'task', name: 'Task-3' },
              { kind: 'task', name: 'Task-4' },
            ],
            tasks: [
              { name: 'Task-3', awaits: [{ kind: 'sleep', until: after(3_600_000) }] },
              { name: 'Task-4', awaits: [{ kind: 'sleep', until: after(7_200_000) }] },
            ],
          },
        ],
      },
    ]);
  });

  it('say of a step which attempt comes when, and what the last one failed with', async () => {
    const [task] = await waitsOf(function* () {
      const charge = (): never => {
        throw new TypeError('card declined');
      };
      yield* step('charge', { retry: { firstDelay: '1h', jitter: 0 } }, charge); // retries
    });
    expect(task).toMatchObject({
      at: atLine('retries'),
      awaits: [
        {
          kind: 'step',
          name: 'charge',
          stepId: 'charge#1',
          since: BEGIN,
          attempt: 2,
          retryAt: after(3_600_000),
          lastError: 'TypeError: card declined',
        },
      ],
    });
  });

  it('show nothing of what a sensitive step failed with', async () => {
    const [task] = await waitsOf(function* () {
      yield* step('read card', { sensitive: true, retry: { firstDelay: '1h' } }, () => {
        throw new Error('4242');
      });
    });
    expect(task!.awaits[0]).toMatchObject({ kind: 'step', attempt: 2 });
    expect(JSON.stringify(task)).not.toContain('4242');
  });

  it('name a callback, a child and what other tasks do', async () => {
    const tasks = await waitsOf(function* () {
      const lock = new Lock();
      yield* lock.acquire();
      yield* gather({
        callback: callback('paid', { timeout: '2 days' }), // a callback
        child: child(inner), // a child
        lock: lock.acquire(), // a lock
        queue: new Queue<number>().get(),
        event: new Event().wait(),
        future: new Future<void>(),
        predicate: waitUntil(() => false),
        race: race([approved.receive(), sleep('1h')]),
        shield: shield(sleep('3h')),
      });
    });
    const all = [tasks[0]!, ...tasks[0]!.tasks].flatMap(({ awaits }) => awaits);
    expect(all).toEqual(
      expect.arrayContaining([
        { kind: 'callback', name: 'paid', since: BEGIN, until: after(2 * DAY) },
        { kind: 'run', runId: expect.any(String) as string, since: BEGIN },
        { kind: 'call', call: 'lock.acquire()', since: BEGIN },
        { kind: 'call', call: 'queue.get()', since: BEGIN },
        { kind: 'call', call: 'event.wait()', since: BEGIN },
        { kind: 'call', call: 'waitUntil()', since: BEGIN },
        { kind: 'signal', name: 'approved', since: BEGIN },
      ]),
    );
  });

  it('of wait and of a task group are the tasks that have not ended', async () => {
    const tasks = await waitsOf(function* () {
      yield* taskGroup(function* (group) {
        group.createTask(sleep('0s'), { name: 'short' });
        const long = group.createTask(sleep('1h'), { name: 'long' });
        yield* wait([long], { timeout: '30m' });
      });
    }, '40m');
    expect(tasks[0]).toMatchObject({ calls: ['taskGroup()'], awaits: [{ kind: 'task', name: 'long' }] });
  });

  it('of an update that is being carried out stand beside those of the body', async () => {
    const add = update<string, void>('add');
    const flow = workflow('flow', function* () {
      add.handle({
        *run(item) {
          yield* step(`reserve ${item}`, { retry: { firstDelay: '1h' } }, () => {
            throw new Error('none left');
          });
        },
      });
      yield* approved.receive();
    });
    const engine = createTestEngine({ workflows: [flow], log: silent });
    const run = await engine.start(flow);
    await engine.settle();
    await run.update(add, 'tea', { timeout: '1s' }).catch(() => undefined);
    const { waitsFor } = (await run.describe({ tasks: true })) as OpenRunDescription;
    expect(waitsFor).toMatchObject({
      tasks: [{ awaits: [{ kind: 'signal' }] }, { awaits: [{ kind: 'step', name: 'reserve tea' }] }],
    });
  });

  it('of a run that is blocked are those of where its code stands, with what it asks for', async () => {
    const flowOf = (name: string) =>
      workflow('flow', function* () {
        yield* step(name, () => 1); // asks for it
        yield* approved.receive();
      });
    const engine = createTestEngine({ workflows: [flowOf('charge')], log: silent });
    const run = await engine.start(flowOf('charge'));
    await engine.settle();
    await engine.deploy([flowOf('charge card')]);
    await run.signal(approved, 'yes');
    await engine.settle();
    expect(await run.describe({ tasks: true })).toMatchObject({
      status: 'blocked',
      blocked: { recorded: '#1 step "charge"', requested: 'asks for #1 step "charge card"' },
      waitsFor: {
        from: 'code',
        tasks: [{ at: atLine('asks for it'), awaits: [{ kind: 'step', name: 'charge card' }] }],
      },
    });
  });
});

describe('describe with tasks', () => {
  const nap = workflow('nap', function* () {
    yield* gather([sleep('1 day'), approved.receive()]);
    yield* gather([
      step('charge', { retry: { firstDelay: '1h', jitter: 0 } }, () => {
        throw new Error('busy');
      }),
      callback('paid', { timeout: '1h' }),
    ]);
  });

  it('says from the journal alone what has no end in it, where the code is not at hand', async () => {
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [nap], store, log: silent });
    const run = await engine.start(nap);
    await engine.settle();
    await run.signal(approved, 'yes');
    await engine.advance('1 day');
    const client = new Client({ store, clock: { nowMs: () => 0, callAt: () => () => undefined } });
    const { waitsFor } = (await client.run(run.id).describe({ tasks: true })) as OpenRunDescription;
    expect(waitsFor).toEqual({
      from: 'journal',
      awaits: [
        { kind: 'callback', name: 'paid', since: after(DAY), until: after(DAY + 3_600_000) },
        { kind: 'sleep', name: 'callback timeout', since: after(DAY), until: after(DAY + 3_600_000) },
        {
          ...{ kind: 'step', name: 'charge', stepId: 'charge#5', since: after(DAY) },
          ...{ attempt: 2, retryAt: after(DAY + 3_600_000), lastError: 'Error: busy' },
        },
      ],
      because: expect.stringContaining('does not have the code') as string,
    });
  });

  it('says from the journal what it can, where this code does not know the workflow', async () => {
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [nap], store, log: silent });
    const run = await engine.start(nap);
    await engine.settle();
    const { client } = createTestEngine({ workflows: [inner], store, log: silent });
    expect(await client.run(run.id).describe({ tasks: true })).toMatchObject({
      waitsFor: { from: 'journal', because: expect.stringContaining('nap') as string },
    });
  });

  it('says nothing before the first turn, nor of a run that has ended', async () => {
    const engine = createTestEngine({ workflows: [nap], log: silent });
    const run = await engine.start(nap);
    expect(await run.describe({ tasks: true })).not.toHaveProperty('waitsFor');
    await run.terminate();
    await engine.settle();
    expect(await run.describe({ tasks: true })).not.toHaveProperty('waitsFor');
  });

  it('reads the run alone where it is not asked for', async () => {
    const reads: string[] = [];
    const store = aroundStore(new MemoryStore(), (call, go) => {
      reads.push(call.operation);
      return go();
    });
    const engine = createTestEngine({ workflows: [nap], store, log: silent });
    const run = await engine.start(nap);
    await engine.settle();
    reads.length = 0;
    await run.describe();
    expect(reads).toEqual(['readRun']);
    await run.describe({ tasks: true });
    expect(reads).toEqual(['readRun', 'readRun', 'readRun', 'loadRecords']);
  });

  it('shows 1,000 tasks at most, and says how many there are', async () => {
    const many = workflow('many', function* () {
      yield* gather(Array.from({ length: 1_200 }, () => new Event().wait()));
    });
    const engine = createTestEngine({ workflows: [many], log: silent });
    const run = await engine.start(many);
    await engine.settle();
    const { waitsFor } = (await run.describe({ tasks: true })) as OpenRunDescription;
    expect(waitsFor).toMatchObject({ from: 'code', omitted: 201 });
  });

  it('refuses tasks that are neither true nor false', async () => {
    const engine = createTestEngine({ workflows: [nap], log: silent });
    const run = await engine.start(nap);
    await expect(run.describe({ tasks: 'yes' as never })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
