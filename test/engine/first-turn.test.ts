import {
  child,
  continueAsNew,
  type Coroutine,
  gather,
  runInfo,
  setAttributes,
  setStatus,
  signal,
  sleep,
  step,
  stream,
  workflow,
} from 'lull';
import { Client } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it, vi } from 'vitest';
import { SmallCloud, START_MS } from './small-cloud.ts';
import { turnOfTheLoop } from '../../lib/testing/real-time.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { NewRun } from '../../lib/ports/store.ts';

const go = signal<string>('go');

const nothing = workflow('nothing', function* (word: string) {
  return `${word}!`;
});

const threeSteps = workflow('threeSteps', function* () {
  const gives = [];
  for (const name of ['a', 'b', 'c']) gives.push(yield* step(name, () => name));
  return gives;
});

const waits = workflow('waits', function* () {
  setStatus('waiting');
  setAttributes({ customer: 'c1' });
  return yield* go.receive();
});

const sleeps = workflow('sleeps', function* () {
  yield* sleep('1 day');
  return 'woken';
});

function world(workflows: readonly unknown[], options: Partial<Parameters<typeof createTestEngine>[0]> = {}) {
  const calls: string[] = [];
  const table = new MemoryStore();
  const store = aroundStore(table, async (call, go) => {
    calls.push(call.operation);
    return go();
  });
  const engine = createTestEngine({ workflows: workflows as never, store, firstTurnInApi: true, ...options });
  const writes = (): string[] => {
    const reads = /^(read|load|list)/;
    return calls.splice(0).filter((operation) => !reads.test(operation));
  };
  return { engine, table, writes };
}

const tokens = stream<string>('tokens');

const streams = workflow('streams', function* () {
  yield* tokens.write('a');
  yield* tokens.write('b');
  return 'written';
});

