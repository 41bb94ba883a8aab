/** A request that happened and was reported as failed is sent again by the SDK: what the repeat answers is right. */
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import {
  createdRun,
  encoded,
  finishing,
  forgettableRun,
  journalRecord,
  newRun,
  purgeWhole,
  releasing,
  signal,
  takenRun,
  taking,
  LEASE_MS,
  INBOX_LIMIT,
  START_MS,
} from '../store/samples.ts';
import { loseNextAnswer } from './client-faults.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const client = server.newClient();
const loseAnswer = loseNextAnswer(client);
const store = createDynamodbStore({ tableName, client });

afterAll(async () => {
  client.destroy();
  await server.close();
});

/** Does it with the answer to its first `command` lost, and makes sure that it was sent twice. */
async function withLostAnswer<T>(command: string, action: () => Promise<T>): Promise<T> {
  const sent = loseAnswer(command);
  const answer = await action();
  expect(sent.attempts).toBeGreaterThanOrEqual(2);
  return answer;
}

test('a creation finds its own run: the caller compares it with what it wanted', async () => {
  const run = newRun();
  const answer = await withLostAnswer('PutItemCommand', () => store.createRun(run));
  expect(answer).toEqual({ kind: 'exists', run: { ...run, status: 'pending', epoch: 0, wakes: 0, inboxIds: [] } });
});

test('an accepted message is accepted once', async () => {
  const { runId } = await createdRun(store);
  const answer = await withLostAnswer('UpdateItemCommand', () => store.accept(runId, 'm1', INBOX_LIMIT));
  expect(answer).toEqual({ kind: 'accepted', leased: false });
  expect(await store.readRun(runId)).toMatchObject({ inboxIds: ['m1'], wakes: 1 });
});

test('the message that takes the last place is accepted, not told that the inbox is full', async () => {
  const { runId } = await createdRun(store);
  const answer = await withLostAnswer('UpdateItemCommand', () => store.accept(runId, 'm1', 1));
  expect(answer).toEqual({ kind: 'accepted', leased: false });
});

test('a lease that was taken is taken, not found to be blocked by its own taker', async () => {
  const run = await createdRun(store);
  const answer = await withLostAnswer('UpdateItemCommand', () => store.take(run.runId, taking('worker-1')));
  expect(answer).toEqual({ kind: 'taken', before: run });
  expect((await store.readRun(run.runId))?.epoch).toBe(1);
});

test('a lease that was taken over is still told to be a takeover, so that the fence is put', async () => {
  const { lease: _, ...run } = await takenRun(store);
  const nowMs = START_MS + LEASE_MS;
  const answer = await withLostAnswer('UpdateItemCommand', () => store.take(run.runId, taking('worker-2', nowMs)));
  expect(answer).toEqual({
    kind: 'taken',
    before: { ...run, lease: { owner: 'unknown', expiresAtMs: START_MS + LEASE_MS } },
  });
});

test('a renewal is renewed', async () => {
  const { runId } = await takenRun(store);
  const renewal = { epoch: 1, expiresAtMs: START_MS + 2 * LEASE_MS };
  const answer = await withLostAnswer('UpdateItemCommand', () => store.renew(runId, renewal));
  expect(answer).toMatchObject({ kind: 'renewed', run: { lease: { expiresAtMs: renewal.expiresAtMs } } });
});

test('a release is done', async () => {
  const { runId } = await takenRun(store);
  const release = releasing({ dueAtMs: START_MS + 1000 });
  expect(await withLostAnswer('UpdateItemCommand', () => store.release(runId, release))).toEqual({ kind: 'done' });
  expect(await store.readRun(runId)).toMatchObject({ status: 'suspended', dueAtMs: START_MS + 1000 });
});

test('an end is done', async () => {
  const { runId } = await takenRun(store);
  const answer = await withLostAnswer('UpdateItemCommand', () => store.finish(runId, finishing({ purgeAtMs: 7 })));
  expect(answer).toEqual({ kind: 'done' });
  expect(await store.readRun(runId)).toMatchObject({ status: 'completed', dueAtMs: 7 });
});

test('a record finds itself: the caller compares the nonce', async () => {
  const { runId } = newRun();
  const record = journalRecord(1, { nonce: 'mine' });
  const answer = await withLostAnswer('PutItemCommand', () => store.putRecord(runId, record));
  expect(answer).toEqual({ kind: 'exists', record });
});

test('messages, values and their deletion are as if nothing had been lost', async () => {
  const { runId } = newRun();
  await withLostAnswer('PutItemCommand', () => store.putMessage(runId, signal('m1')));
  await withLostAnswer('PutItemCommand', () => store.putValue(runId, 'key', encoded(1)));
  expect(await store.loadMessages(runId, ['m1'])).toEqual([signal('m1')]);
  expect(await store.readValue(runId, 'key')).toBe(1);
  await withLostAnswer('BatchWriteItemCommand', () => store.deleteMessages(runId, ['m1']));
  await withLostAnswer('DeleteItemCommand', () => store.deleteValue(runId, 'key'));
  expect(await store.loadMessages(runId, ['m1'])).toEqual([]);
  expect(await store.readValue(runId, 'key')).toBeUndefined();
});

test('a message with an idempotency key finds itself, and so does the keeping of its digest', async () => {
  const { runId } = newRun();
  const message = { ...signal('key-1'), digest: 'd' };
  expect(await withLostAnswer('PutItemCommand', () => store.putMessage(runId, message))).toEqual({ kind: 'put' });
  await withLostAnswer('UpdateItemCommand', () => store.deleteMessages(runId, ['key-1'], { keepDigests: true }));
  expect(await store.putMessage(runId, message)).toEqual({ kind: 'received' });
});

test('a purge goes on', async () => {
  const { runId } = await forgettableRun(store);
  await store.putRecord(runId, journalRecord(1));
  await withLostAnswer('DeleteItemCommand', () => purgeWhole(store, runId));
  expect(await store.readRun(runId)).toBeUndefined();
  expect(await store.loadRecords(runId, 0)).toEqual([]);
});
