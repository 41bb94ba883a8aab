/** What every store has to answer of workflows that are paused: operation 28, operation 29 and operation 30. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { WorkflowList } from '../../lib/ports/paused-workflows.ts';
import type { Store } from '../../lib/ports/store.ts';
import {
  createdRun,
  encoded,
  finishing,
  INBOX_LIMIT,
  LEASE_MS,
  newRun,
  releasing,
  START_MS,
  takenRun,
  taking,
} from './samples.ts';

const workflow = 'held-checkout';
const now = { nowMs: START_MS, dueByMs: START_MS };
const hold = { workflow, ...now };

export function describeHolding(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  const isDue = async (runId: string): Promise<boolean> => isIn(store.listDue(START_MS + 1), runId);
  const isAmongHeld = async (runId: string): Promise<boolean> => isIn(store.listHeld(workflow), runId);
  const heldRun = async (): Promise<string> => {
    const { runId } = await createdRun(store, { workflow });
    expect(await store.holdRun(runId, hold)).toEqual({ kind: 'held' });
    return runId;
  };
  /** The list is one for all tests of a store. */
  const change = async (workflows: WorkflowList['workflows']): Promise<WorkflowList> => {
    const { version } = await store.readWorkflowList();
    const list = { version: version + 1, workflows };
    expect(await store.changeWorkflowList(list)).toEqual({ kind: 'done' });
    return list;
  };

  describe('the list of paused workflows', () => {
    test('is empty before the first change, and then what was written last', async () => {
      const before = await store.readWorkflowList();
      expect(before.workflows).toEqual(before.version === 0 ? [] : before.workflows);
      const list = await change([
        { workflow: 'a', pausedAtMs: 1, reason: 'ü "quoted"' },
        { workflow: 'b', resumedAtMs: 2 },
      ]);
      expect(await store.readWorkflowList()).toEqual(list);
      await change([]);
      expect((await store.readWorkflowList()).workflows).toEqual([]);
    });

    test('a change of an earlier one is refused, and so is a change that comes twice', async () => {
      const list = await change([{ workflow: 'a', pausedAtMs: 1 }]);
      expect(await store.changeWorkflowList({ ...list, workflows: [] })).toEqual({ kind: 'changed' });
      expect(await store.changeWorkflowList({ version: list.version + 2, workflows: [] })).toEqual({ kind: 'changed' });
      expect(await store.readWorkflowList()).toEqual(list);
      await change([]);
    });
  });

  describe('holding a run', () => {
    test('takes it out of where sweeps look, and puts it among the held runs of its workflow; all else stays', async () => {
      const { runId } = await createdRun(store, { workflow });
      const before = await store.readRun(runId);
      expect(await store.holdRun(runId, hold)).toEqual({ kind: 'held' });
      expect(await store.readRun(runId)).toEqual({ ...before, isHeld: true });
      expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([false, true]);
      expect(await isIn(store.listHeld('held-check'), runId)).toBe(false);
      expect(await store.holdRun(runId, hold)).toEqual({ kind: 'held' });
    });

    test('it is put back, twice as well as once; of another workflow it is refused', async () => {
      const runId = await heldRun();
      expect(await store.putRunBack(runId, 'other')).toEqual({ kind: 'refused' });
      expect(await isAmongHeld(runId)).toBe(true);
      const putting = await store.putRunBack(runId, workflow);
      expect(putting).toMatchObject({ kind: 'done', run: { runId, dueAtMs: 0, status: 'pending' } });
      expect(putting).not.toHaveProperty('run.isHeld');
      expect(await store.putRunBack(runId, workflow)).toEqual({ kind: 'refused' });
      expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([true, false]);
      expect(await store.putRunBack('nobody', workflow)).toEqual({ kind: 'refused' });
    });

    test('is refused where a worker has the run, it is not due, it is paused, or of another workflow', async () => {
      const taken = await takenRun(store, { workflow });
      const paused = await createdRun(store, { workflow });
      await store.pauseRun(paused.runId, { wakesSeen: 0, pausedAtMs: START_MS });
      const later = await createdRun(store, { workflow, dueAtMs: START_MS + 9 });
      const others = await createdRun(store, { workflow: 'other' });
      const ended = await takenRun(store, { workflow });
      await store.finish(ended.runId, finishing({ purgeAtMs: START_MS }));
      const waiting = await takenRun(store, { workflow });
      await store.release(waiting.runId, releasing());
      for (const { runId } of [taken, paused, later, others, ended, waiting, { runId: 'nobody' }]) {
        const before = await store.readRun(runId);
        expect(await store.holdRun(runId, hold)).toEqual({ kind: 'refused' });
        expect(await store.readRun(runId)).toEqual(before);
      }
    });

    test('a run whose worker was lost is held, and taken over when it is put back', async () => {
      const { runId } = await takenRun(store, { workflow });
      const later = { nowMs: START_MS + LEASE_MS, dueByMs: START_MS + LEASE_MS };
      expect(await store.holdRun(runId, { workflow, ...later })).toEqual({ kind: 'held' });
      await store.putRunBack(runId, workflow);
      const taken = await store.take(runId, { ...taking('worker-2'), ...later });
      expect(taken).toMatchObject({ kind: 'taken', before: { status: 'running', lease: {} } });
    });

    test('the worker who thought it was lost releases it to where sweeps look', async () => {
      const { runId } = await takenRun(store, { workflow });
      await store.holdRun(runId, { workflow, nowMs: START_MS + LEASE_MS, dueByMs: START_MS + LEASE_MS });
      expect(await store.release(runId, releasing({ dueAtMs: START_MS }))).toEqual({ kind: 'done' });
      expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([true, false]);
    });

    test('a worker to whom the workflow is not paused takes a held run, which is held no more', async () => {
      const runId = await heldRun();
      expect(await store.take(runId, taking('worker-1'))).toMatchObject({ kind: 'taken' });
      expect(await store.readRun(runId)).not.toHaveProperty('isHeld');
      expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([true, false]);
    });

    test('what it is sent wakes nobody, and a request to stop ends it', async () => {
      for (const kind of ['cancel', 'terminate'] as const) {
        const runId = await heldRun();
        expect(await store.accept(runId, 'm1', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: true });
        expect(await store.accept(runId, 'm1', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: true });
        expect(await isAmongHeld(runId)).toBe(true);
        expect(await store.accept(runId, 'm2', INBOX_LIMIT, kind)).toEqual({ kind: 'accepted', leased: false });
        expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([true, false]);
        expect(await store.holdRun(runId, hold)).toEqual({ kind: 'refused' });
        const taken = await store.take(runId, { ...taking('worker-1'), paused: [workflow] });
        expect(taken.kind).toBe('taken');
      }
    });

    test('a run that is paused while it is held is in no index, and after its resume where sweeps look', async () => {
      const runId = await heldRun();
      const paused = await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs: START_MS });
      expect(paused).toMatchObject({ kind: 'done', run: { status: 'paused' } });
      expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([false, false]);
      expect(await store.putRunBack(runId, workflow)).toEqual({ kind: 'refused' });
      await store.resumeRun(runId, { wakesSeen: 1 });
      expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([true, false]);
    });

    test('one that is retried after it failed can be held again, although it was to be cancelled before', async () => {
      const { runId } = await takenRun(store, { workflow });
      await store.accept(runId, 'm1', INBOX_LIMIT, 'cancel');
      await store.finish(runId, finishing({ status: 'failed', wakesSeen: 1 }));
      const goesOnFrom = { kind: 'retry', number: 1, keeps: 1, reason: 'no' } as const;
      await store.retryRun(runId, { epoch: 1, purgeAtMs: undefined, retries: 1, goesOnFrom });
      expect(await store.holdRun(runId, hold)).toEqual({ kind: 'held' });
    });

    test('a link that continues is where sweeps look', async () => {
      const { runId } = await takenRun(store, { workflow });
      await store.holdRun(runId, { workflow, nowMs: START_MS + LEASE_MS, dueByMs: START_MS + LEASE_MS });
      const input = { kind: 'inline', value: encoded('next') } as const;
      const next = { epoch: 1, wakesSeen: 0, link: 2, input, inboxIds: [], deadlineAtMs: undefined };
      expect(await store.continueRun(runId, next)).toEqual({ kind: 'done' });
      expect([await isDue(runId), await isAmongHeld(runId)]).toEqual([true, false]);
    });
  });

  describe('taking a run while workflows are paused', () => {
    test('one of theirs is refused, with the run; one of others is taken', async () => {
      const { runId } = await createdRun(store, { workflow });
      const paused = ['other', workflow, 'more'];
      expect(await store.take(runId, { ...taking('worker-1'), paused })).toMatchObject({
        kind: 'refused',
        reason: 'workflow-paused',
        run: { runId, workflow, epoch: 0 },
      });
      expect(await store.readRun(runId)).not.toHaveProperty('lease');
      const takenByOther = await store.take(runId, {
        ...taking('worker-1'),
        paused: ['other', `${workflow}2`, 'held'],
      });
      expect(takenByOther).toMatchObject({ kind: 'taken' });
      // Its own request again, by a worker that has learned of the pause since.
      expect(await store.take(runId, { ...taking('worker-1'), paused })).toMatchObject({ kind: 'taken' });
    });

    test('a hundred may be', async () => {
      const paused = Array.from({ length: 100 }, (_, index) => `w${index}-${'x'.repeat(100)}`);
      const theirs = await createdRun(store, { workflow: paused[99] ?? '' });
      const refused = await store.take(theirs.runId, { ...taking('worker-1'), paused });
      expect(refused).toMatchObject({ kind: 'refused', reason: 'workflow-paused' });
      const { runId } = await createdRun(store, newRun());
      expect(await store.take(runId, { ...taking('worker-1'), paused })).toMatchObject({ kind: 'taken' });
    });

    test('what else is wrong comes first', async () => {
      const paused = [workflow];
      const leased = await takenRun(store, { workflow });
      const again = await store.take(leased.runId, { ...taking('worker-2'), paused });
      expect(again).toEqual({ kind: 'refused', reason: 'leased' });
      const waiting = await takenRun(store, { workflow });
      await store.release(waiting.runId, releasing());
      const early = await store.take(waiting.runId, { ...taking('worker-2'), paused });
      expect(early).toMatchObject({ kind: 'refused', reason: 'not-due' });
    });
  });
}

async function isIn(pages: AsyncIterable<readonly string[]>, runId: string): Promise<boolean> {
  const ids: string[] = [];
  for await (const page of pages) ids.push(...page);
  return ids.includes(runId);
}
