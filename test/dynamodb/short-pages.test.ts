/** DynamoDB may end a page wherever it likes: here each has two items at most, and nothing is left out. */
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import {
  createdRun,
  finishing,
  forgettableRun,
  journalRecord,
  newRun,
  purgeWhole,
  taking,
  START_MS,
} from '../store/samples.ts';
import { aroundEachRequest } from './client-faults.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const client = server.newClient();
aroundEachRequest(client, (command, input, send) => {
  if (command === 'QueryCommand') input['Limit'] = 2;
  return send();
});
const store = createDynamodbStore({ tableName, client });

afterAll(async () => {
  client.destroy();
  await server.close();
});

/** 60 runs over 8 shards, one per millisecond; every seventh has failed. Newest first. */
const workflow = 'many';
const runs = await Promise.all(
  Array.from({ length: 60 }, async (_, index) => {
    const { runId } = await createdRun(store, { workflow, createdAtMs: START_MS + index });
    const failed = index % 7 === 3;
    if (failed) {
      await store.take(runId, taking('worker-1'));
      await store.finish(runId, finishing({ status: 'failed', purgeAtMs: 5 }));
    }
    return { runId, failed };
  }),
);
runs.reverse();

async function listAll(statuses?: readonly ('failed' | 'pending')[]): Promise<string[]> {
  const runIds: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { workflows: [workflow], limit: 9, ...(statuses ? { statuses } : {}), ...(cursor ? { cursor } : {}) };
    const page = await store.listRuns(query);
    runIds.push(...page.runs.map(({ runId }) => runId));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return runIds;
}

test('the due are all there', async () => {
  const due: string[] = [];
  for await (const page of store.listDue(START_MS)) due.push(...page);
  expect(due.toSorted()).toEqual(runs.map(({ runId }) => runId).toSorted());
});

test('a list has all runs in order, each once', async () => {
  expect(await listAll()).toEqual(runs.map(({ runId }) => runId));
});

test('a list of one status has all that have it', async () => {
  const failed = runs.filter((run) => run.failed).map(({ runId }) => runId);
  expect(await listAll(['failed'])).toEqual(failed);
  const open = runs.filter((run) => !run.failed).map(({ runId }) => runId);
  expect(await listAll(['pending'])).toEqual(open);
});

test('a journal is loaded whole', async () => {
  const { runId } = newRun();
  for (let number = 1; number <= 7; number += 1) await store.putRecord(runId, journalRecord(number));
  expect((await store.loadRecords(runId, 0)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('a run is purged whole', async () => {
  const { runId } = await forgettableRun(store);
  for (let number = 1; number <= 7; number += 1) await store.putRecord(runId, journalRecord(number));
  await purgeWhole(store, runId);
  expect(await store.loadRecords(runId, 0)).toEqual([]);
  expect(await store.readRun(runId)).toBeUndefined();
});
