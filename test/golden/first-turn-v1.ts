/** Runs whose starters took the first turn: what `first-turn-v1.json` has was written by it. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import type { FirstTurn } from '../../lib/ports/first-turn.ts';
import { encoded, LEASE_MS, newRun, START_MS } from '../store/samples.ts';

export const ENTRIES: readonly JournalEntry[] = [
  { kind: 'started', atMs: START_MS, version: '7', seed: 'seed' },
  { kind: 'sleep', id: 1, name: 'sleep', dueAtMs: START_MS + 60_000 },
];

const nonce = 'starter';
const shows = { customStatus: encoded('waits'), attributes: { customer: 'c1' } };

const THEN: Readonly<Record<string, FirstTurn['then']>> = {
  'goes-on': { kind: 'goes-on', lease: { owner: nonce, expiresAtMs: START_MS + LEASE_MS } },
  rests: { kind: 'rests', dueAtMs: START_MS + 60_000, shows },
  'has-ended': {
    ...{ kind: 'has-ended', status: 'completed', result: { kind: 'inline', value: encoded('done') } },
    ...{ endedAtMs: START_MS + 1, purgeAtMs: START_MS + 3_600_000 },
  },
};

export type Items = Readonly<Record<string, Record<string, AttributeValue>>>;

export async function writeFirstTurns(client: DynamoDBClient, tableName: string): Promise<Items> {
  const store = createDynamodbStore({ tableName, client });
  const items: Record<string, Record<string, AttributeValue>> = {};
  for (const [runId, then] of Object.entries(THEN)) {
    await store.createRun(newRun({ runId, firstTurn: { nonce, entries: ENTRIES, then } }));
    const key = { pk: { S: runId }, sk: { S: 'run' } };
    items[runId] = (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item ?? {};
  }
  return items;
}
