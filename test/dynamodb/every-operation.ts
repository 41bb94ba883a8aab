/** Does all that a Store can do. */
import { expect } from 'vitest';
import { NO_POOL_STATE } from '../../lib/ports/pool.ts';
import type { Store } from '../../lib/ports/store.ts';
import {
  LEASE_MS,
  INBOX_LIMIT,
  purgeWhole,
  START_MS,
  closedRun,
  createdRun,
  encoded,
  finishing,
  forgettableRun,
  journalRecord,
  newRun,
  releasing,
  signal,
  takenRun,
  taking,
  update,
} from '../store/samples.ts';

/** Each operation at least once, with what it leads to when its condition fails. */
export async function useEveryOperation(store: Store): Promise<void> {
  const { runId } = await createdRun(store);
  await store.createRun({
    runId,
    workflow: 'w',
    createdAtMs: 1,
    input: { kind: 'item', key: 'k' },
    inputDigest: 'd',
    dueAtMs: 0,
  });
  for (const owner of ['worker-1', 'worker-2']) await store.take(runId, taking(owner));
  await store.putMessage(runId, signal('m1'));
  for (let twice = 0; twice < 2; twice += 1) {
    await store.accept(runId, 'm1', INBOX_LIMIT);
    await store.accept(runId, 'letter', INBOX_LIMIT, 'signal', signal('letter'));
    await store.renew(runId, { epoch: twice, expiresAtMs: START_MS + LEASE_MS });
    await store.putRecord(runId, journalRecord(1));
    await store.putRecord(runId, journalRecord(2), 1, [{ name: 's', from: 1, values: [encoded('v')] }]);
    await store.readStream(runId, 's', 1);
    await store.release(runId, releasing({ wakesSeen: twice }));
    await store.finish(runId, finishing({ epoch: 7 }));
    await store.continueRun(runId, {
      ...{ epoch: 7, wakesSeen: 0, link: 2, inboxIds: [], deadlineAtMs: undefined },
      input: { kind: 'inline', value: encoded('next') },
    });
    await store.watch(runId, 'watcher', 10);
    await store.pauseRun(runId, { wakesSeen: twice, pausedAtMs: START_MS });
    await store.resumeRun(runId, { wakesSeen: twice });
    await store.changeWorkflowList({ version: 1, workflows: [] });
    await store.holdRun(runId, { workflow: 'w', nowMs: START_MS, dueByMs: START_MS });
    await store.putRunBack(runId, 'w');
    for (const version of [0, 1]) await store.changePool('pool', { version, state: NO_POOL_STATE, nonce: 'n' });
    await store.joinLine('pool', { waiter: { runId, step: 1, priority: 0, turn: 0, sinceMs: 1 } });
    await store.readLine('pool', { limit: 1 });
    await store.leaveLine('pool', ['a']);
    await store.readPool('pool');
    for await (const _page of store.listPools());
    for (const id of [runId, 'nobody']) await store.makeRunDue(id);
    await store.settleEnd(runId, { endedAtMs: START_MS, purgeAtMs: undefined });
    await store.retryRun(runId, {
      ...{ epoch: 7, purgeAtMs: undefined, retries: 1 },
      goesOnFrom: { kind: 'retry', number: 1, keeps: 1, reason: 'no' },
    });
  }
  const own = { action: 'put', table: 'no-such-table', item: { id: { S: 'a' } }, isPlain: false } as const;
  await store.transact(runId, { record: journalRecord(9), link: 1, writes: [own] });
  await store.loadMessages(runId, ['m1']);
  await store.loadRecords(runId, 0);
  await store.loadRecords(`${runId}-without-records`, 0);
  await store.deleteMessages(runId, ['m1']);
  const keyed = { ...signal('key-1'), digest: 'one' };
  for (const digest of ['one', 'two']) await store.putMessage(runId, { ...keyed, digest });
  await store.deleteMessages(runId, ['key-1'], { keepDigests: true });
  await store.putMessage(runId, keyed);
  await store.putMessage(runId, update('key-u'));
  const answer = { status: 'refused', value: { kind: 'inline', value: encoded('no') } } as const;
  for (const messageId of ['key-u', 'key-u', 'key-none']) {
    await store.claimUpdate(runId, messageId, 1);
    await store.answerUpdate(runId, { messageId, epoch: 1, answer });
    await store.readAnswer(runId, messageId);
  }
  await store.putValue(runId, 'k', 1);
  await store.readValue(runId, 'k');
  await store.deleteValue(runId, 'k');
  await store.removeRecords(runId, [{ number: 7, nonce: 'n' }]);
  await store.readRun(runId);
  const closed = await forgettableRun(store);
  await store.putMessage(closed.runId, signal('m1'));
  await purgeWhole(store, closed.runId);
  for (const when of [START_MS, START_MS, START_MS + 3_600_000]) {
    await store.deleteRun(runId, when);
    const ended = await closedRun(store);
    await store.putMessage(ended.runId, signal('m1'));
    await store.deleteRun(ended.runId, when);
    await store.createRun({ ...newRun(), runId: ended.runId });
    await store.deleteRun(ended.runId, when);
  }
  const quiet = await closedRun(store);
  await store.deleteRun(quiet.runId, START_MS + 3_600_000);
  await takenRun(store);
  for await (const page of store.listDue(START_MS)) expect(page).not.toEqual([]);
  for await (const page of store.listHeld('w')) expect(page).not.toEqual([]);
  await store.readWorkflowList();
  await store.listRuns({ workflows: ['checkout'], limit: 3 });
}
