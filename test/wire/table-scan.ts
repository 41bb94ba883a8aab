/** All that is in the table, read past the engine; what the bucket has of it comes with it. */
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { Item } from '../../lib/dynamodb/item.ts';
import { attribute, dueIndex, messageSortKey, runSortKey, workflowIndex } from '../../lib/dynamodb/schema.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import { LEDGER } from './workflows.ts';

/** What the table has of one run. */
export interface ScannedRun {
  readonly runId: string;
  run: Item | undefined;
  readonly records: JournalRecord[];
  /** Ids of the messages with an idempotency key that are received, and of which the digest alone is left. */
  readonly digests: string[];
  /** Sort keys of all else. */
  readonly others: string[];
}

export interface Booked {
  sum: number;
  items: number;
}

export interface TableScan {
  readonly runs: ReadonlyMap<string, ScannedRun>;
  /** What each run has booked in the table of the author's own, and how many items it has there for that. */
  readonly booked: ReadonlyMap<string, Booked>;
  /** Run ids in each index. */
  readonly due: ReadonlySet<string>;
  readonly byWorkflow: ReadonlySet<string>;
}

const TABLE_NAME = 'lull';
const BUCKET_NAME = 'lull-payloads';

export async function scanTable(endpoints: { readonly table: string; readonly bucket: string }): Promise<TableScan> {
  const common = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const client = new DynamoDBClient({ ...common, endpoint: endpoints.table });
  const s3 = new S3Client({ ...common, endpoint: endpoints.bucket, forcePathStyle: true });
  const store = createDynamodbStore({ client, s3, tableName: TABLE_NAME, bucketName: BUCKET_NAME });
  try {
    const runs = new Map<string, ScannedRun>();
    for (const item of await all(client, { TableName: TABLE_NAME, ConsistentRead: true })) {
      const runId = item[attribute.pk]?.S ?? '';
      const sortKey = item[attribute.sk]?.S ?? '';
      const run = runs.get(runId) ?? { runId, run: undefined, records: [], digests: [], others: [] };
      runs.set(runId, run);
      if (sortKey === runSortKey) run.run = item;
      else if (isDigest(item)) run.digests.push(sortKey.slice(messageSortKey('').length));
      else if (!sortKey.startsWith('event#')) run.others.push(sortKey);
    }
    for (const { runId, records } of runs.values()) records.push(...(await store.loadRecords(runId, 0)));
    const idsIn = async (IndexName: string): Promise<Set<string>> =>
      new Set((await all(client, { TableName: TABLE_NAME, IndexName })).map((item) => item[attribute.pk]?.S ?? ''));
    const booked = new Map<string, Booked>();
    for (const item of await all(client, { TableName: LEDGER, ConsistentRead: true })) {
      const [runId = '', round] = item['id']?.S?.split('/') ?? [];
      const of = booked.get(runId) ?? { sum: 0, items: 0 };
      booked.set(runId, of);
      if (round === undefined) of.sum = Number(item['booked']?.N);
      else of.items += 1;
    }
    return { runs, booked, due: await idsIn(dueIndex.name), byWorkflow: await idsIn(workflowIndex.name) };
  } finally {
    client.destroy();
    s3.destroy();
  }
}

/** A message that still has its payload, here or in the bucket, is none. */
function isDigest(item: Item): boolean {
  const { sk, messageDigest, received, message, claim } = attribute;
  const hasPayload = item[message] !== undefined || item[claim] !== undefined;
  const isReceived = item[messageDigest] !== undefined && item[received]?.N === '1';
  return item[sk]?.S?.startsWith(messageSortKey('')) === true && isReceived && !hasPayload;
}

async function all(
  client: DynamoDBClient,
  input: { readonly TableName: string; readonly IndexName?: string; readonly ConsistentRead?: boolean },
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, input)) items.push(...((page.Items ?? []) as Item[]));
  return items;
}
