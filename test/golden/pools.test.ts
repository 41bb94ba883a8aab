import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { type Items, STATE, WAITER, writePoolItems } from './pools-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('pools-v1.json', import.meta.url), 'utf8')) as Items;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it('a pool, its line and a run that waits in it are read today, and written on', async () => {
  const tableName = await server.newTable();
  for (const Item of Object.values(golden)) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const store = createDynamodbStore({ tableName, client });
  const names: string[] = [];
  for await (const page of store.listPools()) names.push(...page);
  expect(names).toEqual(['mailer']);
  const pool = { version: 1, joinCount: 1, turns: { 9: 5 }, state: STATE };
  expect(await store.readPool('mailer')).toEqual(pool);
  expect(await store.readLine('mailer', { limit: 10 })).toEqual([WAITER]);
  const { runId, ...waiter } = WAITER;
  expect(await store.readRun(runId)).toMatchObject({ placeWaits: [{ pool: 'mailer', waiter }] });
  expect(await store.makeRunDue(runId)).toEqual({ kind: 'due' });
  const change = { version: 1, joinCount: 1, state: { ...STATE, places: [] }, nonce: 'n2' };
  expect(await store.changePool('mailer', change)).toMatchObject({ kind: 'done', pool: { version: 2 } });
});

it('they are written today as they were', async () => {
  expect(await writePoolItems(client, await server.newTable())).toEqual(golden);
});
