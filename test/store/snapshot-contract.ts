/** What every store has to keep of snapshots: which one there is, as operation 32 has it, until the run ends or continues. */
import { beforeAll, describe, expect, test } from 'vitest';
import { snapshotKey } from '../../lib/ports/run-item.ts';
import type { Store } from '../../lib/ports/store.ts';
import { encoded, finishing, forgettableRun, PURGE_MS, releasing, takenRun, taking } from './samples.ts';

const first = { record: 12, epoch: 1 } as const;
const second = { record: 40, epoch: 3 } as const;

export function describeSnapshots(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  const storedRun = async (): Promise<string> => {
    const { runId } = await takenRun(store);
    await store.release(runId, releasing({ dueAtMs: 0, snapshot: first }));
    return runId;
  };

  const snapshotOf = async (runId: string) => (await store.readRun(runId))?.snapshot;

  describe('a snapshot', () => {
    test('is there from the release on that names it, and stays until another one is named', async () => {
      const runId = await storedRun();
      expect(await snapshotOf(runId)).toEqual(first);
      expect(await store.take(runId, taking('worker-2'))).toMatchObject({ kind: 'taken', before: { snapshot: first } });
      expect(await snapshotOf(runId)).toEqual(first);
      await store.release(runId, releasing({ epoch: 2, dueAtMs: 0 }));
      expect(await snapshotOf(runId)).toEqual(first);
      await store.take(runId, taking('worker-3'));
      await store.release(runId, releasing({ epoch: 3, dueAtMs: 0, snapshot: second }));
      expect(await snapshotOf(runId)).toEqual(second);
    });

    test('is not named by a release that is refused', async () => {
      const { runId } = await takenRun(store);
      const { kind } = await store.release(runId, releasing({ epoch: 0, snapshot: first }));
      expect(kind).toBe('lost');
      expect(await snapshotOf(runId)).toBeUndefined();
    });

    test('is none of a run that has ended, and none of the next link', async () => {
      const ended = await storedRun();
      await store.take(ended, taking('worker-2'));
      await store.finish(ended, finishing({ epoch: 2 }));
      expect(await snapshotOf(ended)).toBeUndefined();

      const continued = await storedRun();
      await store.take(continued, taking('worker-2'));
      const input = { kind: 'inline', value: encoded('next') } as const;
      const next = { epoch: 2, wakesSeen: 0, link: 2, input, inboxIds: [], deadlineAtMs: undefined };
      expect(await store.continueRun(continued, next)).toEqual({ kind: 'done' });
      expect(await snapshotOf(continued)).toBeUndefined();
    });

    test('goes with its run, and does not put off the purge', async () => {
      const { runId } = await forgettableRun(store);
      await store.putValue(runId, snapshotKey(first), encoded('coroutines'));
      expect(await store.purge(runId, PURGE_MS)).toEqual({ kind: 'purged' });
      expect(await store.readValue(runId, snapshotKey(first))).toBeUndefined();
    });
  });
}
