import { readFileSync } from 'node:fs';
import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { TAILS, writeTails } from './tail-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('tail-v1.json', import.meta.url), 'utf8')) as Record<
  string,
  AttributeValue
>[];

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it('run items with tails are read today, and the journals that end with them', async () => {
  const tableName = await server.newTable();
  for (const Item of golden) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const store = createDynamodbStore({ tableName, client });
  for (const [runId, tail] of Object.entries(TAILS)) {
    expect((await store.readRun(runId))?.tail).toEqual(tail);
    const records = await store.loadRecords(runId, 0);
    expect(records.at(-1)).toEqual({ ...tail, isTail: true });
    expect(records).toHaveLength(tail.number);
  }
});

it('who knows of no tail refuses them, also after a letter', () => {
  const formats = golden.filter(({ sk }) => sk?.S === 'run').map(({ format }) => format?.N);
  expect(formats).toEqual(['6', '6', '6']);
});

it('they are written today as they were', async () => {
  expect(await writeTails(client, await server.newTable())).toEqual(golden);
});
