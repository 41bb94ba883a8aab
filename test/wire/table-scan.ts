/** All that is in the table, read past the engine. */
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { fromRecordItem } from '../../lib/dynamodb/stored-content.ts';
import type { Item } from '../../lib/dynamodb/item.ts';
import { attribute, dueIndex, runSortKey, workflowIndex } from '../../lib/dynamodb/schema.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';

/** What the table has of one run. */
export interface ScannedRun {
  readonly runId: string;
  run: Item | undefined;
  readonly records: JournalRecord[];
  /** Sort keys of all else. */
  readonly others: string[];
}

export interface TableScan {
  readonly runs: ReadonlyMap<string, ScannedRun>;
  /** Run ids in each index. */
  readonly due: ReadonlySet<string>;
  readonly byWorkflow: ReadonlySet<string>;
}

export async function scanTable(endpoint: string, tableName: string): Promise<TableScan> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  try {
    const runs = new Map<string, ScannedRun>();
    for (const item of await all(client, { TableName: tableName, ConsistentRead: true })) {
      const runId = item[attribute.pk]?.S ?? '';
      const sortKey = item[attribute.sk]?.S ?? '';
      const run = runs.get(runId) ?? { runId, run: undefined, records: [], others: [] };
      runs.set(runId, run);
      if (sortKey === runSortKey) run.run = item;
      else if (sortKey.startsWith('event#')) run.records.push(fromRecordItem(item));
      else run.others.push(sortKey);
    }
    for (const { records } of runs.values()) records.sort((a, b) => a.number - b.number);
    const idsIn = async (IndexName: string): Promise<Set<string>> =>
      new Set((await all(client, { TableName: tableName, IndexName })).map((item) => item[attribute.pk]?.S ?? ''));
    return { runs, due: await idsIn(dueIndex.name), byWorkflow: await idsIn(workflowIndex.name) };
  } finally {
    client.destroy();
  }
}

async function all(
  client: DynamoDBClient,
  input: { readonly TableName: string; readonly IndexName?: string; readonly ConsistentRead?: boolean },
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, input)) items.push(...((page.Items ?? []) as Item[]));
  return items;
}
