// What becomes of runs whose payload key is away, slow, or not the one: they are held, and lose nothing.
import { describe, expect, it } from 'vitest';
import { child, gather, setStatus, signal, sleep, step, workflow } from '../../lib/index.ts';
import { KEPT_MS } from '../../lib/encryption/data-keys.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { Store } from '../../lib/ports/store.ts';
import { PayloadKeyError } from '../../lib/ports/world-errors.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createTestEngine, createTestKey, crashEverywhere } from '../../lib/testing/index.ts';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const approved = signal<string>('approved');

const helper = workflow('helper', function* (name: string) {
  yield* sleep('1 hour');
  return `helped ${name}`;
});

const order = workflow('order', function* (name: string) {
  setStatus('begun');
  const charge = yield* step('charge', () => `charged ${name}`);
  const by = yield* approved.receive();
  setStatus('approved');
  const [helped, mailed] = yield* gather([child(helper, name), step('mail', () => `mailed ${by}`)]);
  return [charge, by, helped, mailed];
});

const RESULT = ['charged Ada', 'Bob', 'helped Ada', 'mailed Bob'];

const workflows = [order, helper];

describe('a payload key that is taken away', () => {
  it('blocks runs with the reason, and they go on when it is back, with nothing lost and nothing done twice', async () => {
    const key = createTestKey();
    const engine = createTestEngine({ workflows, payloadKey: key, log: SILENT });
    const run = await engine.start(order, 'Ada');
    await engine.settle();
    await run.signal(approved, 'Bob');
    key.takeAway();
    await engine.crash();
    await engine.advance('2 hours');
    const held = await run.describe();
    expect(held).toMatchObject({ status: 'blocked', blocked: { code: 'PAYLOAD_KEY' } });
    expect(held.status === 'blocked' && held.blocked?.reason).toContain('payload key "test-key" was taken away');
    key.giveBack();
    await engine.advance('2 days');
    expect(await run.result()).toEqual(RESULT);
    expect(engine.calls('charge')).toHaveLength(1);
    expect(engine.calls('mail')).toHaveLength(1);
  });

  it('holds a run in the middle of a turn: what was not recorded is done again, but for a step that is to run once', async () => {
    const key = createTestKey();
    const { slow, finish } = createSlow();
    const engine = createTestEngine({ workflows: [slow], payloadKey: key, invocationLimit: '1 hour', log: SILENT });
    const run = await engine.start(slow);
    await engine.settle();
    key.takeAway();
    await engine.advance(KEPT_MS + 60_000); // the body takes longer than the key is in memory
    finish();
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'blocked', blocked: { code: 'PAYLOAD_KEY' } });
    await engine.advance('3 days'); // many tries, none of which begins a body
    expect(engine.calls('long')).toHaveLength(1);
    key.giveBack();
    await engine.advance('2 days');
    expect(await run.result()).toBe('done after 2');
  });

  it('does not fail the steps by which a run starts or asks another one', async () => {
    const key = createTestKey();
    const engine = createTestEngine({ workflows: [parent, helper], payloadKey: key, log: SILENT });
    const run = await engine.start(parent, 'Ada');
    await engine.settle();
    await engine.crash();
    key.takeAway();
    await engine.advance('3 days');
    expect(await run.describe()).toMatchObject({ status: 'blocked' });
    key.giveBack();
    await engine.advance('2 days');
    expect(await run.result()).toBe('helped Ada');
  });

  it('is noticed within a quarter of an hour by a worker that has the key in memory', async () => {
    const key = createTestKey();
    const ticking = workflow('ticking', function* () {
      for (let tick = 0; tick < 40; tick += 1) yield* sleep('1 minute');
    });
    const engine = createTestEngine({ workflows: [ticking], payloadKey: key, log: SILENT });
    const run = await engine.start(ticking);
    await engine.advance('1 minute');
    key.takeAway();
    await engine.advance(KEPT_MS - 120_000);
    expect(await run.describe()).toMatchObject({ status: 'suspended' });
    await engine.advance('3 minutes');
    expect(await run.describe()).toMatchObject({ status: 'blocked' });
  });

  it('leaves a blocked run that can be terminated, with what was said of why encrypted, and lost', async () => {
    const key = createTestKey();
    const engine = createTestEngine({ workflows, payloadKey: key, log: SILENT });
    const run = await engine.start(order, 'Ada');
    await engine.settle();
    key.takeAway();
    await engine.crash();
    await engine.advance('1 minute');
    key.giveBack();
    await run.terminate('its key is gone'); // accepted; its turn is to come
    key.takeAway();
    await engine.crash();
    await engine.advance('2 hours');
    expect(await run.describe()).toMatchObject({
      status: 'terminated',
      reason: 'the reason cannot be read: it is encrypted, and there was no key',
    });
  });

  it('tells callers at once: nothing is started and nothing is sent in clear', async () => {
    const key = createTestKey();
    const memory = new MemoryStore();
    const engine = createTestEngine({ workflows, store: memory, payloadKey: key, log: SILENT });
    const run = await engine.start(order, 'Ada');
    await engine.settle();
    key.takeAway();
    await engine.advance('20 minutes');
    await expect(engine.start(order, 'Eve', { id: 'second' })).rejects.toThrow(PayloadKeyError);
    await expect(run.signal(approved, 'Bob')).rejects.toThrow(/taken away/);
    expect(await memory.readRun('second')).toBeUndefined();
    expect((await memory.readRun(run.id))?.inboxIds).toEqual([]);
  });

  it('leaves lists and descriptions readable: what cannot be decrypted says so', async () => {
    const memory = new MemoryStore();
    const engine = createTestEngine({ workflows, store: memory, payloadKey: createTestKey(), log: SILENT });
    await engine.start(order, 'Ada', { id: 'a', attributes: { customer: 'c1' } });
    await engine.settle();
    const without = createTestEngine({ workflows, store: memory, log: SILENT });
    const [summary] = await without.list({ workflow: 'order' });
    const encrypted = { encrypted: expect.stringContaining('LULL_PAYLOAD_KEY') as unknown };
    expect(summary).toMatchObject({ id: 'a', attributes: { customer: 'c1' }, customStatus: encrypted });
    expect(await without.client.run('a').describe()).toMatchObject({ status: 'suspended', input: encrypted });
    const reading = async (): Promise<void> => {
      for await (const _event of without.client.run('a').history());
    };
    await expect(reading()).rejects.toMatchObject({
      name: 'PayloadKeyError',
      code: 'PAYLOAD_KEY',
      message: expect.stringMatching(
        /record 1 of run "a" .* no payload key is set here: LULL_PAYLOAD_KEY names/,
      ) as unknown,
    });
  });
});

