/** A pool, its name in the list, one that waits in its line, and the run of that: what `pools-v1.json` has was written by it. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { lineSortKey, poolListPartition, poolPartition, poolSortKey } from '../../lib/dynamodb/schema.ts';
import { lineOrder, type PoolState, type Waiter } from '../../lib/ports/pool.ts';
import { newRun, releasing, START_MS, taking } from '../store/samples.ts';

/** All that a pool may have. */
export const STATE: PoolState = {
  code: { concurrency: 5, rate: { limit: 100, perMs: 60_000 } },
  set: { concurrency: 2, concurrencyPerKey: 1, rate: { limit: 2, perMs: 60_000 }, ratePerKey: { limit: 1, perMs: 1_000 } },
  pausedAtMs: START_MS + 5,
  places: [
    { runId: 'taken', step: 3, key: 'ann "a"', sinceMs: START_MS, epoch: 2, checkAtMs: START_MS + 30_000 },
    { runId: 'given', step: 1, sinceMs: START_MS + 1, checkAtMs: START_MS + 60_001 },
  ],
  starts: [
    [START_MS, 1],
    [START_MS + 1, 1],
  ],
  startsByKey: { 'ann "a"': [[START_MS, 1]] },
  atMs: START_MS + 1,
  turn: 4,
  cleared: 0,
  wakeAtMs: START_MS + 60_000,
};

export const WAITER: Waiter = { runId: 'waits', step: 7, key: 'bob', priority: -3, turn: 4, sinceMs: START_MS + 2 };

export type Items = Readonly<Record<'listed' | 'pool' | 'waiter' | 'run', Record<string, AttributeValue>>>;

export async function writePoolItems(client: DynamoDBClient, tableName: string): Promise<Items> {
  const store = createDynamodbStore({ tableName, client });
  const read = async (pk: string, sk: string): Promise<Record<string, AttributeValue>> => {
    const key = { pk: { S: pk }, sk: { S: sk } };
    return (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  };
  await store.changePool('mailer', { version: 0, state: STATE, nonce: 'n1' });
  await store.joinLine('mailer', { waiter: WAITER, next: { group: 9, turn: 5 } });
  const { runId, ...waiter } = WAITER;
  await store.createRun(newRun({ runId }));
  await store.take(runId, taking('worker-1'));
  await store.release(runId, releasing({ placeWaits: [{ pool: 'mailer', waiter }] }));
  const partition = poolPartition('mailer');
  return {
    listed: await read(poolListPartition, 'mailer'),
    pool: await read(partition, poolSortKey),
    waiter: await read(partition, lineSortKey(lineOrder(WAITER))),
    run: await read(runId, 'run'),
  };
}
