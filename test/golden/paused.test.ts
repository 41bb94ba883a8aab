import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { START_MS, taking } from '../store/samples.ts';
import { type Items, PAUSED_AT_MS, writePausedItems } from './paused-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('paused-v1.json', import.meta.url), 'utf8')) as Items;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it('a run that was paused is read today, and goes on when it is resumed', async () => {
  const tableName = await server.newTable();
  for (const Item of Object.values(golden)) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const store = createDynamodbStore({ tableName, client });
  expect(await store.readRun('paused')).toMatchObject({
    ...{ status: 'paused', pausedAtMs: PAUSED_AT_MS, inboxIds: ['m1'], dueAtMs: 0 },
  });
  expect(await store.take('paused', taking('worker-2'))).toEqual({ kind: 'refused', reason: 'paused' });
  await store.resumeRun('paused', { wakesSeen: 2 });
  expect(await store.take('paused', taking('worker-2'))).toMatchObject({ kind: 'taken' });
  expect(await store.readRun('stopping')).toMatchObject({ status: 'suspended', isToTerminate: true, dueAtMs: 0 });
  expect(await store.readRun('resumed')).toMatchObject({ status: 'suspended', dueAtMs: START_MS + 3_600_000 });
});

it('the items of such runs are written today as they were', async () => {
  expect(await writePausedItems(client, await server.newTable())).toEqual(golden);
});
