/** Run items with letters: what `letters-v1.json` has was written by it. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { Message } from '../../lib/ports/message.ts';
import { encoded, INBOX_LIMIT, newRun, releasing, START_MS, taking } from '../store/samples.ts';

export const LETTERS: readonly Message[] = [
  { kind: 'signal', id: 'letter-1', name: 'approved', payload: encoded({ by: 'Ada' }) },
  {
    ...{ kind: 'run-ended', id: 'letter-2', runId: 'child', workflow: 'part', status: 'completed' },
    value: encoded(1),
  },
];

type Item = Record<string, AttributeValue>;

/** One that was sent both, and one that keeps the second of them while it is blocked. */
export async function writeLetters(client: DynamoDBClient, tableName: string): Promise<Readonly<Record<string, Item>>> {
  const store = createDynamodbStore({ tableName, client });
  const items: Record<string, Item> = {};
  for (const runId of ['sent', 'blocked']) {
    await store.createRun(newRun({ runId }));
    for (const letter of LETTERS) {
      const kind = letter.kind === 'signal' ? 'signal' : 'control';
      await store.accept(runId, letter.id, INBOX_LIMIT, kind, letter);
    }
    if (runId === 'blocked') {
      await store.take(runId, taking('worker'));
      const stays = { inboxIds: ['letter-2'], lettersSeen: LETTERS.map(({ id }) => id), wakesSeen: 2 };
      const blocked = { reason: 'why', sinceMs: START_MS };
      await store.release(runId, releasing({ ...stays, status: 'blocked', dueAtMs: START_MS + 1_000, blocked }));
    }
    const key = { pk: { S: runId }, sk: { S: 'run' } };
    items[runId] = (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  }
  return items;
}