function createSlow() {
  let finish = (): void => undefined;
  const slow = workflow('slow', function* () {
    const attempt = yield* step('long', ({ attempt }) => {
      if (attempt > 1) return attempt;
      return new Promise<number>((resolve) => {
        finish = () => resolve(attempt);
      });
    });
    return `done after ${attempt}`;
  });
  return { slow, finish: () => finish() };
}

const parent = workflow('parent', function* (name: string) {
  yield* sleep('1 minute');
  return yield* child(helper, name);
});

describe('a run whose key is on and well', () => {
  it('ends in the same way whatever crashes, and wherever', async () => {
    const { points } = await crashEverywhere({
      workflows,
      payloadKey: createTestKey(),
      scenario: async (engine) => {
        const run = await engine.start(order, 'Ada', { id: 'a' });
        await engine.settle();
        await run.signal(approved, 'Bob', { idempotencyKey: 'once' });
        expect(await run.result()).toEqual(RESULT);
      },
    });
    expect(points).toBeGreaterThan(20);
  });

  it('asks the key seldom: once for each data key and process', async () => {
    const key = createTestKey();
    const engine = createTestEngine({ workflows, payloadKey: key });
    for (const name of ['Ada', 'Eve', 'Joe']) {
      const run = await engine.start(order, name);
      await engine.settle();
      await run.signal(approved, 'Bob', { idempotencyKey: 'once' });
    }
    expect(key.requests).toBe(2); // the data key, and the key of digests
  });
});

