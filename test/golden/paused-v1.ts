/** A run that is paused, one that is to be terminated, and one that was resumed: what `paused-v1.json` has was written by it. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { INBOX_LIMIT, newRun, releasing, START_MS, taking } from '../store/samples.ts';

export const PAUSED_AT_MS = START_MS + 60_000;

export type Items = Readonly<Record<'paused' | 'stopping' | 'resumed', Record<string, AttributeValue>>>;

export async function writePausedItems(client: DynamoDBClient, tableName: string): Promise<Items> {
  const store = createDynamodbStore({ tableName, client });
  const read = async (runId: string): Promise<Record<string, AttributeValue>> => {
    const key = { pk: { S: runId }, sk: { S: 'run' } };
    return (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  };
  for (const runId of ['paused', 'stopping', 'resumed']) {
    await store.createRun(newRun({ runId }));
    await store.take(runId, taking('worker-1'));
    await store.release(runId, releasing({ dueAtMs: START_MS + 3_600_000 }));
    await store.pauseRun(runId, { wakesSeen: 0, pausedAtMs: PAUSED_AT_MS });
  }
  await store.accept('paused', 'm1', INBOX_LIMIT);
  await store.accept('stopping', 'm1', INBOX_LIMIT, 'terminate');
  await store.resumeRun('resumed', { wakesSeen: 1 });
  return { paused: await read('paused'), stopping: await read('stopping'), resumed: await read('resumed') };
}
