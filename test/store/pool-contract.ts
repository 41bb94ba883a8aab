/** What every store has to answer about pools: operation 36 to operation 41. */
import { beforeAll, describe, expect, test } from 'vitest';
import { lineOrder, NO_POOL_STATE, type PoolState, type Waiter } from '../../lib/ports/pool.ts';
import type { Store } from '../../lib/ports/store.ts';
import { closedRun, createdRun, releasing, START_MS, takenRun } from './samples.ts';

let pools = 0;
const newName = (): string => `pool-${(pools += 1)}-${Math.random().toString(36).slice(2)}`;
const state = (atMs: number): PoolState => ({ ...NO_POOL_STATE, code: { concurrency: 2 }, atMs });
const waiter = (runId: string, more: Partial<Waiter> = {}): Waiter => ({
  ...{ runId, step: 1, priority: 0, turn: 0, sinceMs: START_MS },
  ...more,
});

export function describePools(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  async function made(): Promise<string> {
    const name = newName();
    await store.changePool(name, { version: 0, state: state(0), nonce: 'n0' });
    return name;
  }

  describe('a pool', () => {
    test('is there from the first write on, and listed', async () => {
      const name = newName();
      expect(await store.readPool(name)).toBeUndefined();
      const done = await store.changePool(name, { version: 0, state: state(1), nonce: 'a' });
      const pool = { version: 1, joinCount: 0, turns: {}, state: state(1) };
      expect(done).toEqual({ kind: 'done', pool });
      expect(await store.readPool(name)).toEqual(pool);
      const names: string[] = [];
      for await (const page of store.listPools()) names.push(...page);
      expect(names).toContain(name);
      expect(names).toEqual([...names].sort());
    });

    test('is written by who has seen its version, and by nobody else', async () => {
      const name = await made();
      expect(await store.changePool(name, { version: 0, state: state(2), nonce: 'b' })).toMatchObject({
        kind: 'changed',
        pool: { version: 1, state: state(0) },
      });
      expect(await store.changePool(name, { version: 1, state: state(2), nonce: 'b' })).toMatchObject({ kind: 'done' });
      expect(await store.changePool(name, { version: 1, state: state(3), nonce: 'c' })).toMatchObject({
        kind: 'changed',
        pool: { version: 2, state: state(2) },
      });
      expect(await store.changePool(newName(), { version: 3, state: state(2), nonce: 'b' })).toEqual({
        kind: 'changed',
        pool: undefined,
      });
    });

    test('a write that is repeated is done', async () => {
      const name = await made();
      const change = { version: 1, state: state(2), nonce: 'b' };
      for (let twice = 0; twice < 2; twice += 1) {
        expect(await store.changePool(name, change)).toMatchObject({ kind: 'done', pool: { version: 2 } });
      }
      expect(await store.changePool(name, { ...change, nonce: 'other' })).toMatchObject({ kind: 'changed' });
    });

    test('is written past nobody who has joined the line since, where that matters', async () => {
      const name = await made();
      await store.joinLine(name, { waiter: waiter('a') });
      const change = { version: 1, state: state(2), nonce: 'b' };
      expect(await store.changePool(name, { ...change, joinCount: 0 })).toMatchObject({
        kind: 'changed',
        pool: { version: 1, joinCount: 1 },
      });
      expect(await store.changePool(name, { ...change, joinCount: 1 })).toMatchObject({ kind: 'done' });
    });
  });

  describe('the line of a pool', () => {
    test('counts who joins it, and keeps the turns of keys', async () => {
      const name = await made();
      expect(await store.joinLine(name, { waiter: waiter('a') })).toMatchObject({
        version: 1,
        joinCount: 1,
        turns: {},
      });
      const next = { group: 7, turn: 3 };
      expect(await store.joinLine(name, { waiter: waiter('b', { key: 'k' }), next })).toMatchObject({
        joinCount: 2,
        turns: { 7: 3 },
      });
      await store.changePool(name, { version: 1, state: state(2), nonce: 'b' });
      expect(await store.readPool(name)).toMatchObject({ version: 2, joinCount: 2, turns: { 7: 3 } });
    });

    test('is in the order of priority, turn, time, step and run', async () => {
      const name = await made();
      const line = [
        waiter('c', { priority: 1_000_000 }),
        waiter('z', { priority: 2, sinceMs: START_MS + 5 }),
        waiter('a', { turn: 0 }),
        waiter('b', { turn: 0 }),
        waiter('a', { turn: 0, step: 12 }),
        waiter('a', { turn: 0, step: 3, sinceMs: START_MS + 1 }),
        waiter('a', { turn: 1, step: 4, sinceMs: START_MS - 1 }),
        waiter('a', { priority: -1_000_000, step: 5, sinceMs: 0 }),
      ];
      for (const one of [...line].reverse()) await store.joinLine(name, { waiter: one });
      await store.joinLine(name, { waiter: waiter('a') }); // again
      expect(await store.readLine(name, { limit: 100 })).toEqual(line);
      const [first, second] = line as [Waiter, Waiter];
      expect(await store.readLine(name, { limit: 2 })).toEqual([first, second]);
      expect(await store.readLine(name, { limit: 1, after: lineOrder(first) })).toEqual([second]);
    });

    test('who leaves it is gone, again or not', async () => {
      const name = await made();
      const all = Array.from({ length: 30 }, (_, index) => waiter(`r${index}`, { sinceMs: START_MS + index }));
      for (const one of all) await store.joinLine(name, { waiter: one });
      const left = all.slice(0, 29).map(lineOrder);
      for (let twice = 0; twice < 2; twice += 1) await store.leaveLine(name, left);
      expect(await store.readLine(name, { limit: 100 })).toEqual(all.slice(29));
      expect(await store.readLine(await made(), { limit: 100 })).toEqual([]);
    });
  });

  describe('a run that is rung', () => {
    test('is due, and its turn has to look again before it releases', async () => {
      const { runId } = await takenRun(store);
      expect(await store.makeRunDue(runId)).toEqual({ kind: 'leased' });
      expect(await store.release(runId, releasing())).toMatchObject({ kind: 'accepted-since', run: { wakes: 1 } });
      const placeWaits = [{ pool: 'p', waiter: { step: 3, priority: 1, turn: 2, sinceMs: START_MS, key: 'k' } }];
      await store.release(runId, releasing({ wakesSeen: 1, placeWaits }));
      expect(await store.readRun(runId)).toMatchObject({ placeWaits });
      expect(await store.makeRunDue(runId)).toEqual({ kind: 'due' });
      expect(await store.readRun(runId)).toMatchObject({ dueAtMs: 0, wakes: 2, placeWaits });
    });

    test('is due at its resume if it is paused, and not if it has ended, or is not there', async () => {
      const { runId } = await createdRun(store);
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs: START_MS });
      expect(await store.makeRunDue(runId)).toEqual({ kind: 'away' });
      expect(await store.readRun(runId)).toMatchObject({ status: 'paused', wakes: 2, dueAtMs: 0 }); // at its resume
      const closed = await closedRun(store);
      expect(await store.makeRunDue(closed.runId)).toEqual({ kind: 'gone' });
      expect(await store.makeRunDue('nobody')).toEqual({ kind: 'gone' });
    });
  });
}
