/** What every store has to answer when a failed run is tried again: operation 25; and what a release leaves of it. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { RetryRun } from '../../lib/ports/retry-run.ts';
import type { Store } from '../../lib/ports/store.ts';
import { encoded, finishing, newRun, releasing, START_MS, takenRun, taking } from './samples.ts';

const point = { kind: 'retry', number: 1, keeps: 3, reason: 'Error: no' } as const;

function retrying(given: Partial<RetryRun> = {}): RetryRun {
  return { epoch: 1, purgeAtMs: undefined, retries: 1, goesOnFrom: point, ...given };
}

export function describeRetrying(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  const failedRun = async (given: Parameters<typeof finishing>[0] = {}) => {
    const run = await takenRun(store);
    await store.finish(run.runId, finishing({ status: 'failed', ...given }));
    return run;
  };

  describe('trying a failed run again', () => {
    test('opens it: due at once, without lease and end, and with where it goes on from', async () => {
      const taken = await failedRun({ purgeAtMs: START_MS + 5, result: { kind: 'item', key: 'result-1' } });
      const { runId } = taken;
      expect(await store.retryRun(runId, retrying({ purgeAtMs: START_MS + 5 }))).toEqual({ kind: 'done' });
      const { lease: _lease, ...rest } = taken;
      expect(await store.readRun(runId)).toEqual({
        ...rest,
        status: 'suspended',
        dueAtMs: 0,
        retries: 1,
        goesOnFrom: point,
      });
      expect(await store.take(runId, taking('worker-2'))).toMatchObject({
        kind: 'taken',
        before: { goesOnFrom: point },
      });
    });

    test('sets its deadline anew, and unpins it', async () => {
      const { runId } = await failedRun();
      const goesOnFrom = { ...point, deadlineAtMs: START_MS + 9, children: ['c'] };
      await store.retryRun(runId, retrying({ goesOnFrom }));
      expect(await store.readRun(runId)).toMatchObject({ deadlineAtMs: START_MS + 9, goesOnFrom });
    });

    test('is done once: the same request again is done, another one finds it changed', async () => {
      const { runId } = await failedRun();
      await store.retryRun(runId, retrying());
      expect(await store.retryRun(runId, retrying())).toEqual({ kind: 'done' });
      const other = retrying({ goesOnFrom: { ...point, keeps: 2 } });
      expect(await store.retryRun(runId, other)).toMatchObject({ kind: 'changed', run: { status: 'suspended' } });
      await store.take(runId, taking('worker-2'));
      await store.finish(runId, finishing({ epoch: 2, status: 'failed' }));
      const run = await store.readRun(runId);
      expect(run).toMatchObject({ status: 'failed', epoch: 2 });
      expect(run).not.toHaveProperty('goesOnFrom');
      expect(await store.retryRun(runId, retrying())).toEqual({ kind: 'changed', run });
    });

    test.each(['completed', 'cancelled', 'terminated'] as const)('is refused for one that is %s', async (status) => {
      const { runId } = await failedRun({ status });
      const run = await store.readRun(runId);
      expect(await store.retryRun(runId, retrying())).toEqual({ kind: 'changed', run });
      expect(await store.readRun(runId)).toEqual(run);
    });

    test('is refused for one that is open, is not there, has others to tell, or has another time of its purge', async () => {
      const open = await takenRun(store);
      expect(await store.retryRun(open.runId, retrying())).toMatchObject({ kind: 'changed' });
      expect(await store.retryRun('nobody', retrying())).toEqual({ kind: 'not-found' });
      const telling = await failedRun({ afterEnd: 'tell' });
      expect(await store.retryRun(telling.runId, retrying({ purgeAtMs: 0 }))).toMatchObject({ kind: 'changed' });
      const later = await failedRun({ purgeAtMs: START_MS + 5 });
      expect(await store.retryRun(later.runId, retrying({ purgeAtMs: START_MS }))).toMatchObject({ kind: 'changed' });
      expect(await store.retryRun(later.runId, retrying())).toMatchObject({ kind: 'changed' });
    });

    test('does not wait for the event bus to take the end, which is forgotten then', async () => {
      const { runId } = await failedRun({ afterEnd: 'emit', purgeAtMs: START_MS + 5 });
      expect(await store.retryRun(runId, retrying({ purgeAtMs: 0 }))).toEqual({ kind: 'done' });
      const run = await store.readRun(runId);
      expect(run).toMatchObject({ status: 'suspended', dueAtMs: 0 });
      expect(run).not.toHaveProperty('afterEnd');
      await store.settleEnd(runId, { endedAtMs: finishing().endedAtMs, purgeAtMs: START_MS + 5 });
      expect(await store.readRun(runId)).toEqual(run);
    });

    test('a purge that comes late leaves it alone', async () => {
      const { runId } = await failedRun({ purgeAtMs: START_MS });
      await store.retryRun(runId, retrying({ purgeAtMs: START_MS }));
      expect(await store.purge(runId, START_MS + 1)).toEqual({ kind: 'skipped' });
    });

    test('where it goes on from stays until a turn suspends, continues or ends it; not while it is blocked', async () => {
      const { runId } = await failedRun();
      await store.retryRun(runId, retrying());
      await store.take(runId, taking('worker-2'));
      await store.release(runId, releasing({ epoch: 2, status: 'blocked', dueAtMs: START_MS }));
      expect(await store.readRun(runId)).toMatchObject({ status: 'blocked', goesOnFrom: point });
      await store.take(runId, taking('worker-3'));
      await store.release(runId, releasing({ epoch: 3, dueAtMs: START_MS }));
      expect(await store.readRun(runId)).not.toHaveProperty('goesOnFrom');
    });

    test('a run that begins as a fork says of which', async () => {
      const goesOnFrom = { kind: 'fork', runId: 'other', link: 2, entries: 9, at: 3, before: 'charge#3' } as const;
      const run = newRun({ goesOnFrom });
      await store.createRun(run);
      expect(await store.readRun(run.runId)).toMatchObject({ goesOnFrom });
      await store.take(run.runId, taking('worker-1'));
      const next = { kind: 'inline', value: encoded('next') } as const;
      await store.continueRun(run.runId, {
        ...{ epoch: 1, wakesSeen: 0, link: 2, input: next, inboxIds: [], deadlineAtMs: undefined },
      });
      expect(await store.readRun(run.runId)).not.toHaveProperty('goesOnFrom');
    });
  });
}
