/** What a visit to a pool writes for those who were given a place and have not come, and for those who are in the line. */
import { expect, test } from 'vitest';
import { servePool } from '../../../lib/engine/pools/serve-pool.ts';
import { SeenPools, visitPool } from '../../../lib/engine/pools/visit-pool.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import { lineOrder, NO_POOL_STATE, type Waiter } from '../../../lib/ports/pool.ts';
import { createTestEngine } from '../../../lib/testing/index.ts';
import { pool, step, workflow } from '../../../lib/index.ts';
import { VirtualClock } from '../../../lib/testing/virtual-clock.ts';

const START_MS = 1_893_456_000_000;

function ports(store: MemoryStore) {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const wakes = { send: async () => undefined };
  let nonces = 0;
  return { store, wakes, clock: new VirtualClock(START_MS), log, random: () => 0, newNonce: () => `${(nonces += 1)}` };
}

/** Of which somebody else has the one place. */
async function fullPool(store: MemoryStore): Promise<void> {
  const place = { runId: 'other', step: 1, sinceMs: START_MS, epoch: 1, checkAtMs: Infinity };
  const state = { ...NO_POOL_STATE, code: { concurrency: 1 }, places: [place], atMs: START_MS };
  await store.changePool('one', { version: 0, state, nonce: 'n' });
}

test('a run that does not know of its place is due before that is given to the next one', async () => {
  const store = new MemoryStore();
  const wait = workflow('wait', function* () {
    yield* step('wait', { pool: pool('one', { concurrency: 1 }) }, () => undefined);
  });
  await fullPool(store);
  const engine = createTestEngine({ workflows: [wait], store, now: new Date(START_MS) });
  const { id } = await engine.start(wait);
  await engine.settle();
  expect((await store.readRun(id))?.dueAtMs).toBeUndefined();
  // The worker that has given it the place has died before it has told the run.
  const given = await store.readPool('one');
  const place = { runId: id, step: 1, sinceMs: START_MS - 60_000, checkAtMs: START_MS };
  const state = { ...(given?.state ?? NO_POOL_STATE), places: [place] };
  await store.changePool('one', { version: given?.version ?? 0, state, nonce: 'given' });
  const line = await store.readLine('one', { limit: 10 });
  expect(line.map(({ runId }) => runId)).toEqual([id]);
  await store.leaveLine('one', line.map(lineOrder));

  await servePool(ports(store), new SeenPools(), 'one');
  expect((await store.readRun(id))?.dueAtMs).toBe(0);
});

test('a look writes nothing for one that is in the line', async () => {
  const store = new MemoryStore();
  await fullPool(store);
  const waiter: Waiter = { runId: 'run', step: 1, priority: 0, turn: 0, sinceMs: START_MS };
  const seen = new SeenPools();
  const asks = [{ waiter, wasInLine: false }];
  const { inLine } = await visitPool(ports(store), seen, 'one', { asks });
  const { joinCount } = (await store.readPool('one')) ?? {};
  const again = await visitPool(ports(store), seen, 'one', { asks: [{ waiter, wasInLine: true }] });
  expect(again.inLine).toEqual(inLine);
  expect((await store.readPool('one'))?.joinCount).toBe(joinCount);
});

test('one that was served, and has lost its place, joins with another item: a delete of the first may be under way', async () => {
  const store = new MemoryStore();
  await fullPool(store);
  const waiter: Waiter = { runId: 'run', step: 1, priority: 0, turn: 0, sinceMs: START_MS };
  const { inLine } = await visitPool(ports(store), new SeenPools(), 'one', { asks: [{ waiter, wasInLine: true }] });
  expect(inLine).toEqual([{ ...waiter, sinceMs: START_MS + 1 }]);
});

test('one that waits for its next attempt does not rely on the item of the one before', async () => {
  const store = new MemoryStore();
  await fullPool(store);
  const before: Waiter = { runId: 'run', step: 1, priority: 0, turn: 0, sinceMs: START_MS };
  await visitPool(ports(store), new SeenPools(), 'one', { asks: [{ waiter: before, wasInLine: false }] });
  const waiter = { ...before, sinceMs: START_MS + 1_000 };
  const { inLine } = await visitPool(ports(store), new SeenPools(), 'one', { asks: [{ waiter, wasInLine: false }] });
  expect(inLine).toEqual([waiter]);
  expect(await store.readLine('one', { limit: 10 })).toEqual([waiter]);
});

test('one whose place was given back meanwhile stays in the line, whatever a worker has seen of the pool before', async () => {
  const store = new MemoryStore();
  const place = (runId: string) => ({ runId, step: 1, key: 'a', sinceMs: START_MS, epoch: 1, checkAtMs: Infinity });
  const state = { ...NO_POOL_STATE, code: { concurrencyPerKey: 1 }, places: [place('first')], atMs: START_MS };
  await store.changePool('one', { version: 0, state, nonce: 'n' });
  const next: Waiter = { runId: 'next', step: 1, key: 'a', priority: 0, turn: 0, sinceMs: START_MS };
  await store.joinLine('one', { waiter: next });
  const seen = new SeenPools();
  const before = await store.readPool('one');
  seen.items.set('one', before!);
  // The step of `first` has failed, and waits for a place for its next attempt.
  const after = { ...before!.state, places: [place('second')] };
  await store.changePool('one', { version: before!.version, state: after, nonce: 'm' });
  const again: Waiter = { ...next, runId: 'first', sinceMs: START_MS + 1_000 };
  await store.joinLine('one', { waiter: again });
  await visitPool(ports(store), seen, 'one', { gives: [{ runId: 'gone', step: 1, epoch: 1 }] });
  expect(await store.readLine('one', { limit: 10 })).toEqual([next, again]);
});