describe('a run whose starter takes the first turn', () => {
  it('writes to streams what its code writes, with the record', async () => {
    const { engine, table } = world([streams]);
    const run = await engine.start(streams, undefined);
    expect(await run.result()).toBe('written');
    const written = await table.readStream(run.id, 'tokens', 1);
    expect(written.flatMap(({ values }) => values)).toHaveLength(2);
    const values: unknown[] = [];
    for await (const { seq, value } of run.stream(tokens)) values.push([seq, value]);
    expect(values).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('is one write if it comes to its end at once', async () => {
    const { engine, table, writes } = world([nothing]);
    const run = await engine.start(nothing, 'hello');
    expect(writes()).toEqual(['createRun']);
    expect(await table.readRun(run.id)).toMatchObject({ status: 'completed', epoch: 1 });
    expect(await run.result()).toBe('hello!');
    expect((await engine.history(run)).map(({ kind }) => kind)).toEqual(['started', 'completed']);
  });

  it('is one write if it comes to rest at once, and a worker goes on with it', async () => {
    const { engine, table, writes } = world([waits]);
    const run = await engine.start(waits);
    expect(writes()).toEqual(['createRun']);
    expect(await run.describe()).toMatchObject({
      status: 'suspended',
      customStatus: 'waiting',
      attributes: { customer: 'c1' },
    });
    expect(await table.readRun(run.id)).not.toHaveProperty('dueAtMs');
    await run.signal(go, 'now');
    expect(await run.result()).toBe('now');
  });

  it('wakes a worker for its timer', async () => {
    const { engine, writes } = world([sleeps]);
    const run = await engine.start(sleeps);
    expect(writes()).toEqual(['createRun']);
    await engine.advance('1 day');
    expect((await run.describe()).status).toBe('completed');
    expect(await run.result()).toBe('woken');
  });

  it('is there before the body of its first step begins, and has its first record', async () => {
    const { engine, writes } = world([threeSteps]);
    let atFirst: string[] = [];
    engine.mockStep('a', () => {
      atFirst = writes();
      return 'a';
    });
    const run = await engine.start(threeSteps);
    expect(atFirst).toEqual(['createRun']);
    expect(writes()).toEqual(['putRecord', 'putRecord', 'finish']);
    expect(await run.result()).toEqual(['a', 'b', 'c']);
  });

  it('is the same run when it is started again, and none of its code has an effect', async () => {
    const { engine, writes } = world([threeSteps]);
    const body = vi.fn(() => 'a');
    engine.mockStep('a', body);
    const options = { id: 'twice' };
    await engine.start(threeSteps, undefined, options);
    writes();
    expect((await engine.start(threeSteps, undefined, options)).id).toBe('twice');
    expect(writes()).toEqual(['createRun']);
    expect(body).toHaveBeenCalledTimes(1);
    await expect(engine.start(nothing as never, 'x' as never, options)).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
  });

  it('has an input and a first record that are too large for its item in items of their own', async () => {
    const large = 'x'.repeat(5_000);
    const asks = workflow('asks', function* (word: string) {
      const names = Array.from({ length: 20 }, (_, index) => `step ${index}`);
      return (yield* gather(names.map((name) => step(name, () => word.length)))).at(-1);
    });
    const { engine, writes } = world([asks]);
    const run = await engine.start(asks, large, { id: 'large' });
    const puts = writes();
    expect(puts.slice(0, 2)).toEqual(['putValue', 'createRun']);
    expect(puts.indexOf('putRecord')).toBe(3); // and before that the input again, which a purge may have taken
    expect(puts.at(-1)).toBe('finish');
    expect(await run.result()).toBe(5_000);
  });

  it('puts a large result beside the run only when the run is its own', async () => {
    const { engine, writes } = world([nothing]);
    const word = 'w'.repeat(300);
    await engine.start(nothing, word, { id: 'own' });
    writes();
    await engine.start(nothing, word, { id: 'own' });
    expect(writes()).toEqual(['putValue', 'createRun', 'deleteValue']); // its input, and away with it
    expect(await engine.client.run('own').result()).toBe(`${word}!`);
  });

  it('fails with its code', async () => {
    const fails = workflow('fails', function* () {
      throw new RangeError('no');
    });
    const { engine, writes } = world([fails]);
    const run = await engine.start(fails);
    expect(writes()).toEqual(['createRun']);
    await expect(run.result()).rejects.toThrow('no');
  });

  it('is failed by an error that its code left behind', async () => {
    const careless = workflow('careless', function* () {
      void Promise.reject(new RangeError('left behind'));
      return 1;
    });
    const { engine } = world([careless], { log: { debug() {}, info() {}, warn() {}, error() {} } });
    const run = await engine.start(careless);
    await expect(run.result()).rejects.toThrow('left behind');
  });

  it('is tried again from where it failed', async () => {
    let isBroken = true;
    const repaired = workflow('repaired', function* () {
      yield* step('done', () => 1);
      return yield* step('works', { retry: { maxAttempts: 1 } }, () => {
        if (isBroken) throw new Error('broken');
        return 'well';
      });
    });
    const { engine } = world([repaired]);
    const run = await engine.start(repaired);
    expect((await run.describe()).status).toBe('failed');
    isBroken = false;
    await run.retry();
    expect(await run.result()).toBe('well');
    expect(engine.calls('done')).toHaveLength(1);
  });

  it('waits in place for what is near', async () => {
    const near = workflow('near', function* () {
      yield* sleep('200ms');
      return runInfo().workflow;
    });
    const { engine, writes } = world([near]);
    const run = await engine.start(near);
    expect(writes()).toEqual(['createRun', 'finish']);
    expect(await run.result()).toBe('near');
  });

  it('continues as new', async () => {
    const links = workflow('links', function* (link: number): Coroutine<number> {
      return link === 3 ? link : yield* continueAsNew(link + 1);
    });
    const { engine } = world([links]);
    expect(await engine.run(links, 1)).toBe(3);
  });

  it('asks other runs for things, as in a worker', async () => {
    const parent = workflow('parent', function* () {
      return yield* child(nothing, 'child');
    });
    const { engine } = world([parent, nothing]);
    expect(await engine.run(parent, undefined)).toBe('child!');
  });
});

describe('what the starter leaves to a worker', () => {
  const DUE = { status: 'suspended', epoch: 1, dueAtMs: 0 };

  it.each([{ atMostOnce: true }, { timeout: '1m' }])(
    'a step with %o, which a worker has more time for',
    async (options) => {
      const body = vi.fn(() => 'done');
      const long = workflow('long', function* () {
        return yield* step('body', options, body);
      });
      const cloud = new SmallCloud([long]);
      const run = await cloud.starter().start(long);
      expect(body).not.toHaveBeenCalled();
      expect(await cloud.run(run.id)).toMatchObject(DUE);
      expect(cloud.wakes.takeDue(START_MS)).toHaveLength(1);
      await cloud.worker().turn(run.id);
      expect(await run.result()).toBe('done');
    },
  );

  it('the same after steps of its own', async () => {
    const body = vi.fn(() => 'done');
    const later = workflow('later', function* () {
      yield* step('first', () => 1);
      return yield* step('once', { atMostOnce: true }, body);
    });
    const cloud = new SmallCloud([later]);
    const run = await cloud.starter().start(later);
    expect(body).not.toHaveBeenCalled();
    expect(await cloud.run(run.id)).toMatchObject(DUE);
    expect(cloud.wakes.takeDue(START_MS)).toHaveLength(1);
    await cloud.worker().turn(run.id);
    expect(await run.result()).toBe('done');
  });

  it('a body that is cut off by the end of the turn: it has not failed, and begins again', async () => {
    let attempts = 0;
    const slow = workflow('slow', function* () {
      return yield* step('slow', { retry: { maxAttempts: 1 } }, () => {
        attempts += 1;
        return attempts === 1 ? new Promise<string>(() => undefined) : 'done';
      });
    });
    const cloud = new SmallCloud([slow]);
    const starting = cloud.starter().start(slow);
    for (let second = 0; second < 10; second += 1) {
      await turnOfTheLoop();
      cloud.pass(1_000);
    }
    const run = await starting;
    expect(await cloud.run(run.id)).toMatchObject(DUE);
    await cloud.worker().turn(run.id);
    expect(await run.result()).toBe('done');
    expect(attempts).toBe(2);
  });

  it('runs with a delay', async () => {
    const cloud = new SmallCloud([nothing]);
    const run = await cloud.starter().start(nothing, 'x', { delay: '1h' });
    expect(await cloud.run(run.id)).toMatchObject({ status: 'pending', epoch: 0 });
    expect(cloud.wakes.takeDue(START_MS + 3_600_000)).toHaveLength(0); // the sweeper sends it: it is far away
  });

  it('runs whose workflow is paused', async () => {
    const cloud = new SmallCloud([nothing]);
    await cloud.client.workflows.pause('nothing');
    const run = await cloud.starter().start(nothing, 'x');
    expect(await cloud.run(run.id)).toMatchObject({ status: 'pending', epoch: 0 });
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'skipped', reason: 'workflow-paused' });
  });

  it('runs whose code it does not know', async () => {
    const cloud = new SmallCloud([nothing]);
    const run = await cloud.starter().start(sleeps);
    expect(await cloud.run(run.id)).toMatchObject({ status: 'pending', epoch: 0 });
    expect(cloud.wakes.takeDue(START_MS)).toHaveLength(1);
  });

  it('the run of a start with a signal: the signal waits for no turn', async () => {
    const cloud = new SmallCloud([waits]);
    await cloud.starter().signalWithStart(waits, undefined, { id: 'w', signal: go, payload: 'now' });
    expect(await cloud.run('w')).toMatchObject({ epoch: 0, wakes: 1 });
  });

  it('a run that could not be begun: it is started all the same', async () => {
    const cloud = new SmallCloud([nothing]);
    const newSeed = (): string => {
      throw new Error('no seed');
    };
    const run = await cloud.starter({ newSeed }).start(nothing, 'x');
    expect(await cloud.run(run.id)).toMatchObject({ status: 'pending', epoch: 0 });
  });
});