describe('what was written before there was a payload key', () => {
  it('is read still, and a message that is sent again with its key is the same', async () => {
    const store = new MemoryStore();
    const before = createTestEngine({ workflows, store, log: SILENT });
    const run = await before.start(order, 'Ada', { id: 'a' });
    await before.settle();
    await run.signal(approved, 'Bob', { idempotencyKey: 'once' });
    const after = createTestEngine({ workflows, store, payloadKey: createTestKey(), now: before.now(), log: SILENT });
    await after.client.run('a').signal(approved, 'Bob', { idempotencyKey: 'once' });
    await after.settle();
    await after.advance('1 day');
    expect(await after.client.run('a').result()).toEqual(RESULT);
  });
});

/** Puts one stored record in the place of another. */
function swapping(store: Store, from: string, to: string): Store {
  return aroundStore(store, async (call, go) => {
    if (call.operation !== 'loadRecords' || call.args[0] !== to) return go();
    const [, ...rest] = call.args as Parameters<Store['loadRecords']>;
    return (await store.loadRecords(from, ...rest)) as Awaited<ReturnType<typeof go>>;
  });
}

describe('what does not belong where it stands', () => {
  it('is refused: the record of another run holds the run, and is not taken for its own', async () => {
    const memory = new MemoryStore();
    const key = createTestKey();
    const engine = createTestEngine({ workflows, store: memory, payloadKey: key, log: SILENT });
    for (const id of ['a', 'b']) await engine.start(order, id, { id });
    await engine.settle();
    const store = swapping(memory, 'a', 'b');
    const other = createTestEngine({ workflows, store, payloadKey: key, now: engine.now(), log: SILENT });
    await other.client.run('b').signal(approved, 'Bob');
    await other.settle();
    const held = await other.client.run('b').describe();
    expect(held).toMatchObject({ status: 'blocked', blocked: { code: 'JOURNAL_DAMAGED' } });
    expect(held.status === 'blocked' && held.blocked?.reason).toContain('belongs to another run');
  });

  it('so is a record that was cut: the run goes on when it is whole again, with nothing lost', async () => {
    const memory = new MemoryStore();
    const options = { workflows, payloadKey: createTestKey(), log: SILENT };
    const engine = createTestEngine({ ...options, store: memory });
    const run = await engine.start(order, 'Ada', { id: 'a' });
    await engine.settle();
    let isCut = true;
    const store = aroundStore(memory, async ({ operation }, go) => {
      const answer = await go();
      return isCut && operation === 'loadRecords' ? cut(answer) : answer;
    });
    const other = createTestEngine({ ...options, store, now: engine.now() });
    await other.client.run('a').signal(approved, 'Bob');
    await other.settle();
    const held = await other.client.run('a').describe();
    expect(held).toMatchObject({ status: 'blocked', blocked: { code: 'JOURNAL_DAMAGED' } });
    isCut = false;
    await other.advance('1 day');
    expect(await other.client.run(run.id).result()).toEqual(RESULT);
  });
});

/** All that is encrypted in records, without its last bytes. */
function cut<T>(records: T): T {
  return (records as readonly { readonly sealed?: unknown }[]).map((record) =>
    record.sealed === undefined
      ? record
      : (JSON.parse(JSON.stringify(record), (_name, value: unknown) =>
          typeof value === 'string' && value.length > 60 ? value.slice(0, -8) : value,
        ) as typeof record),
  ) as T;
}
