/** A closed run whose end the event bus has not taken: what `after-end-v1.json` and `after-end-v2.json` have was written by it. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { finishing, newRun, START_MS, taking } from '../store/samples.ts';

export type Items = Readonly<Record<'ended' | 'postponed', Record<string, AttributeValue>>>;

export const EMIT_AT_MS = START_MS + 65_000;
export const PURGE_AT_MS = START_MS + 3_600_000;

/** Right after its end, and when the bus has been found away. `purgeAtMs`: of a run that is not kept for ever. */
export async function writeAfterEnd(client: DynamoDBClient, tableName: string, purgeAtMs?: number): Promise<Items> {
  const store = createDynamodbStore({ tableName, client });
  const read = async (): Promise<Record<string, AttributeValue>> => {
    const key = { pk: { S: 'emitting' }, sk: { S: 'run' } };
    return (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  };
  await store.createRun(newRun({ runId: 'emitting' }));
  await store.take('emitting', taking('worker-1'));
  await store.finish('emitting', finishing({ afterEnd: 'emit', purgeAtMs }));
  const ended = await read();
  const { endedAtMs } = finishing();
  await store.settleEnd('emitting', { endedAtMs, purgeAtMs, emitAtMs: EMIT_AT_MS });
  return { ended, postponed: await read() };
}
