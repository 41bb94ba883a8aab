/** What every store has to answer about tails: last records that are in the run item (operation 7, operation 14, operation 15). */
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunItem } from '../../lib/ports/run-item.ts';
import type { Store } from '../../lib/ports/store.ts';
import type { Tail } from '../../lib/ports/tail.ts';
import { finishing, INBOX_LIMIT, journalRecord, releasing, signal, START_MS, takenRun, taking } from './samples.ts';

function tailOf(number: number, count = 1): Tail {
  const entries = Array.from({ length: count }, (_, index) => journalRecord(number + index).entries).flat();
  return { number, epoch: 1, nonce: `turn of ${number}`, entries };
}

const asRecord = (tail: Tail) => ({ ...tail, isTail: true });

export function describeTails(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  /** A run at rest with one record and a tail. */
  async function rested(tail = tailOf(2)): Promise<RunItem> {
    const { runId } = await takenRun(store);
    await store.putRecord(runId, journalRecord(1));
    expect(await store.release(runId, releasing({ tail, dueAtMs: START_MS }))).toEqual({ kind: 'done' });
    return (await store.readRun(runId))!;
  }
  const numbersOf = async (...args: Parameters<Store['loadRecords']>): Promise<number[]> =>
    (await store.loadRecords(...args)).map(({ number }) => number);

  describe('a tail', () => {
    test('is in the run item, and the last record for who reads the journal', async () => {
      const run = await rested();
      expect(run.tail).toEqual(tailOf(2));
      const all = [journalRecord(1), asRecord(tailOf(2))];
      expect(await store.loadRecords(run.runId, 0)).toEqual(all);
      expect(await store.loadRecords(run.runId, 0, undefined, 1, run)).toEqual(all);
      expect(await store.loadRecords(run.runId, 1)).toEqual(all.slice(1));
      expect(await store.loadRecords(run.runId, 2)).toEqual([]);
      expect(await store.loadRecords(run.runId, 0, undefined, 2)).toEqual([]);
    });

    test('may be all that a journal has', async () => {
      const { runId } = await takenRun(store);
      await store.release(runId, releasing({ tail: tailOf(1) }));
      expect(await store.loadRecords(runId, 0)).toEqual([asRecord(tailOf(1))]);
      expect(await store.loadRecords(runId, 0, 1)).toEqual([asRecord(tailOf(1))]);
    });

    test('comes last where the journal is read in parts', async () => {
      const { runId } = await takenRun(store);
      for (const number of [1, 2, 3]) await store.putRecord(runId, journalRecord(number));
      await store.release(runId, releasing({ tail: tailOf(4) }));
      expect(await numbersOf(runId, 0, 2)).toEqual([1, 2]);
      const rest = await numbersOf(runId, 2, 2);
      expect([...rest, ...(await numbersOf(runId, rest.at(-1) ?? 0, 2))]).toEqual([3, 4]);
    });

    test('counts no more when there is an item of its number, also for who has read the run item before', async () => {
      const run = await rested();
      const next = journalRecord(2, { epoch: 2, entries: [...tailOf(2).entries, ...journalRecord(3).entries] });
      await store.take(run.runId, taking('worker-2'));
      expect(await store.putRecord(run.runId, next)).toEqual({ kind: 'put' });
      for (const holder of [undefined, run]) {
        expect(await store.loadRecords(run.runId, 0, undefined, 1, holder)).toEqual([journalRecord(1), next]);
      }
    });

    test('stays with a take, a letter, a renewal, and where a release says nothing of it', async () => {
      const { runId, tail } = await rested();
      expect(await store.take(runId, taking('worker-2'))).toMatchObject({ kind: 'taken', before: { tail } });
      await store.accept(runId, 'm1', INBOX_LIMIT, 'signal', signal('m1'));
      const renewal = { epoch: 2, expiresAtMs: START_MS + 90_000 };
      expect(await store.renew(runId, renewal)).toMatchObject({ kind: 'renewed', run: { tail } });
      const stays = { inboxIds: ['m1'], lettersSeen: ['m1'], wakesSeen: 1, epoch: 2 };
      await store.release(runId, releasing({ ...stays, status: 'blocked', dueAtMs: START_MS + 1_000 }));
      expect(await store.readRun(runId)).toMatchObject({ tail, letters: [signal('m1')] });
      expect(await numbersOf(runId, 0)).toEqual([1, 2]);
    });

    test('is replaced by a longer one, and goes when it is in a record', async () => {
      const { runId } = await rested();
      await store.take(runId, taking('worker-2'));
      const longer = { ...tailOf(2, 2), epoch: 2 };
      await store.release(runId, releasing({ epoch: 2, tail: longer, dueAtMs: START_MS }));
      expect(await store.loadRecords(runId, 1)).toEqual([asRecord(longer)]);
      await store.take(runId, taking('worker-3'));
      const record = journalRecord(2, { epoch: 3, entries: longer.entries });
      await store.putRecord(runId, record);
      await store.release(runId, releasing({ epoch: 3, tail: 'in-record' }));
      expect(await store.readRun(runId)).not.toHaveProperty('tail');
      expect(await store.loadRecords(runId, 1)).toEqual([record]);
    });

    test('is not written where something was accepted since, nor by who lost the lease', async () => {
      const { runId } = await takenRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect(await store.release(runId, releasing({ tail: tailOf(1) }))).toMatchObject({ kind: 'accepted-since' });
      expect(await store.finish(runId, finishing({ tail: tailOf(1) }))).toMatchObject({ kind: 'accepted-since' });
      const late = { epoch: 0, wakesSeen: 1, tail: tailOf(1) };
      expect(await store.release(runId, releasing(late))).toEqual({ kind: 'lost' });
      expect(await store.readRun(runId)).not.toHaveProperty('tail');
      expect(await store.loadRecords(runId, 0)).toEqual([]);
    });

    test('is in a run that has ended, stays when it is tried again, and is gone with a deleted one', async () => {
      const { runId } = await takenRun(store);
      expect(await store.finish(runId, finishing({ status: 'failed', tail: tailOf(1) }))).toEqual({ kind: 'done' });
      expect(await numbersOf(runId, 0)).toEqual([1]);
      const goesOnFrom = { kind: 'retry', number: 1, keeps: 1, reason: 'again' } as const;
      await store.retryRun(runId, { epoch: 1, purgeAtMs: undefined, retries: 1, goesOnFrom });
      expect(await store.readRun(runId)).toMatchObject({ status: 'suspended', tail: tailOf(1) });
      await store.take(runId, taking('worker-2'));
      expect(await store.finish(runId, finishing({ epoch: 2 }))).toEqual({ kind: 'done' });
      expect(await numbersOf(runId, 0)).toEqual([1]);
      await store.deleteRun(runId, START_MS + 6_000);
      expect(await store.loadRecords(runId, 0)).toEqual([]);
    });

    test('does not move along to the next link', async () => {
      const { runId } = await rested();
      await store.take(runId, taking('worker-2'));
      const next = { epoch: 2, wakesSeen: 0, link: 2, inboxIds: [], deadlineAtMs: undefined };
      const input = { kind: 'inline', value: (await store.readRun(runId))!.inputDigest as never } as const;
      expect(await store.continueRun(runId, { ...next, input })).toEqual({ kind: 'done' });
      expect(await store.readRun(runId)).not.toHaveProperty('tail');
      await store.take(runId, taking('worker-3'));
      await store.release(runId, releasing({ epoch: 3, tail: tailOf(1) }));
      expect(await numbersOf(runId, 0, undefined, 2)).toEqual([1]);
      expect(await numbersOf(runId, 0, undefined, 1)).toEqual([1]);
      expect(await store.loadRecords(runId, 0, undefined, 1)).toEqual([journalRecord(1)]);
    });
  });
}

export function describeNoTails(openStore: () => Promise<Store>): void {
  test('a store that encrypts has no room for a tail in a run item, and takes none', async () => {
    const store = await openStore();
    expect(store.limits.filledRunItemBytes).toBe(0);
    const { runId } = await takenRun(store);
    await expect(store.release(runId, releasing({ tail: tailOf(1) }))).rejects.toThrow('in clear');
    await expect(store.finish(runId, finishing({ tail: tailOf(1) }))).rejects.toThrow('in clear');
    expect(await store.loadRecords(runId, 0)).toEqual([]);
  });
}