describe('the creation', () => {
  it('that had no answer is known by its nonce, and the turn goes on', async () => {
    const table = new MemoryStore();
    let isLost = true;
    const store = aroundStore(table, async ({ operation, args }, go) => {
      const answer = await go();
      if (operation !== 'createRun' || !isLost) return answer;
      isLost = false;
      return store.createRun(args[0] as NewRun) as never; // as the client of the table repeats it
    });
    const engine = createTestEngine({ workflows: [threeSteps], store, firstTurnInApi: true });
    const run = await engine.start(threeSteps);
    expect((await table.readRun(run.id))?.status).toBe('completed');
  });

  it('of a twin in the same millisecond is not taken for its own', async () => {
    const { engine, table } = world([threeSteps]);
    const starts = [1, 2, 3].map(() => engine.start(threeSteps, undefined, { id: 'one' }));
    await Promise.all(starts);
    expect(await engine.client.run('one').result()).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'b', 'c']) expect(engine.calls(name)).toHaveLength(1);
    expect((await table.loadRecords('one', 0)).map(({ nonce }) => nonce).every((n, _, [first]) => n === first)).toBe(
      true,
    );
  });

  it('is checked: a Client takes what createFirstTurns makes', () => {
    expect(() => new Client({ firstTurns: true as never })).toThrow(
      'the firstTurns of a Client are true: give what createFirstTurns of lull/lambda makes',
    );
  });
});
