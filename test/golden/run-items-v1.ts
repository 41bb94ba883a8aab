/** A run that is tried again, one that begins as a fork, and a deleted one: what `run-items-v1.json` has was written by it. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { ForkPoint, RetryPoint } from '../../lib/ports/run-item.ts';
import { finishing, newRun, releasing, START_MS, taking } from '../store/samples.ts';

export const RETRY: RetryPoint = {
  kind: 'retry',
  number: 2,
  keeps: 5,
  reason: 'StepFailedError: step "load" failed',
  deadlineAtMs: START_MS + 86_400_000,
  children: ['part'],
};

export const FORK: ForkPoint = { kind: 'fork', runId: 'origin', link: 2, entries: 12, at: 3, before: 'pack#3' };

export const DELETED_AT_MS = START_MS + 60_000;

export type Items = Readonly<Record<'retried' | 'rested' | 'forked' | 'deleted', Record<string, AttributeValue>>>;

/** `rested`: the one that was tried again, when its turn has come to rest. */
export async function writeRunItems(client: DynamoDBClient, tableName: string): Promise<Items> {
  const store = createDynamodbStore({ tableName, client });
  const read = async (runId: string): Promise<Record<string, AttributeValue>> => {
    const key = { pk: { S: runId }, sk: { S: 'run' } };
    return (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  };
  for (const runId of ['retried', 'deleted']) {
    await store.createRun(newRun({ runId }));
    await store.take(runId, taking('worker-1'));
    await store.finish(runId, finishing({ status: 'failed' }));
  }
  await store.createRun(newRun({ runId: 'forked', goesOnFrom: FORK }));
  await store.retryRun('retried', { epoch: 1, purgeAtMs: undefined, retries: 2, goesOnFrom: RETRY });
  const retried = await read('retried');
  await store.take('retried', taking('worker-2'));
  await store.release('retried', releasing({ epoch: 2 }));
  await store.deleteRun('deleted', DELETED_AT_MS);
  return { retried, rested: await read('retried'), forked: await read('forked'), deleted: await read('deleted') };
}
