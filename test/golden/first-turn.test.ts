import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { START_MS } from '../store/samples.ts';
import { ENTRIES, type Items, writeFirstTurns } from './first-turn-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('first-turn-v1.json', import.meta.url), 'utf8')) as Items;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it('runs that began where they were started are read today, with their first records', async () => {
  const tableName = await server.newTable();
  for (const Item of Object.values(golden)) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const store = createDynamodbStore({ tableName, client });
  expect(await store.readRun('goes-on')).toMatchObject({ status: 'running', epoch: 1, lease: { owner: 'starter' } });
  expect(await store.readRun('rests')).toMatchObject({ status: 'suspended', dueAtMs: START_MS + 60_000 });
  expect(await store.readRun('has-ended')).toMatchObject({ status: 'completed', result: { value: 'done' } });
  for (const runId of Object.keys(golden)) {
    const record = { number: 1, epoch: 1, nonce: 'starter', entries: ENTRIES };
    expect(await store.loadRecords(runId, 0)).toEqual([record]);
  }
});

it('they are written today as they were', async () => {
  expect(await writeFirstTurns(client, await server.newTable())).toEqual(golden);
});
