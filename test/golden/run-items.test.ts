import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { SHORTEST_RETENTION_MS } from '../../lib/core/shortest-retention.ts';
import { createDynamodbStore, type TableStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { newRun } from '../store/samples.ts';
import { DELETED_AT_MS, FORK, type Items, RETRY, writeRunItems } from './run-items-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('run-items-v1.json', import.meta.url), 'utf8')) as Items;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

/** A table of today with the items as they were. */
async function goldenTable(): Promise<TableStore> {
  const tableName = await server.newTable();
  for (const Item of Object.values(golden).filter((item) => item !== golden.rested)) {
    await client.send(new PutItemCommand({ TableName: tableName, Item }));
  }
  return createDynamodbStore({ tableName, client });
}

it('what the next turn of a run does first is read today: of one that is tried again, and of a fork', async () => {
  const store = await goldenTable();
  expect(await store.readRun('retried')).toMatchObject({ status: 'suspended', retries: 2, goesOnFrom: RETRY });
  expect(await store.readRun('forked')).toMatchObject({ status: 'pending', goesOnFrom: FORK });
});

it('a deleted run is not found today, and keeps its id as long as it was said', async () => {
  const store = await goldenTable();
  expect(await store.readRun('deleted')).toBeUndefined();
  expect(await store.createRun(newRun({ runId: 'deleted' }))).toEqual({
    kind: 'deleted',
    freeAtMs: DELETED_AT_MS + SHORTEST_RETENTION_MS,
  });
});

it('the items of such runs are written today as they were', async () => {
  expect(await writeRunItems(client, await server.newTable())).toEqual(golden);
});
