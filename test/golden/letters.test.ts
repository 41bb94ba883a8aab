import { readFileSync } from 'node:fs';
import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { LETTERS, writeLetters } from './letters-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('letters-v1.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, AttributeValue>
>;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it('run items with letters are read today, and what the letters say', async () => {
  const tableName = await server.newTable();
  for (const Item of Object.values(golden)) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const store = createDynamodbStore({ tableName, client });
  const [, second] = LETTERS;
  for (const [runId, letters] of Object.entries({ sent: LETTERS, blocked: [second] })) {
    const run = (await store.readRun(runId))!;
    expect(run.letters).toEqual(letters);
    expect(await store.loadMessages(runId, run.inboxIds, run.letters)).toEqual(letters);
  }
});

it('they are written today as they were', async () => {
  expect(await writeLetters(client, await server.newTable())).toEqual(golden);
});
