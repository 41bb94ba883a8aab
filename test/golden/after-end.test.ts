import { readFileSync } from 'node:fs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { EMIT_AT_MS, type Items, PURGE_AT_MS, writeAfterEnd } from './after-end-v1.ts';

// Once in somebody's table, always read: these files are never edited.
const [keptForEver, withPurge] = ['after-end-v1.json', 'after-end-v2.json'].map(
  (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as Items,
) as [Items, Items];

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

it.each([
  ['kept for ever', 'ended', keptForEver, 0, undefined],
  ['kept for ever', 'postponed', keptForEver, EMIT_AT_MS, undefined],
  ['purged in an hour', 'ended', withPurge, 0, PURGE_AT_MS],
  ['purged in an hour', 'postponed', withPurge, EMIT_AT_MS, PURGE_AT_MS],
] as const)('an end that the event bus does not have is read today: %s, %s', async (_, which, golden, dueAtMs, purgeAtMs) => {
  const tableName = await server.newTable();
  await client.send(new PutItemCommand({ TableName: tableName, Item: golden[which] }));
  const store = createDynamodbStore({ tableName, client });
  const run = await store.readRun('emitting');
  expect(run).toMatchObject({ status: 'completed', afterEnd: 'emit', dueAtMs });
  expect(run?.purgeAtMs).toBe(purgeAtMs);
});

it('it is written today as it was', async () => {
  expect(await writeAfterEnd(client, await server.newTable())).toEqual(keptForEver);
  expect(await writeAfterEnd(client, await server.newTable(), PURGE_AT_MS)).toEqual(withPurge);
});
