import { describe, expect, test } from 'vitest';
import type { Store } from '../../lib/ports/store.ts';
import { createdRun, finishing, newRun, START_MS, taking, takenRun, uniqueName } from './samples.ts';

/** Whom a run tells of its end, and what is left to do after it. */
export function describeAfterEnd(openStore: () => Promise<Store>): void {
  let store: Store;
  const open = async (): Promise<void> => {
    store = await openStore();
  };

  describe('watching a run', () => {
    test('adds a watcher once, and counts as something to look at', async () => {
      await open();
      const run = await createdRun(store);
      expect(await store.watch(run.runId, 'w-1', 2)).toEqual({ kind: 'watching' });
      expect(await store.watch(run.runId, 'w-1', 2)).toEqual({ kind: 'watching' });
      expect(await store.readRun(run.runId)).toEqual({ ...run, wakes: 1, watchers: ['w-1'] });
    });

    test('is refused where there is no room, and is not refused to a watcher that is there', async () => {
      await open();
      const { runId } = await createdRun(store);
      await store.watch(runId, 'w-1', 1);
      expect(await store.watch(runId, 'w-2', 1)).toEqual({ kind: 'full' });
      expect(await store.watch(runId, 'w-1', 1)).toEqual({ kind: 'watching' });
    });

    test('makes no run, and changes no closed one', async () => {
      await open();
      const ghost = uniqueName('ghost');
      expect(await store.watch(ghost, 'w-1', 1)).toEqual({ kind: 'not-found' });
      expect(await store.readRun(ghost)).toBeUndefined();
      const { runId } = await takenRun(store);
      await store.finish(runId, finishing());
      const run = await store.readRun(runId);
      expect(await store.watch(runId, 'w-1', 1)).toEqual({ kind: 'closed', run });
      expect(await store.readRun(runId)).toEqual(run);
    });

    test('keeps a worker from finishing before it has seen the watcher', async () => {
      await open();
      const { runId } = await takenRun(store);
      await store.watch(runId, 'w-1', 1);
      expect(await store.finish(runId, finishing())).toMatchObject({
        kind: 'accepted-since',
        run: { wakes: 1, watchers: ['w-1'] },
      });
    });
  });

  describe('after the end', () => {
    test('what started a run is kept', async () => {
      await open();
      const startedBy = { runId: 'a parent', step: '0a1b2c3d-4e5f', isParent: true };
      const run = newRun({ startedBy });
      await store.createRun(run);
      expect((await store.readRun(run.runId))?.startedBy).toEqual(startedBy);
    });

    test('a run with something left to do is due, is not purged, and refuses a lease', async () => {
      await open();
      const { runId } = await takenRun(store);
      await store.finish(runId, finishing({ afterEnd: 'tell', purgeAtMs: START_MS + 9_000 }));
      const run = await store.readRun(runId);
      expect(run).toMatchObject({ afterEnd: 'tell', dueAtMs: 0, purgeAtMs: START_MS + 9_000, status: 'completed' });
      expect(await store.take(runId, taking('worker-2'))).toEqual({ kind: 'refused', reason: 'closed', run });
      expect(await store.purge(runId, START_MS + 10_000)).toEqual({ kind: 'skipped' });
    });

    test.each([undefined, START_MS + 9_000])('is settled, and purged at %s', async (purgeAtMs) => {
      await open();
      const { runId } = await takenRun(store);
      const end = finishing({ afterEnd: 'tell-and-stop-children', purgeAtMs });
      await store.finish(runId, end);
      expect((await store.readRun(runId))?.purgeAtMs).toBe(purgeAtMs);
      await store.settleEnd(runId, { endedAtMs: end.endedAtMs, purgeAtMs });
      const run = await store.readRun(runId);
      expect(run).not.toHaveProperty('afterEnd');
      expect(run).not.toHaveProperty('purgeAtMs');
      expect(run?.dueAtMs).toBe(purgeAtMs);
    });

    test('is settled once, by a worker that means this end', async () => {
      await open();
      const { runId } = await takenRun(store);
      const end = finishing({ afterEnd: 'tell' });
      await store.finish(runId, end);
      await store.settleEnd(runId, { endedAtMs: end.endedAtMs + 1, purgeAtMs: 5 });
      expect((await store.readRun(runId))?.afterEnd).toBe('tell');
      await store.settleEnd(runId, { endedAtMs: end.endedAtMs, purgeAtMs: 5 });
      await store.settleEnd(runId, { endedAtMs: end.endedAtMs, purgeAtMs: 6 });
      expect((await store.readRun(runId))?.dueAtMs).toBe(5);
    });

    test.each(['tell', 'emit'] as const)(
      'a bus that has not taken the end (%s) is asked again later, and holds up the purge',
      async (afterEnd) => {
        await open();
        const { runId } = await takenRun(store);
        const { endedAtMs } = finishing();
        const purgeAtMs = START_MS + 5;
        await store.finish(runId, finishing({ afterEnd, purgeAtMs }));
        expect(await store.readRun(runId)).toMatchObject({ afterEnd, dueAtMs: 0, purgeAtMs });
        await store.settleEnd(runId, { endedAtMs, purgeAtMs, emitAtMs: START_MS + 60_000 });
        expect(await store.readRun(runId)).toMatchObject({ afterEnd: 'emit', dueAtMs: START_MS + 60_000, purgeAtMs });
        expect(await store.purge(runId, START_MS + 70_000)).toEqual({ kind: 'skipped' });
        await store.settleEnd(runId, { endedAtMs, purgeAtMs });
        const settled = await store.readRun(runId);
        expect(settled).not.toHaveProperty('afterEnd');
        expect(settled).not.toHaveProperty('purgeAtMs');
        expect(settled?.dueAtMs).toBe(purgeAtMs);
      },
    );

    test('of a run that is open, or not there, changes nothing', async () => {
      await open();
      const ghost = uniqueName('ghost');
      await store.settleEnd(ghost, { endedAtMs: 1, purgeAtMs: 5 });
      expect(await store.readRun(ghost)).toBeUndefined();
      const run = await createdRun(store);
      await store.settleEnd(run.runId, { endedAtMs: 1, purgeAtMs: 5 });
      expect(await store.readRun(run.runId)).toEqual(run);
    });
  });
}
