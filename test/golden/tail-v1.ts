/** Run items with tails: what `tail-v1.json` has was written by it. */
import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import type { Tail } from '../../lib/ports/tail.ts';
import { encoded, finishing, INBOX_LIMIT, newRun, releasing, signal, START_MS, taking } from '../store/samples.ts';

type Item = Record<string, AttributeValue>;

const STARTED: readonly JournalEntry[] = [
  { kind: 'started', atMs: START_MS, version: '1', seed: 'seed' },
  { kind: 'sleep', id: 1, name: 'sleep', dueAtMs: START_MS + 1_000 },
];
const WOKEN: readonly JournalEntry[] = [
  { kind: 'sleep-completed', id: 1, atMs: START_MS + 1_000 },
  { kind: 'receive', id: 2, name: 'approved' },
];

export const TAILS: Readonly<Record<string, Tail>> = {
  sleeping: { number: 1, epoch: 1, nonce: 'turn 1', entries: STARTED },
  waiting: { number: 2, epoch: 2, nonce: 'turn 2', entries: WOKEN },
  ended: { number: 1, epoch: 1, nonce: 'turn 1', entries: [...STARTED, ...WOKEN] },
};

/** One at rest with its first record, one with an item before and a letter since, and one that has ended. */
export async function writeTails(client: DynamoDBClient, tableName: string): Promise<readonly Item[]> {
  const store = createDynamodbStore({ tableName, client });
  for (const runId of Object.keys(TAILS)) {
    await store.createRun(newRun({ runId }));
    await store.take(runId, taking('worker'));
    const tail = TAILS[runId]!;
    if (runId === 'ended') await store.finish(runId, finishing({ tail }));
    else if (runId === 'sleeping') await store.release(runId, releasing({ tail, dueAtMs: START_MS + 1_000 }));
    else {
      await store.putRecord(runId, { number: 1, epoch: 1, nonce: 'turn 1', entries: STARTED });
      await store.release(runId, releasing({ dueAtMs: START_MS }));
      await store.take(runId, taking('worker'));
      await store.release(runId, releasing({ epoch: 2, tail }));
      const letter = signal('letter-1', encoded({ by: 'Ada' }));
      await store.accept(runId, letter.id, INBOX_LIMIT, 'signal', letter);
    }
  }
  const items: Item[] = [];
  for (const runId of Object.keys(TAILS)) {
    const query = { TableName: tableName, KeyConditionExpression: 'pk = :pk' };
    const { Items = [] } = await client.send(
      new QueryCommand({ ...query, ExpressionAttributeValues: { ':pk': { S: runId } } }),
    );
    items.push(...Items);
  }
  return items;
}
