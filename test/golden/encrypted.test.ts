import { readFileSync } from 'node:fs';
import { CreateTableCommand, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { createTableInput } from '../../lib/dynamodb/create-table-input.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import {
  ENTRIES,
  INPUT,
  LARGE,
  MESSAGE,
  openGolden,
  RESULT,
  RUN_ID,
  STATUS,
  TABLE,
  writeEncrypted,
} from './encrypted-v1.ts';

// Once in somebody's table, always read: this file is never edited.
const golden = JSON.parse(readFileSync(new URL('encrypted-v1.json', import.meta.url), 'utf8')) as Stored[];

type Stored = Record<string, { S?: string; N?: string; B?: string; L?: { S: string }[] }>;

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

const toItem = (stored: Stored): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { B, ...rest }]) => [
      name,
      (B === undefined ? rest : { B: Buffer.from(B, 'base64') }) as AttributeValue,
    ]),
  );

it('what was encrypted once is decrypted today: each kind of item, by the key of the table', async () => {
  await client.send(new CreateTableCommand(createTableInput(TABLE)));
  for (const stored of golden) await client.send(new PutItemCommand({ TableName: TABLE, Item: toItem(stored) }));
  const store = openGolden(client, TABLE);
  expect(await store.readRun(RUN_ID)).toMatchObject({
    input: { kind: 'inline', value: INPUT },
    inputDigest: '2:digest',
    result: { kind: 'inline', value: RESULT },
    customStatus: STATUS,
  });
  expect((await store.loadRecords(RUN_ID, 0)).map(({ entries }) => entries)).toEqual([ENTRIES]);
  expect(await store.readValue(RUN_ID, 'large')).toEqual(LARGE);
  expect(await store.loadMessages(RUN_ID, [MESSAGE.id])).toEqual([MESSAGE]);
  // Sent again with its digest, it is the same.
  expect(await store.putMessage(RUN_ID, MESSAGE)).toEqual({ kind: 'put' });
  expect(await store.putMessage(RUN_ID, { ...MESSAGE, digest: 'another' })).toEqual({ kind: 'differs' });
});

it('the items have the same form today: the same attributes, of the same types and sizes', async () => {
  const form = (items: readonly Stored[]): unknown =>
    items
      .map((item) => Object.entries(item).map(([name, value]) => `${name} ${Object.keys(value)[0]} ${sizeOf(value)}`).sort())
      .sort();
  const today = await writeEncrypted(client, await server.newTable());
  expect(form(JSON.parse(JSON.stringify(today, toJson)) as Stored[])).toEqual(form(golden));
});

function sizeOf({ B, S, N }: Stored[string]): number {
  return B === undefined ? (S ?? N ?? '').length : Buffer.from(B, 'base64').length;
}

function toJson(this: unknown, _name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
