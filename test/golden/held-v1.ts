/**
 * A list of paused workflows, a run that is held, and one that is to be cancelled: what `held-v1.json` has was written by it.
 */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { INBOX_LIMIT, newRun, releasing, START_MS, taking } from '../store/samples.ts';

export const WORKFLOWS = [
  { workflow: 'bill', resumedAtMs: START_MS + 1 },
  { workflow: 'ship', pausedAtMs: START_MS + 2, reason: 'the carrier is "down"' },
];

export type Items = Readonly<Record<'list' | 'held' | 'stopping', Record<string, AttributeValue>>>;

export async function writeHeldItems(client: DynamoDBClient, tableName: string): Promise<Items> {
  const store = createDynamodbStore({ tableName, client });
  const read = async (pk: string, sk = 'run'): Promise<Record<string, AttributeValue>> => {
    const key = { pk: { S: pk }, sk: { S: sk } };
    return (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  };
  await store.changeWorkflowList({ version: 1, workflows: [] });
  await store.changeWorkflowList({ version: 2, workflows: WORKFLOWS });
  for (const runId of ['held', 'stopping']) {
    await store.createRun(newRun({ runId, workflow: 'ship' }));
    await store.take(runId, taking('worker-1'));
    await store.release(runId, releasing({ dueAtMs: START_MS }));
    await store.holdRun(runId, { workflow: 'ship', nowMs: START_MS, dueByMs: START_MS });
    await store.accept(runId, 'm1', INBOX_LIMIT);
  }
  await store.accept('stopping', 'm2', INBOX_LIMIT, 'cancel');
  return { list: await read('workflows/', 'paused'), held: await read('held'), stopping: await read('stopping') };
}
