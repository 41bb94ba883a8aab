/** What every store has to answer of a run that is paused and resumed: operation 26 and operation 27. */
import { beforeAll, describe, expect, test } from 'vitest';

import type { NewRun, Store } from '../../lib/ports/store.ts';
import {
  createdRun,
  encoded,
  finishing,
  INBOX_LIMIT,
  newRun,
  releasing,
  START_MS,
  takenRun,
  taking,
} from './samples.ts';

const pausedAtMs = START_MS + 9;

export function describePausing(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  const isDue = async (runId: string, byMs = START_MS): Promise<boolean> => {
    const ids: string[] = [];
    for await (const page of store.listDue(byMs)) ids.push(...page);
    return ids.includes(runId);
  };
  const pausedRun = async (given: Partial<NewRun> = {}): Promise<string> => {
    const { runId, wakes } = await createdRun(store, given);
    await store.pauseRun(runId, { wakesSeen: wakes, pausedAtMs });
    return runId;
  };

  describe('pausing a run', () => {
    test('takes it out of the index of the due, and no worker takes it', async () => {
      const { runId } = await createdRun(store);
      expect(await isDue(runId)).toBe(true);
      expect(await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs })).toMatchObject({
        kind: 'done',
        run: { status: 'paused', pausedAtMs, wakes: 1, dueAtMs: 0 },
      });
      expect(await isDue(runId)).toBe(false);
      expect(await store.take(runId, taking('worker-1'))).toEqual({ kind: 'refused', reason: 'paused' });
      expect(await store.readRun(runId)).toMatchObject({ status: 'paused', pausedAtMs, epoch: 0 });
    });

    test('a run that was never due can be paused', async () => {
      const { runId } = await takenRun(store);
      await store.release(runId, releasing());
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      expect(await store.readRun(runId)).toMatchObject({ status: 'paused', wakes: 1 });
      await store.resumeRun(runId, { wakesSeen: 1 });
      expect(await store.readRun(runId)).toMatchObject({ status: 'suspended', wakes: 2 });
      expect(await isDue(runId)).toBe(false);
    });

    test('is refused where it is not as it was seen: something was accepted, or it is paused already', async () => {
      const { runId } = await createdRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      const late = await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      expect(late).toMatchObject({ kind: 'changed', run: { status: 'pending', wakes: 1 } });
      await store.pauseRun(runId, { wakesSeen: 1, pausedAtMs });
      const again = await store.pauseRun(runId, { wakesSeen: 2, pausedAtMs: pausedAtMs + 1 });
      expect(again).toMatchObject({ kind: 'changed', run: { status: 'paused', pausedAtMs, wakes: 2 } });
      expect(await store.pauseRun('nobody', { wakesSeen: 0, pausedAtMs })).toEqual({ kind: 'not-found' });
      expect(await store.resumeRun('nobody', { wakesSeen: 0 })).toEqual({ kind: 'not-found' });
    });

    test('a closed run is refused, and so is one that is to be terminated', async () => {
      const ended = await takenRun(store);
      await store.finish(ended.runId, finishing());
      expect(await store.pauseRun(ended.runId, { wakesSeen: 0, pausedAtMs })).toMatchObject({
        kind: 'changed',
        run: { status: 'completed' },
      });
      const { runId } = await createdRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT, 'terminate');
      const refused = await store.pauseRun(runId, { wakesSeen: 1, pausedAtMs });
      expect(refused).toMatchObject({ kind: 'changed', run: { status: 'pending', isToTerminate: true } });
    });

    test('the worker that has the lease is refused its release, and learns of the pause', async () => {
      const { runId } = await takenRun(store);
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      const refused = await store.release(runId, releasing());
      expect(refused).toMatchObject({ kind: 'accepted-since', run: { status: 'paused', pausedAtMs, wakes: 1 } });
      const renewal = await store.renew(runId, { epoch: 1, expiresAtMs: START_MS + 50_000 });
      expect(renewal).toMatchObject({ kind: 'renewed', run: { pausedAtMs } });
      const isPaused = true;
      expect(await store.release(runId, releasing({ wakesSeen: 1, isPaused, dueAtMs: START_MS }))).toEqual({
        kind: 'done',
      });
      expect(await store.readRun(runId)).toMatchObject({ status: 'paused', pausedAtMs, dueAtMs: START_MS });
      expect(await isDue(runId)).toBe(false);
      await store.resumeRun(runId, { wakesSeen: 1 });
      expect(await store.readRun(runId)).toMatchObject({ status: 'suspended', dueAtMs: START_MS });
      expect(await isDue(runId)).toBe(true);
    });

    test('its own repeated request gives a worker the lease, though the run was paused since', async () => {
      const { runId } = await createdRun(store);
      await store.take(runId, taking('worker-1'));
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      const again = await store.take(runId, taking('worker-1'));
      expect(again).toMatchObject({ kind: 'taken', before: { pausedAtMs, status: 'paused', epoch: 0 } });
    });

    test('a run whose worker is lost is not taken over while it is paused', async () => {
      const { runId } = await takenRun(store);
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      const laterMs = START_MS + 60_000;
      expect(await isDue(runId, laterMs)).toBe(false);
      expect(await store.take(runId, taking('worker-2', laterMs))).toEqual({ kind: 'refused', reason: 'paused' });
      await store.resumeRun(runId, { wakesSeen: 1 });
      expect(await isDue(runId, laterMs)).toBe(true);
      const taken = await store.take(runId, taking('worker-2', laterMs));
      expect(taken).toMatchObject({ kind: 'taken', before: { lease: { owner: 'worker-1' } } });
    });

    test('what is to be done first stays with a paused release, and goes with another one', async () => {
      const goesOnFrom = { kind: 'fork', runId: 'origin', entries: 3, at: 2, before: 'b#2' } as const;
      const { runId } = await takenRun(store, { goesOnFrom });
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      await store.release(runId, releasing({ wakesSeen: 1, isPaused: true, dueAtMs: 0 }));
      expect(await store.readRun(runId)).toMatchObject({ goesOnFrom });
      await store.resumeRun(runId, { wakesSeen: 1 });
      await store.take(runId, taking('worker-2'));
      await store.release(runId, releasing({ epoch: 2, wakesSeen: 2 }));
      expect(await store.readRun(runId)).not.toHaveProperty('goesOnFrom');
    });

    test('a run that ends while it is paused is paused no more, and is purged in its time', async () => {
      const { runId } = await takenRun(store);
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      await store.finish(runId, finishing({ wakesSeen: 1, purgeAtMs: START_MS }));
      const ended = await store.readRun(runId);
      expect(ended).toMatchObject({ status: 'completed', dueAtMs: START_MS });
      expect(ended).not.toHaveProperty('pausedAtMs');
      expect(await isDue(runId)).toBe(true);
    });

    test.each(['tell', 'emit'] as const)(
      'a run that ends while it is paused is due for what is left to do (%s)',
      async (afterEnd) => {
        const { runId } = await takenRun(store);
        await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
        await store.finish(runId, finishing({ wakesSeen: 1, purgeAtMs: START_MS + 9_000, afterEnd }));
        expect(await isDue(runId, 0)).toBe(true);
      },
    );

    test('the next link of a paused run is paused', async () => {
      const { runId } = await takenRun(store);
      await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs });
      const input = { kind: 'inline', value: encoded(2) } as const;
      await store.continueRun(runId, {
        epoch: 1,
        wakesSeen: 1,
        link: 2,
        input,
        inboxIds: [],
        deadlineAtMs: undefined,
        isPaused: true,
      });
      expect(await store.readRun(runId)).toMatchObject({ status: 'paused', link: 2, pausedAtMs, dueAtMs: 0 });
      expect(await isDue(runId)).toBe(false);
      await store.resumeRun(runId, { wakesSeen: 1 });
      expect(await store.readRun(runId)).toMatchObject({ status: 'pending' });
    });
  });

  describe('what is sent to a paused run', () => {
    test('waits: it is accepted, needs no wake, and the run is due at the resume', async () => {
      const runId = await pausedRun({ dueAtMs: START_MS + 5_000_000 });
      expect(await store.accept(runId, 'm1', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: true });
      expect(await store.accept(runId, 'm2', INBOX_LIMIT, 'control')).toEqual({ kind: 'accepted', leased: true });
      expect(await isDue(runId)).toBe(false);
      expect(await store.take(runId, taking('worker-1'))).toEqual({ kind: 'refused', reason: 'paused' });
      expect(await store.resumeRun(runId, { wakesSeen: 3 })).toMatchObject({
        kind: 'done',
        run: { status: 'pending', inboxIds: ['m1', 'm2'], dueAtMs: 0, wakes: 4 },
      });
      expect(await isDue(runId)).toBe(true);
    });

    test.each(['cancel', 'terminate'] as const)('a request to %s ends the pause', async (kind) => {
      const runId = await pausedRun();
      expect(await store.accept(runId, 'm1', INBOX_LIMIT, kind)).toEqual({ kind: 'accepted', leased: false });
      const run = await store.readRun(runId);
      expect(run).toMatchObject({ status: 'pending', dueAtMs: 0, inboxIds: ['m1'] });
      expect(run).not.toHaveProperty('pausedAtMs');
      expect(await isDue(runId)).toBe(true);
      expect(await store.take(runId, taking('worker-1'))).toMatchObject({ kind: 'taken' });
    });
  });

  describe('resuming a run', () => {
    test('is refused where it is not as it was seen, or not paused', async () => {
      const runId = await pausedRun();
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect(await store.resumeRun(runId, { wakesSeen: 1 })).toMatchObject({ kind: 'changed', run: { wakes: 2 } });
      await store.resumeRun(runId, { wakesSeen: 2 });
      expect(await store.resumeRun(runId, { wakesSeen: 3 })).toMatchObject({
        kind: 'changed',
        run: { status: 'pending', wakes: 3 },
      });
    });

    test('a pause that the network repeats after the resume changes nothing', async () => {
      const runId = await pausedRun();
      await store.resumeRun(runId, { wakesSeen: 1 });
      expect(await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs })).toMatchObject({ kind: 'changed' });
      expect(await store.readRun(runId)).toMatchObject({ status: 'pending' });
    });

    test('a list shows paused runs by their status', async () => {
      const workflow = newRun().runId; // a name that no other test has
      const runId = await pausedRun({ workflow });
      await createdRun(store, { workflow });
      const page = await store.listRuns({ workflows: [workflow], statuses: ['paused'], limit: 10 });
      expect(page.runs).toMatchObject([{ runId, status: 'paused' }]);
    });
  });
}
