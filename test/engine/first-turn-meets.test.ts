/** A first turn in the process of the starter, with pools, encryption, entities and transactions: as in a worker. */
import { entity, gather, pool, signal, sleep, step, transaction, workflow } from 'lull';
import { createTestEngine, createTestKey, crashEverywhere, MemoryStore } from 'lull/testing';
import { describe, expect, it, vi } from 'vitest';
import { SmallCloud } from './small-cloud.ts';

const firstTurnInApi = true;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

const one = pool('one', { concurrency: 1 });

const work = workflow('work', function* (name: string) {
  const first = yield* step('first', { pool: one }, () => `${name} 1`);
  yield* sleep('1 minute');
  return [first, yield* step('second', { pool: one }, () => `${name} 2`)];
});

describe('a pool', () => {
  it('gives the starter its place, and has it back when the start is over', async () => {
    const body = vi.fn(() => 1);
    const holds = workflow('holds', function* () {
      yield* step('first', { pool: one }, body);
      yield* sleep('1 day');
    });
    const cloud = new SmallCloud([holds]);
    await cloud.starter().start(holds);
    expect(body).toHaveBeenCalledTimes(1);
    expect((await cloud.client.pools.describe('one')).places).toEqual([]);
  });

  it('that is full has the run in its line, and a worker begins the body', async () => {
    const cloud = new SmallCloud([work]);
    await cloud.starter().start(work, 'a', { id: 'a' });
    await cloud.client.pools.pause('one');
    await cloud.starter().start(work, 'b', { id: 'b' });
    expect(await cloud.run('b')).toMatchObject({ status: 'suspended', epoch: 1, placeWaits: [{ pool: 'one' }] });
    expect((await cloud.client.pools.describe('one')).waiting).toMatchObject([{ runId: 'b', step: 1 }]);
    await cloud.client.pools.resume('one');
    const woken = cloud.wakes.takeDue(cloud.clock.nowMs()).map(({ runId }) => runId);
    const worker = cloud.worker();
    for (const runId of [...new Set(woken), 'b']) await worker.turn(runId);
    expect((await cloud.entries('b')).filter(({ kind }) => kind === 'step-completed')).toHaveLength(1);
    expect((await cloud.client.pools.describe('one')).places).toEqual([]);
  });

  it('is not asked for a place for a step that is left to a worker', async () => {
    const body = vi.fn(() => 'done');
    const once = workflow('once', function* () {
      return yield* step('once', { pool: one, atMostOnce: true }, body);
    });
    const asked: string[] = [];
    const cloud = new SmallCloud([once]);
    const run = await cloud.starter({ around: async ({ operation }, go) => (asked.push(operation), go()) }).start(once);
    expect(asked.filter((operation) => /pool|line/i.test(operation))).toEqual([]);
    expect(await cloud.run(run.id)).toMatchObject({ status: 'suspended', dueAtMs: 0 });
    await cloud.worker().turn(run.id);
    expect(await run.result()).toBe('done');
  });

  it('is not asked for one either after steps of the first turn, beside others', async () => {
    const once = workflow('once', function* () {
      yield* step('before', () => 1);
      return yield* gather([
        step('beside', { pool: one }, () => 'b'),
        step('once', { pool: one, timeout: '1 hour' }, () => 'o'),
      ]);
    });
    const cloud = new SmallCloud([once]);
    const run = await cloud.starter().start(once);
    expect(await cloud.run(run.id)).toMatchObject({ status: 'suspended', dueAtMs: 0 });
    expect((await cloud.client.pools.describe('one')).places).toEqual([]);
    await cloud.worker().turn(run.id);
    expect(await run.result()).toEqual(['b', 'o']);
  });

  it('has no place that is lost, wherever the starter dies', async () => {
    await crashEverywhere({
      workflows: [work],
      firstTurnInApi,
      scenario: async (engine) => {
        const runs = [];
        for (const name of ['a', 'b']) runs.push(await engine.start(work, name, { id: name }));
        expect(await Promise.all(runs.map((run) => run.result()))).toEqual([
          ['a 1', 'a 2'],
          ['b 1', 'b 2'],
        ]);
        const left = await engine.client.pools.describe('one');
        expect(left).toMatchObject({ places: [], waiting: [] });
      },
    });
  });
});

const go = signal<string>('go');
const SECRET = 'secret-of-the-customer';

