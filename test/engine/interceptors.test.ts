/** Hooks around turns and steps: what they see, and that whatever they do, a run goes on as it would without them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { gather, RetryAfterError, runInfo, sleep, step, stepContext, workflow } from '../../lib/index.ts';
import type { Interceptor } from '../../lib/ports/interceptor.ts';
import { createCloud, createEngineOn } from '../../lib/testing/create-test-engine.ts';
import { createTestEngine, type TestEngine, type TestEngineOptions } from '../../lib/testing/index.ts';
import { KeptLog } from '../client/client-world.ts';
import { startHandlers } from '../conformance/homes/handler-engine.ts';
import { SmallCloud } from './small-cloud.ts';

const store = new AsyncLocalStorage<string>();
let attempts = 0;

const order = workflow('order', function* (label: string) {
  const seen = store.getStore();
  const inStep = yield* step('charge', async () => {
    await Promise.resolve();
    return `${store.getStore()} in ${stepContext().stepId}`;
  });
  yield* sleep('1 hour');
  const tries = yield* step('try twice', { retry: { maxAttempts: 2 } }, () => {
    attempts += 1;
    if (attempts === 1) throw new RetryAfterError('1s', 'later');
    return attempts;
  });
  return { label, seen, inStep, tries };
});

const failing = workflow('failing', function* () {
  yield* step('fail', { retry: false }, () => {
    throw new RangeError('too much');
  });
});

const two = workflow('two', function* () {
  return yield* gather([step('a', () => store.getStore()), step('b', () => store.getStore())]);
});

function open(interceptors: readonly Interceptor[], options: Partial<TestEngineOptions> = {}) {
  attempts = 0;
  const log = new KeptLog();
  const engine = createTestEngine({ workflows: [order, failing, two], interceptors, log, ...options });
  const warnings = (): string[] => log.lines.filter(([level]) => level === 'warn').map(([, text]) => String(text));
  return { engine, warnings };
}

/** The result without any hooks. */
async function plain(): Promise<unknown> {
  return open([]).engine.run(order, 'x');
}

describe('hooks', () => {
  it('see each turn, each attempt and the end, with the attributes of the run', async () => {
    const seen: string[] = [];
    const interceptor: Interceptor = {
      async aroundTurn({ runId, workflow: name, attributes, epoch, takesOver }, next) {
        seen.push(`turn ${runId} ${name} ${String(attributes['tenant'])} ${epoch} ${takesOver}`);
        seen.push(`turn ends ${await next()}`);
      },
      async aroundStep({ step: name, stepId, attempt, attributes, workflow: of }, next) {
        seen.push(`${of} ${String(attributes['tenant'])} ${name} ${stepId} ${attempt}`);
        try {
          seen.push(`gave ${String(await next())}`);
        } catch (error) {
          seen.push(`threw ${String(error)}`);
          throw error;
        }
      },
      onRunEnd: ({ runId, status }) => void seen.push(`${runId} ${status}`),
    };
    const { engine, warnings } = open([interceptor]);
    const run = await engine.start(order, 'x', { id: 'r1', attributes: { tenant: 't1' } });
    await run.result();
    await engine.settle();
    expect(seen).toEqual([
      'turn r1 order t1 1 false',
      'order t1 charge charge#1 1',
      'gave undefined in charge#1',
      'turn ends suspended',
      'turn r1 order t1 2 false',
      'order t1 try twice try twice#3 1',
      'threw RetryAfterError: later',
      'order t1 try twice try twice#3 2',
      'gave 2',
      'r1 completed',
      'turn ends completed',
    ]);
    expect(warnings()).toEqual([]); // an error of the body may be passed on
  });

  it('run within each other, in order', async () => {
    const seen: string[] = [];
    const named = (name: string): Interceptor => ({
      async aroundStep(_info, next) {
        seen.push(`${name} begins`);
        await next();
        seen.push(`${name} ends`);
      },
    });
    await open([named('outer'), named('inner')])
      .engine.run(failing)
      .catch(() => undefined);
    expect(seen).toEqual(['outer begins', 'inner begins']);
    await open([named('outer'), named('inner')]).engine.run(two);
    expect(seen.filter((line) => line.startsWith('outer'))).toHaveLength(5);
  });

  it('give a step their contexts, and workflow code none', async () => {
    const interceptor: Interceptor = {
      aroundTurn: (_info, next) => store.run('turn', next),
      aroundStep: ({ step: name }, next) => store.run(`${store.getStore()} > ${name}`, next),
    };
    for (const rebuildAtEveryAwait of [false, true]) {
      const { engine } = open([interceptor], { rebuildAtEveryAwait });
      const result = { label: 'x', seen: undefined, inStep: 'turn > charge in charge#1', tries: 2 };
      expect(await engine.run(order, 'x')).toEqual(result);
      expect(await engine.run(two)).toEqual(['turn > a', 'turn > b']);
    }
    expect(await open([{ aroundTurn: (_info, next) => store.run('turn', next) }]).engine.run(two)).toEqual([
      'turn',
      'turn',
    ]);
  });
});

