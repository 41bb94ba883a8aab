/** What every store has to do when a run is deleted: operation 24 of docs/protocol.md. */
import { describe, expect, test } from 'vitest';
import { SHORTEST_RETENTION_MS } from '../../lib/core/shortest-retention.ts';
import type { Store } from '../../lib/ports/store.ts';
import {
  closedRun,
  createdRun,
  encoded,
  finishing,
  INBOX_LIMIT,
  journalRecord,
  newRun,
  signal,
  START_MS,
  takenRun,
  taking,
} from './samples.ts';

const ENDED_MS = finishing().endedAtMs;
const LATER_MS = ENDED_MS + SHORTEST_RETENTION_MS;

export function describeDeleting(openStore: () => Promise<Store>): void {
  describe('a run that is deleted', () => {
    async function fullRun(store: Store): Promise<string> {
      const { runId } = await takenRun(store, { workflow: `deleted-${Math.random()}`, attributes: { customer: 'c1' } });
      for (const number of [1, 2]) await store.putRecord(runId, journalRecord(number));
      await store.putRecord(runId, journalRecord(1), 2);
      await store.putMessage(runId, { ...signal('key-1'), digest: 'd' });
      await store.deleteMessages(runId, ['key-1'], { keepDigests: true });
      await store.putValue(runId, 'result-1', encoded('x'.repeat(1_000)));
      await store.finish(runId, finishing({ result: { kind: 'item', key: 'result-1' } }));
      return runId;
    }

    async function expectNothingIsLeft(store: Store, runId: string): Promise<void> {
      expect(await store.readRun(runId)).toBeUndefined();
      expect(await store.loadRecords(runId, 0)).toEqual([]);
      expect(await store.loadRecords(runId, 0, undefined, 2)).toEqual([]);
      expect(await store.readValue(runId, 'result-1')).toBeUndefined();
      expect(await store.readAnswer(runId, 'key-1')).toEqual({ kind: 'gone' });
      expect(await store.loadMessages(runId, ['m1'])).toEqual([]);
    }

    test('is gone with all that belongs to it, and is in no list', async () => {
      const store = await openStore();
      const runId = await fullRun(store);
      const { workflow } = (await store.readRun(runId))!;
      expect(await store.deleteRun(runId, ENDED_MS + 1)).toEqual({ kind: 'deleted' });
      await expectNothingIsLeft(store, runId);
      for (const withoutShows of [undefined, true as const]) {
        const query = { workflows: [workflow], limit: 9, ...(withoutShows && { withoutShows }) };
        expect(await store.listRuns(query)).toEqual({ runs: [] });
      }
      expect(await store.deleteRun(runId, ENDED_MS + 1)).toEqual({ kind: 'not-found' });
    });

    test('takes no message, no lease and no watcher', async () => {
      const store = await openStore();
      const runId = await fullRun(store);
      await store.deleteRun(runId, ENDED_MS + 1);
      expect(await store.accept(runId, 'm9', INBOX_LIMIT)).toEqual({ kind: 'not-found' });
      expect(await store.take(runId, taking('worker-2'))).toEqual({ kind: 'refused', reason: 'not-found' });
      expect(await store.watch(runId, 'watcher', 9)).toEqual({ kind: 'not-found' });
      expect(await store.finish(runId, finishing({ epoch: 1 }))).toEqual({ kind: 'lost' });
    });

    test('keeps its id until nothing of it can be on its way, and until the sweep after that', async () => {
      const store = await openStore();
      const runId = await fullRun(store);
      await store.deleteRun(runId, ENDED_MS + 1);
      const freeAtMs = ENDED_MS + 1 + SHORTEST_RETENTION_MS;
      expect(await store.createRun(newRun({ runId }))).toEqual({ kind: 'deleted', freeAtMs });
      expect(await store.purge(runId, freeAtMs - 1)).toEqual({ kind: 'skipped' });
      const due: string[] = [];
      for await (const page of store.listDue(freeAtMs)) due.push(...page);
      expect(due).toContain(runId);
      expect(await store.purge(runId, freeAtMs)).toEqual({ kind: 'purged' });
      expect(await store.createRun(newRun({ runId }))).toEqual({ kind: 'created' });
    });

    test('and has ended long ago frees its id at once', async () => {
      const store = await openStore();
      const runId = await fullRun(store);
      expect(await store.deleteRun(runId, LATER_MS)).toEqual({ kind: 'deleted' });
      await expectNothingIsLeft(store, runId);
      expect(await store.createRun(newRun({ runId }))).toEqual({ kind: 'created' });
    });

    test('frees its id later where a message, or the input of a start, may be on its way', async () => {
      const store = await openStore();
      for (const put of ['message', 'value']) {
        const runId = await fullRun(store);
        if (put === 'message') await store.putMessage(runId, signal('m1'));
        else await store.putValue(runId, 'input-1', encoded(1));
        expect(await store.deleteRun(runId, LATER_MS)).toEqual({ kind: 'deleted' });
        expect(await store.readRun(runId)).toBeUndefined();
        expect(await store.loadRecords(runId, 0)).toEqual([]);
        // It is its sender's until a purge, which puts itself off for it.
        if (put === 'message') expect(await store.loadMessages(runId, ['m1'])).toHaveLength(1);
        else expect(await store.readValue(runId, 'input-1')).toEqual(1);
        expect(await store.createRun(newRun({ runId }))).toMatchObject({ kind: 'deleted' });
      }
    });

    test('frees its id later where a purge was put off: it has deleted what was on its way', async () => {
      const store = await openStore();
      const { runId } = await closedRun(store, {}, { purgeAtMs: LATER_MS });
      await store.putValue(runId, 'input-1', encoded(1));
      expect(await store.purge(runId, LATER_MS)).toMatchObject({ kind: 'postponed' });
      expect(await store.deleteRun(runId, LATER_MS + 1)).toEqual({ kind: 'deleted' });
      expect(await store.createRun(newRun({ runId }))).toMatchObject({ kind: 'deleted' });
    });

    test('that is open, not settled or not there is left alone', async () => {
      const store = await openStore();
      const { runId } = await createdRun(store);
      expect(await store.deleteRun(runId, START_MS)).toEqual({ kind: 'open', run: await store.readRun(runId) });
      const unsettled = await takenRun(store);
      await store.finish(unsettled.runId, finishing({ afterEnd: 'tell' }));
      const before = await store.readRun(unsettled.runId);
      expect(await store.deleteRun(unsettled.runId, LATER_MS)).toEqual({ kind: 'not-settled' });
      expect(await store.readRun(unsettled.runId)).toEqual(before);
      expect(await store.deleteRun('nobody', START_MS)).toEqual({ kind: 'not-found' });
    });

    test('does not wait for the event bus to take the end', async () => {
      const store = await openStore();
      const { runId } = await takenRun(store);
      await store.finish(runId, finishing({ afterEnd: 'emit' }));
      expect(await store.deleteRun(runId, ENDED_MS)).toEqual({ kind: 'deleted' });
      expect(await store.readRun(runId)).toBeUndefined();
      await store.settleEnd(runId, { endedAtMs: finishing().endedAtMs, purgeAtMs: undefined, emitAtMs: LATER_MS * 2 });
      expect(await store.readRun(runId)).toBeUndefined();
      expect(await store.purge(runId, LATER_MS)).toEqual({ kind: 'purged' });
      expect(await store.createRun(newRun({ runId }))).toEqual({ kind: 'created' });
    });

    test('does not wait for its retention', async () => {
      const store = await openStore();
      const { runId } = await closedRun(store, {}, { purgeAtMs: ENDED_MS + 30 * 86_400_000 });
      expect(await store.deleteRun(runId, LATER_MS)).toEqual({ kind: 'deleted' });
      expect(await store.createRun(newRun({ runId }))).toEqual({ kind: 'created' });
    });
  });
}
