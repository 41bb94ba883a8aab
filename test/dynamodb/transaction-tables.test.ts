/** A transaction on tables on which it makes no sense: nothing is written, and the author learns which write it was. */
import { afterAll, expect, test } from 'vitest';
import type { TransactionWrite } from '../../lib/core/transaction/write.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { journalRecord, newRun } from '../store/samples.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

const put = (table: string): TransactionWrite => ({
  ...{ action: 'put', table, isPlain: false },
  item: { pk: { S: 'mine' }, sk: { S: 'run' } },
});

test.each([
  ['by its name', (name: string) => name],
  ['by its ARN', (name: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`],
])('the table of the engine itself is refused, %s', async (_, toTable) => {
  const tableName = await server.newTable();
  const store = createDynamodbStore({ tableName, client });
  const { runId } = newRun();
  const writes = [put(await server.newTable()), put(toTable(tableName))];
  const answer = await store.transact(runId, { record: journalRecord(1), link: 1, writes });
  expect(answer).toMatchObject({
    kind: 'refused',
    why: expect.stringMatching(/^put #1 is on .* the table of lull itself/) as string,
  });
  expect(await store.loadRecords(runId, 0)).toEqual([]);
});

test('a table that is not there is refused, and nothing is written', async () => {
  const store = createDynamodbStore({ tableName: await server.newTable(), client });
  const { runId } = newRun();
  const writes = [put('not-there')];
  const answer = await store.transact(runId, { record: journalRecord(1), link: 1, writes });
  expect(answer).toMatchObject({
    kind: 'refused',
    why: expect.stringMatching(/resource not found|non-existent table/i) as string,
  });
  expect(await store.loadRecords(runId, 0)).toEqual([]);
});