describe('whatever a hook does, the run goes on as without it', () => {
  const forever = (): Promise<never> => new Promise(() => undefined);
  const misdeeds: [string, (next: () => Promise<unknown>) => unknown, RegExp | undefined][] = [
    ['throws before', () => raise('bad hook'), /has thrown/],
    ['rejects before', () => Promise.reject(new Error('bad hook')), /has thrown/],
    ['throws after', async (next) => (await next(), raise('bad hook')), /has thrown/],
    ['never calls next', () => 'mine', /without a call of next/],
    ['never calls next, and never ends', forever, /has not called next for 10000 ms/],
    ['calls next twice', (next) => Promise.all([next(), next()]), undefined],
    ['returns something else', async (next) => (await next(), 'mine'), undefined],
    ['returns at once', (next) => void next(), undefined],
    ['leaves a promise behind', (next) => (void Promise.reject(new Error('left')), next()), /has thrown/],
    ['swallows an error', (next) => next().catch(() => 'mine'), undefined],
  ];

  it.each(misdeeds)('around a step: it %s', async (_what, aroundStep, warning) => {
    const { engine, warnings } = open([{ aroundStep: (_info, next) => aroundStep(next) }]);
    expect(await engine.run(order, 'x')).toEqual(await plain());
    await expect(open([{ aroundStep: (_info, next) => aroundStep(next) }]).engine.run(failing)).rejects.toThrow(
      'too much',
    );
    if (warning === undefined) expect(warnings()).toEqual([]);
    else expect(warnings()[0]).toMatch(warning);
  });

  it.each(misdeeds)('around a turn: it %s', async (_what, aroundTurn, warning) => {
    const { engine, warnings } = open([{ aroundTurn: (_info, next) => aroundTurn(next) }]);
    expect(await engine.run(order, 'x')).toEqual(await plain());
    if (warning === undefined) expect(warnings()).toEqual([]);
    else expect(warnings()[0]).toMatch(warning);
  });

  it('at the end of a run: it throws', async () => {
    const { engine, warnings } = open([{ onRunEnd: () => raise('bad hook') }]);
    expect(await engine.run(order, 'x')).toEqual(await plain());
    expect(warnings()[0]).toMatch(/onRunEnd.* has thrown/);
  });
});

it('what are no interceptors is refused', () => {
  const make = (interceptors: unknown) => (): TestEngine =>
    createTestEngine({ workflows: [order], interceptors: interceptors as Interceptor[] });
  expect(make({})).toThrow(/give an array/);
  expect(make([undefined])).toThrow(/element 0/);
  expect(make([{ aroundSteps: () => undefined }])).toThrow(/there are aroundStep, aroundTurn, onRunEnd/);
  expect(make([{ aroundStep: 1 }])).toThrow(/give a function/);
});

it('a module exports them beside its workflows: the worker that is deployed has them too', async () => {
  const seen: string[] = [];
  const interceptors: Interceptor[] = [{ aroundStep: ({ step: name }, next) => (seen.push(name), next()) }];
  const info = workflow('info', function* () {
    return yield* step('note', () => typeof runInfo);
  });
  const workflows = { info, interceptors };
  expect(await createTestEngine({ workflows }).run(info)).toBe('function');
  const options = { workflows };
  const cloud = createCloud(options, undefined, startHandlers({ isCold: true, writeLine: () => undefined }));
  await createEngineOn(cloud, options).run(info);
  expect(seen).toEqual(['note', 'note']);
});

function raise(message: string): never {
  throw new Error(message);
}

describe('turns of one process', () => {
  const never = new Promise<void>(() => undefined);
  const waiting = workflow('waiting', function* () {
    yield* step('wait', () => never);
  });
  const quick = workflow('quick', function* () {
    return yield* step('give', () => 1);
  });

  it('do not wait for the hooks of each other', async () => {
    const cloud = new SmallCloud([waiting, quick]);
    const worker = cloud.worker({ interceptors: [{ aroundStep: (_info, next) => next() }] });
    await cloud.client.start(waiting, undefined, { id: 'slow' });
    await cloud.client.start(quick, undefined, { id: 'fast' });
    void worker.turn('slow');
    await allToGoOn();
    const ends: string[] = [];
    void worker.turn('fast').then(({ kind }) => ends.push(kind));
    await allToGoOn();
    expect(ends).toEqual(['ended']); // no time has passed
  });
});

async function allToGoOn(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
