import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { EMIT_AT_MS, type Items, writeAfterEnd } from './after-end-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('after-end-v1.json', import.meta.url), 'utf8')) as Items;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it.each([
  ['ended', 0],
  ['postponed', EMIT_AT_MS],
] as const)('an end that the event bus does not have is read today: %s', async (which, dueAtMs) => {
  const tableName = await server.newTable();
  await client.send(new PutItemCommand({ TableName: tableName, Item: golden[which] }));
  const store = createDynamodbStore({ tableName, client });
  expect(await store.readRun('emitting')).toMatchObject({ status: 'completed', afterEnd: 'emit', dueAtMs });
});

it('it is written today as it was', async () => {
  expect(await writeAfterEnd(client, await server.newTable())).toEqual(golden);
});
