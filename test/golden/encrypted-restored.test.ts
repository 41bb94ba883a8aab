/** What was encrypted once, in a table that is restored under another name. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { createDynamodbStore, type TableStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { openPayloadKey } from '../../lib/kms/open-payload-key.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { runFake } from '../cli/fake-surroundings.ts';
import { ENTRIES, LARGE, MESSAGE, RESULT, RUN_ID, STATUS, TABLE } from './encrypted-v1.ts';

const golden = JSON.parse(readFileSync(new URL('encrypted-v1.json', import.meta.url), 'utf8')) as Stored[];

type Stored = Record<string, { S?: string; N?: string; B?: string; L?: { S: string }[] }>;

const server = await startTableServer();
const client = server.newClient();
const folder = mkdtempSync(join(tmpdir(), 'lull-golden-'));
afterAll(async () => {
  client.destroy();
  rmSync(folder, { recursive: true });
  await server.close();
});
afterEach(() => vi.unstubAllEnvs());

const toItem = (stored: Stored): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { B, ...rest }]) => [
      name,
      (B === undefined ? rest : { B: Buffer.from(B, 'base64') }) as AttributeValue,
    ]),
  );

/** The key of the golden items, as a file. */
const path = join(folder, 'golden.key');
writeFileSync(path, createHash('sha256').update('golden').digest('base64'));
const payloadKey = `file:${path}`;

function open(tableName: string, formerTables: readonly string[]): TableStore {
  return createDynamodbStore({ tableName, client, payloadKey: openPayloadKey({ payloadKey, formerTables }) });
}

async function readAll(store: TableStore): Promise<unknown> {
  return {
    run: await store.readRun(RUN_ID),
    records: (await store.loadRecords(RUN_ID, 0)).map(({ entries }) => entries),
    value: await store.readValue(RUN_ID, 'large'),
    messages: await store.loadMessages(RUN_ID, [MESSAGE.id]),
    again: await store.putMessage(RUN_ID, MESSAGE),
  };
}

const AS_IT_WAS = {
  run: { result: { kind: 'inline', value: RESULT }, customStatus: STATUS },
  records: [ENTRIES],
  value: LARGE,
  messages: [MESSAGE],
  again: { kind: 'put' },
};

it('is read where the name that it had is said, and is read without once it is encrypted anew', async () => {
  const restored = await server.newTable();
  for (const stored of golden) await client.send(new PutItemCommand({ TableName: restored, Item: toItem(stored) }));
  await expect(readAll(open(restored, []))).rejects.toThrow(/PAYLOAD_KEY|payload key/);
  await expect(readAll(open(restored, ['other']))).rejects.toThrow(/PAYLOAD_KEY|payload key/);
  const store = open(restored, ['other', TABLE]);
  expect(await readAll(store)).toMatchObject(AS_IT_WAS);
  // What is written now is of the table's name of now.
  await store.putValue(RUN_ID, 'new', 'new');
  expect(await open(restored, []).readValue(RUN_ID, 'new')).toBe('new');

  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', server.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const args = ['reencrypt', '--table', restored, '--key', payloadKey, '--former-table', TABLE];
  expect((await runFake(args)).out).toContain('Nothing is left for which a former key is needed');
  expect(await readAll(open(restored, []))).toMatchObject(AS_IT_WAS);
});
