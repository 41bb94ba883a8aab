import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { taking } from '../store/samples.ts';
import { type Items, WORKFLOWS, writeHeldItems } from './held-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('held-v1.json', import.meta.url), 'utf8')) as Items;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it('a list of paused workflows, and runs that are held, are read today', async () => {
  const tableName = await server.newTable();
  for (const Item of Object.values(golden)) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const store = createDynamodbStore({ tableName, client });
  expect(await store.readWorkflowList()).toEqual({ version: 2, workflows: WORKFLOWS });
  const held: string[] = [];
  for await (const page of store.listHeld('ship')) held.push(...page);
  expect(held).toEqual(['held']);
  expect(await store.readRun('held')).toMatchObject({ isHeld: true, status: 'suspended', dueAtMs: 0 });
  const paused = ['ship'];
  const refused = await store.take('held', { ...taking('worker-2'), paused });
  expect(refused).toMatchObject({ kind: 'refused', reason: 'workflow-paused' });
  expect(await store.putRunBack('held', 'ship')).toMatchObject({ kind: 'done' });
  expect(await store.readRun('stopping')).toMatchObject({ isToCancel: true, dueAtMs: 0 });
  expect(await store.take('stopping', { ...taking('worker-2'), paused })).toMatchObject({ kind: 'taken' });
});

it('the list, and items of such runs, are written today as they were', async () => {
  expect(await writeHeldItems(client, await server.newTable())).toEqual(golden);
});
