import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { poolIn } from '../../lib/engine/pools/pool-of-run.ts';
import { findDamage, readableEntries } from '../../lib/journal/find-damage.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { ENTRIES, type Items, STATE, WAITER, writeRunPlaces } from './run-places-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('run-places-v1.json', import.meta.url), 'utf8')) as Items;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it('the place of a run, one that waits for its own, and how a journal says it are read today', async () => {
  const tableName = await server.newTable();
  for (const Item of Object.values(golden)) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const store = createDynamodbStore({ tableName, client });
  expect(await store.readPool('runs')).toMatchObject({ joinCount: 1, state: STATE });
  expect(await store.readLine('runs', { limit: 10 })).toEqual([WAITER]);
  const { runId, ...waiter } = WAITER;
  expect(await store.readRun(runId)).toMatchObject({
    status: 'pending',
    placeWaits: [{ pool: 'runs', waiter }],
  });
  const records = await store.loadRecords('goes-on', 0);
  expect(findDamage(records)).toBeUndefined();
  const entries = readableEntries(records);
  expect(entries).toEqual(ENTRIES);
  expect(poolIn(entries)).toBe('runs');
});

it('they are written today as they were', async () => {
  expect(await writeRunPlaces(client, await server.newTable())).toEqual(golden);
});
