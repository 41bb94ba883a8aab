/** Writes encrypted items of each kind, as they stand in users' tables: encrypted-v1.json is made of them. */
import { createHash } from 'node:crypto';
import { ScanCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore, type TableStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { createLocalKey } from '../../lib/encryption/local-key.ts';
import { encoded, journalRecord, LEASE_MS, newRun, signal, START_MS } from '../store/samples.ts';

export const TABLE = 'golden';
export const RUN_ID = 'encrypted';

/** The one that has encrypted the data keys of the golden items. */
const goldenKey = createLocalKey('golden', createHash('sha256').update('golden').digest());

export function openGolden(client: DynamoDBClient, tableName: string): TableStore {
  return createDynamodbStore({ tableName, client, payloadKey: goldenKey, nowMs: () => START_MS });
}

export const INPUT = encoded({ order: 17 });
export const ENTRIES = [
  { kind: 'started', atMs: START_MS, version: 'v1', seed: 'c2VlZA' },
  { kind: 'step', id: 1, name: 'charge', key: 'k' },
] as const;
export const RESULT = encoded({ paid: true });
export const STATUS = encoded('charging');
export const MESSAGE = { ...signal('m1', encoded('yes')), digest: 'digest-of-m1' };
export const LARGE = encoded('large');

export async function writeEncrypted(client: DynamoDBClient, tableName: string): Promise<Record<string, AttributeValue>[]> {
  const store = openGolden(client, tableName);
  const runId = RUN_ID;
  await store.createRun(newRun({ runId, input: { kind: 'inline', value: INPUT }, inputDigest: '2:digest' }));
  const lease = { owner: 'turn', expiresAtMs: START_MS + LEASE_MS };
  await store.take(runId, { lease, nowMs: START_MS, dueByMs: START_MS });
  await store.putRecord(runId, journalRecord(1, { entries: ENTRIES }));
  await store.putValue(runId, 'large', LARGE);
  await store.putMessage(runId, MESSAGE);
  await store.finish(runId, {
    ...{ epoch: 1, wakesSeen: 0, status: 'completed', endedAtMs: START_MS, purgeAtMs: undefined },
    result: { kind: 'inline', value: RESULT },
    shows: { customStatus: STATUS },
  });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
  return Items;
}