const rests = workflow('rests', function* (word: string) {
  return `${word}, ${yield* go.receive()}`;
});
const ends = workflow('ends', function* (word: string) {
  return `${word}!`;
});
const takesSteps = workflow('takesSteps', function* (word: string) {
  return yield* step(`of ${word}`, () => `${word} done`);
});
const workflows = [rests, ends, takesSteps];

describe('a payload key', () => {
  it('has encrypted what a first turn writes into the run item: nothing is in clear', async () => {
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows, store, firstTurnInApi, payloadKey: createTestKey() });
    const resting = await engine.start(rests, SECRET, { id: 'resting' });
    const ended = await engine.start(ends, SECRET, { id: 'ended' });
    const stepped = await engine.start(takesSteps, SECRET, { id: 'stepped' });
    for (const id of ['resting', 'ended', 'stepped']) {
      const item = (await store.readRun(id))!;
      expect(item.firstTurn).toHaveProperty('sealed');
      expect(item.firstTurn).not.toHaveProperty('entries');
      expect(JSON.stringify([item, await store.loadRecords(id, 0)])).not.toContain(SECRET);
    }
    await resting.signal(go, 'now');
    await engine.crash();
    expect(await resting.result()).toBe(`${SECRET}, now`);
    expect(await ended.result()).toBe(`${SECRET}!`);
    expect(await stepped.result()).toBe(`${SECRET} done`);
    expect((await engine.history(ended)).map(({ kind }) => kind)).toEqual(['started', 'completed']);
  });

  it('has encrypted it, wherever the starter dies', async () => {
    await crashEverywhere({
      workflows,
      firstTurnInApi,
      payloadKey: createTestKey(),
      scenario: async (engine) => {
        expect(await (await engine.start(ends, SECRET, { id: 'ends' })).result()).toBe(`${SECRET}!`);
        expect(await (await engine.start(takesSteps, SECRET, { id: 'steps' })).result()).toBe(`${SECRET} done`);
      },
    });
  });

  it('that is away: the start says so, and there is no run', async () => {
    const store = new MemoryStore();
    const key = createTestKey();
    const engine = createTestEngine({ workflows, store, firstTurnInApi, payloadKey: key, log: silent });
    key.takeAway();
    await expect(engine.start(ends, SECRET, { id: 'none' })).rejects.toMatchObject({ code: 'PAYLOAD_KEY' });
    expect(await store.readRun('none')).toBeUndefined();
    key.giveBack();
    await engine.advance('10s'); // after a refusal a process asks again a while later
    expect(await (await engine.start(ends, SECRET, { id: 'none' })).result()).toBe(`${SECRET}!`);
  });
});

const counter = entity('counter', {
  initial: () => ({ sum: 0 }),
  handlers: {
    add(state, n: number) {
      state.sum += n;
      return state.sum;
    },
  },
  reads: { get: (state) => state.sum },
});
const visit = workflow('visit', function* (page: string) {
  return { sum: yield* counter(page).add(1), seen: yield* counter(page).get() };
});

describe('an entity', () => {
  it('is called by a run in its first turn, and from outside, each call once', async () => {
    await crashEverywhere({
      workflows: [counter, visit],
      firstTurnInApi,
      scenario: async (engine) => {
        expect(await engine.entity(counter, 'home', { idempotencyKey: 'call' }).add(1)).toBe(1);
        const run = await engine.start(visit, 'home', { id: 'visit' });
        expect(await run.result()).toEqual({ sum: 2, seen: 2 });
      },
    });
  });
});

const transfer = workflow('transfer', function* (cents: number) {
  return yield* transaction('book', (tx) => {
    tx.update({
      TableName: 'accounts',
      Key: { id: 'a' },
      UpdateExpression: 'ADD cents :cents',
      ExpressionAttributeValues: { ':cents': cents },
    });
    return cents;
  });
});

describe('a transaction', () => {
  it('is written once in the first turn, together with the record, wherever the starter dies', async () => {
    await crashEverywhere({
      workflows: [transfer],
      firstTurnInApi,
      scenario: async (engine) => {
        const run = await engine.start(transfer, 30, { id: 'transfer' });
        expect(await run.result()).toBe(30);
        expect(await engine.table('accounts').get({ id: 'a' })).toEqual({ id: 'a', cents: 30 });
      },
    });
  });
});
