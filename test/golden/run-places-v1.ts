/** A run that waits for its workflow's place, and the begin of the journals of such runs: what `run-places-v1.json` has was written by it. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { lineSortKey, poolPartition, poolSortKey, recordSortKey } from '../../lib/dynamodb/schema.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { lineOrder, type PoolState, type Waiter } from '../../lib/ports/pool.ts';
import { newRun, releasing, START_MS, taking } from '../store/samples.ts';

export const STATE: PoolState = {
  code: { concurrency: 1 },
  places: [{ runId: 'goes-on', step: 0, key: 'ann', sinceMs: START_MS, epoch: 1, checkAtMs: START_MS + 300_000 }],
  atMs: START_MS,
  turn: 0,
  cleared: 0,
};

export const WAITER: Waiter = { runId: 'waits', step: 0, key: 'bob', priority: 2, turn: 1, sinceMs: START_MS + 2 };

export const ENTRIES: readonly JournalEntry[] = [
  { kind: 'started', atMs: START_MS, version: '1', seed: 'seed', pool: 'runs' },
  { kind: 'retried', atMs: START_MS + 9, number: 1, keeps: 1, reason: 'Error: no', pool: 'runs' },
];

export type Items = Readonly<Record<'pool' | 'waiter' | 'run' | 'record', Record<string, AttributeValue>>>;

export async function writeRunPlaces(client: DynamoDBClient, tableName: string): Promise<Items> {
  const store = createDynamodbStore({ tableName, client });
  const read = async (pk: string, sk: string): Promise<Record<string, AttributeValue>> => {
    const key = { pk: { S: pk }, sk: { S: sk } };
    return (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  };
  await store.changePool('runs', { version: 0, state: STATE, nonce: 'n1' });
  await store.joinLine('runs', { waiter: WAITER, next: { group: 9, turn: 2 } });
  const { runId, ...waiter } = WAITER;
  await store.createRun(newRun({ runId }));
  await store.take(runId, taking('worker-1'));
  await store.release(runId, releasing({ status: 'pending', placeWaits: [{ pool: 'runs', waiter }] }));
  await store.putRecord('goes-on', { number: 1, epoch: 1, nonce: 'n1', entries: [...ENTRIES] });
  const partition = poolPartition('runs');
  return {
    pool: await read(partition, poolSortKey),
    waiter: await read(partition, lineSortKey(lineOrder(WAITER))),
    run: await read(runId, 'run'),
    record: await read('goes-on', recordSortKey(1)),
  };
}
