/** Two sweepers purge one run, and the slower of them meets a new run under the same id. */
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import {
  createdRun,
  encoded,
  forgettableRun,
  journalRecord,
  purgeWhole,
  signal,
  PURGE_MS,
  START_MS,
} from '../store/samples.ts';
import { aroundEachRequest } from './client-faults.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const store = createDynamodbStore({ tableName, client: server.newClient() });

afterAll(() => server.close());

/** A store that does `meanwhile` just before its first delete: after it has seen what there is. */
function slowSweeper(meanwhile: () => Promise<void>) {
  const client = server.newClient();
  let begun: Promise<void> | undefined;
  aroundEachRequest(client, async (command, _input, send) => {
    if (command === 'DeleteItemCommand') await (begun ??= meanwhile());
    return send();
  });
  return createDynamodbStore({ tableName, client });
}

test('a purge that comes late deletes nothing of a new run with the same id', async () => {
  const { runId } = await forgettableRun(store);
  const putAll = async (content: string): Promise<void> => {
    await store.putRecord(runId, journalRecord(1, { nonce: content }));
    await store.putMessage(runId, signal('m1', content));
    await store.putValue(runId, 'key', encoded(content));
  };
  await putAll('old');
  const late = slowSweeper(async () => {
    await purgeWhole(store, runId);
    await createdRun(store, { runId, createdAtMs: START_MS + 1 });
    await putAll('new');
  });
  await late.purge(runId, PURGE_MS);
  expect(await store.readRun(runId)).toMatchObject({ status: 'pending', createdAtMs: START_MS + 1 });
  expect(await store.loadRecords(runId, 0)).toEqual([journalRecord(1, { nonce: 'new' })]);
  expect(await store.loadMessages(runId, ['m1'])).toEqual([signal('m1', 'new')]);
  expect(await store.readValue(runId, 'key')).toBe('new');
});

test('a new run that has ended by then is left alone too', async () => {
  const { runId } = await forgettableRun(store);
  await store.putRecord(runId, journalRecord(1));
  const late = slowSweeper(async () => {
    await purgeWhole(store, runId);
    await forgettableRun(store, { runId, createdAtMs: START_MS + 1 });
  });
  await late.purge(runId, PURGE_MS);
  expect(await store.readRun(runId)).toMatchObject({ status: 'completed', createdAtMs: START_MS + 1 });
});

test('a purge that was cut short is finished by the next one', async () => {
  const { runId } = await forgettableRun(store);
  for (const number of [1, 2, 3]) await store.putRecord(runId, journalRecord(number));
  const client = server.newClient();
  let deletes = 0;
  aroundEachRequest(client, async (command, _input, send) => {
    if (command === 'DeleteItemCommand' && (deletes += 1) > 2) throw new Error('the sweeper was stopped');
    return send();
  });
  await expect(createDynamodbStore({ tableName, client }).purge(runId, PURGE_MS)).rejects.toThrow(
    'the sweeper was stopped',
  );
  expect(await store.readRun(runId)).toMatchObject({ status: 'completed', dueAtMs: PURGE_MS });
  await purgeWhole(store, runId);
  expect(await store.readRun(runId)).toBeUndefined();
  expect(await store.loadRecords(runId, 0)).toEqual([]);
});

test('a sweeper that was overtaken by one that put the run off does not delete it', async () => {
  const { runId } = await forgettableRun(store);
  await store.putRecord(runId, journalRecord(1));
  await store.putMessage(runId, signal('m1'));
  const client = server.newClient();
  let isOvertaken = false;
  aroundEachRequest(client, async (command, _input, send) => {
    if (command === 'QueryCommand' && !isOvertaken) {
      isOvertaken = true; // the other deletes the message before this one looks for any
      expect(await store.purge(runId, PURGE_MS)).toMatchObject({ kind: 'postponed' });
    }
    return send();
  });
  expect(await createDynamodbStore({ tableName, client }).purge(runId, PURGE_MS)).toEqual({ kind: 'skipped' });
  expect(await store.readRun(runId)).toMatchObject({ status: 'completed' });
});

test('a run is put off before its messages are deleted', async () => {
  const { runId } = await forgettableRun(store);
  await store.putMessage(runId, signal('m1'));
  const client = server.newClient();
  aroundEachRequest(client, (command, _input, send) => {
    return command === 'UpdateItemCommand' ? Promise.reject(new Error('the sweeper was stopped')) : send();
  });
  await expect(createDynamodbStore({ tableName, client }).purge(runId, PURGE_MS)).rejects.toThrow('was stopped');
  expect(await store.loadMessages(runId, ['m1'])).toHaveLength(1);
});
