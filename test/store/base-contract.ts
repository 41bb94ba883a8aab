/** What every store has to answer about the base of a run: operation 13, operation 14 and operation 43. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalBase } from '../../lib/ports/run-item.ts';
import type { Store } from '../../lib/ports/store.ts';
import { journalRecord, LEASE_MS, newRun, START_MS, takenRun } from './samples.ts';

function baseAt(record: number): JournalBase {
  return {
    ...{ record, key: `frames-base-${record}-n`, events: 3 * record, archive: `frames-journal-${record}-n` },
    ...{ stays: true, hasSecrets: true, ids: { count: 2, atMs: START_MS } },
  };
}

export function describeBase(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('the base of a run', () => {
    const expiresAtMs = START_MS + 2 * LEASE_MS;

    test('is named by a renewal, and stays as it is by one that names none', async () => {
      const { runId } = await takenRun(store);
      const named = await store.renew(runId, { epoch: 1, expiresAtMs, base: baseAt(7) });
      expect(named).toMatchObject({ kind: 'renewed', run: { base: baseAt(7) } });
      await store.renew(runId, { epoch: 1, expiresAtMs: expiresAtMs + 1 });
      expect((await store.readRun(runId))?.base).toEqual(baseAt(7));
    });

    test('is not the one of an earlier request that comes late, nor of another lease', async () => {
      const { runId } = await takenRun(store);
      await store.renew(runId, { epoch: 1, expiresAtMs, base: baseAt(7) });
      for (const record of [6, 7]) {
        const late = { ...baseAt(record), key: 'late' };
        const renewal = await store.renew(runId, { epoch: 1, expiresAtMs: expiresAtMs + 5, base: late });
        expect(renewal).toMatchObject({ kind: 'renewed', run: { base: baseAt(7), lease: { expiresAtMs } } });
      }
      expect(await store.renew(runId, { epoch: 2, expiresAtMs, base: baseAt(9) })).toEqual({ kind: 'lost' });
      expect((await store.readRun(runId))?.base).toEqual(baseAt(7));
    });

    test('is not named by a renewal that would shorten the lease', async () => {
      const { runId } = await takenRun(store);
      await store.renew(runId, { epoch: 1, expiresAtMs });
      const renewal = await store.renew(runId, { epoch: 1, expiresAtMs: expiresAtMs - 1, base: baseAt(7) });
      expect(renewal).toMatchObject({ kind: 'renewed', run: { lease: { expiresAtMs } } });
      expect((await store.readRun(runId))?.base).toBeUndefined();
    });

    test('is named by a release, and is there when the run has ended', async () => {
      const { runId } = await takenRun(store);
      const rest = { status: 'suspended', dueAtMs: 0, inboxIds: [] } as const;
      await store.release(runId, { ...{ epoch: 1, wakesSeen: 0 }, ...rest, base: baseAt(7) });
      expect((await store.readRun(runId))?.base).toEqual(baseAt(7));
      const lease = { owner: 'next', expiresAtMs: START_MS + LEASE_MS };
      const taken = await store.take(runId, { lease, nowMs: START_MS, dueByMs: START_MS });
      expect(taken).toMatchObject({ kind: 'taken', before: { base: baseAt(7) } });
      const result = { kind: 'inline', value: 1 } as const;
      const end = { status: 'completed', result, endedAtMs: START_MS, purgeAtMs: undefined } as const;
      await store.finish(runId, { epoch: 2, wakesSeen: 0, ...end });
      expect(await store.readRun(runId)).toMatchObject({ status: 'completed', base: baseAt(7) });
    });
  });

  describe('records behind a base', () => {
    test('are removed if they are those of that turn', async () => {
      const { runId } = newRun();
      for (const number of [1, 2, 3, 4]) await store.putRecord(runId, journalRecord(number, { nonce: `n${number}` }));
      await store.putRecord(runId, journalRecord(2, { nonce: 'n2' }), 2);
      await store.removeRecords(runId, [
        { number: 2, nonce: 'n2' },
        { number: 3, nonce: 'another' },
        { number: 9, nonce: 'n9' },
      ]);
      expect((await store.loadRecords(runId, 0)).map(({ number }) => number)).toEqual([1, 3, 4]);
      expect(await store.loadRecords(runId, 0, undefined, 2)).toHaveLength(1);
      await store.removeRecords(runId, [{ number: 2, nonce: 'n2' }], 2);
      expect(await store.loadRecords(runId, 0, undefined, 2)).toEqual([]);
    });

    test('can be put again when they are gone', async () => {
      const { runId } = newRun();
      await store.putRecord(runId, journalRecord(2, { nonce: 'n2' }));
      await store.removeRecords(runId, [{ number: 2, nonce: 'n2' }]);
      expect(await store.putRecord(runId, journalRecord(2, { nonce: 'later' }))).toEqual({ kind: 'put' });
    });
  });
}
