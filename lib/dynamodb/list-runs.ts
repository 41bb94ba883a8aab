/**
 * Lists from the index by workflow: newest first over the shards of all workflows that were asked for.
 *
 * Each round asks every shard for its next rows. A shard that has more behind its last row hides what might come next,
 * so a round is complete down to the latest of these: the floor. What is below it is left to the next round.
 *
 * The index does not know which open status a run has, nor what a run shows: the run items are read for it. (It could
 * have the latter, but for tables that exist: an index cannot change what it projects. And each change would cost a
 * write of the index.) So a filter by attributes reads the item of each run in the span of time.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { hasAttributes } from '../core/attributes.ts';
import { type ClosedStatus, isClosed, type RunStatus } from '../core/run-status.ts';
import { pickShows, type RunRow } from '../ports/run-item.ts';
import type { RunPage, RunQuery } from '../ports/run-query.ts';
import { getItems } from './batches.ts';
import { expression } from './expression.ts';
import type { Expression } from './expression.ts';
import { findText, itemKey, readNumber, readText, text } from './item.ts';
import type { Item } from './item.ts';
import {
  createdOrderFrom,
  fromCreatedOrder,
  fromWorkflowShard,
  runSortKey,
  workflowIndex,
  workflowShards,
} from './schema.ts';
import { findRun } from './stored-run.ts';
import type { Table } from './table.ts';

/** Of run items that are read to be filtered: most of them may not be asked for. */
const READ_AT_ONCE = 100;

/** So many rounds without a full page: then the page is cut short, and its cursor goes on. */
const ROUND_LIMIT = 20;

/** The cursor is the `createdOrder` of the last row that was looked at. */
export async function listRuns(table: Table, query: RunQuery): Promise<RunPage> {
  if (query.statuses?.length === 0) return { runs: [] };
  const runs: RunRow[] = [];
  let cursor = query.cursor;
  for (let round = 1; round <= ROUND_LIMIT; round += 1) {
    const { items, floor } = await askShards(table, query, cursor);
    let index = 0;
    while (index < items.length && runs.length < query.limit) {
      const left = query.limit - runs.length;
      const some = items.slice(index, index + (isFilteredByItem(query) ? Math.max(left, READ_AT_ONCE) : left));
      for (const row of await toRows(table, some, query)) {
        index += 1;
        if (row !== undefined) runs.push(row);
        if (runs.length === query.limit) break;
      }
    }
    const lastSeen = items[index - 1];
    if (index < items.length && lastSeen) return { runs, cursor: readText(lastSeen, 'createdOrder') };
    if (floor === undefined) return { runs };
    cursor = floor;
    if (runs.length >= query.limit) break;
  }
  return cursor === undefined ? { runs } : { runs, cursor };
}

/** Rows below the cursor, newest first: all that there are at or above the floor. Without a floor: all. */
async function askShards(
  table: Table,
  query: RunQuery,
  cursor: string | undefined,
): Promise<{ items: Item[]; floor: string | undefined }> {
  const shards = [...new Set(query.workflows)].flatMap(workflowShards);
  const pages = await Promise.all(shards.map((shard) => askShard(table, shard, query, cursor)));
  const floors = pages.flatMap(({ floor }) => floor ?? []);
  const floor = floors.length > 0 ? floors.reduce((a, b) => (a > b ? a : b)) : undefined;
  const items = pages
    .flatMap(({ items }) => items)
    .filter((item) => floor === undefined || readText(item, 'createdOrder') >= floor)
    .sort((a, b) => (readText(a, 'createdOrder') < readText(b, 'createdOrder') ? 1 : -1));
  return { items, floor };
}

async function askShard(
  table: Table,
  shard: string,
  query: RunQuery,
  cursor: string | undefined,
): Promise<{ items: Item[]; floor: string | undefined }> {
  const { sinceMs = 0, untilMs = Infinity, statuses, limit } = query;
  const until = createdOrderFrom(Math.max(0, Math.ceil(untilMs)));
  const upper = cursor !== undefined && cursor < until ? cursor : until;
  const lower = createdOrderFrom(Math.max(0, Math.ceil(sinceMs)));
  // An empty range is an error to DynamoDB.
  if (upper < lower) return { items: [], floor: undefined };
  const { items, lastKey } = await table.query('listRuns', {
    indexName: workflowIndex.name,
    keys: expression('#workflowShard = :shard AND #createdOrder BETWEEN :lower AND :upper', {
      ':shard': text(shard),
      ':lower': text(lower),
      ':upper': text(upper),
    }),
    filter: statuses && statusFilter(statuses),
    newestFirst: true,
    // The row of the cursor itself is among them.
    limit: isFiltered(query) ? Math.max(limit + 1, FILTERED_PAGE_LENGTH) : limit + 1,
  });
  return {
    items: items.filter((item) => readText(item, 'createdOrder') < upper),
    floor: lastKey && readText(lastKey, 'createdOrder'),
  };
}

function isFiltered({ statuses, attributes }: RunQuery): boolean {
  return statuses !== undefined || attributes !== undefined;
}

/** What the index has of a closed run decides; not so the status of an open one. */
function isFilteredByItem({ statuses = [], attributes }: RunQuery): boolean {
  return attributes !== undefined || statuses.some((status) => !isClosed(status));
}

/** Rows that one request looks at when most of them may be filtered out. */
const FILTERED_PAGE_LENGTH = 200;

function statusFilter(statuses: readonly RunStatus[]): Expression {
  const closed = statuses.filter(isClosed);
  const values: Record<string, AttributeValue> = {};
  const tests = closed.map((status) => {
    values[`:${status}`] = text(status);
    return `#closedStatus = :${status}`;
  });
  if (closed.length < statuses.length) tests.push('attribute_not_exists(#closedStatus)');
  return expression(`(${tests.join(' OR ')})`, values);
}

/** One for each item: undefined if it is not asked for. */
async function toRows(table: Table, items: readonly Item[], query: RunQuery): Promise<(RunRow | undefined)[]> {
  const { withoutShows, statuses, attributes } = query;
  const isIndexEnough = withoutShows && attributes === undefined;
  const toRead = items.filter((item) => !isIndexEnough || findText(item, 'closedStatus') === undefined);
  const keys = toRead.map((item) => itemKey(readText(item, 'pk'), runSortKey));
  const found = (await getItems(table, 'listRuns', keys)).flatMap((item) => findRun(item)?.run ?? []);
  const runs = new Map(found.map((run) => [run.runId, run]));
  return items.map((item) => {
    const run = runs.get(readText(item, 'pk'));
    if (attributes !== undefined && !hasAttributes(run?.attributes, attributes)) return undefined;
    // A run that is gone was purged since.
    const row = run ?? (isIndexEnough ? closedRow(item) : undefined);
    if (row === undefined || (statuses && !statuses.includes(row.status))) return undefined;
    return pickRow(row, withoutShows);
  });
}

function closedRow(item: Item): RunRow | undefined {
  const status = findText(item, 'closedStatus') as ClosedStatus | undefined;
  if (status === undefined) return undefined;
  return {
    runId: readText(item, 'pk'),
    workflow: fromWorkflowShard(readText(item, 'workflowShard')),
    status,
    createdAtMs: fromCreatedOrder(readText(item, 'createdOrder')),
    endedAtMs: readNumber(item, 'endedAtMs'),
  };
}

function pickRow(run: RunRow, withoutShows: true | undefined): RunRow {
  const { runId, workflow, status, createdAtMs, endedAtMs } = run;
  const row = { runId, workflow, status, createdAtMs, ...(endedAtMs === undefined ? {} : { endedAtMs }) };
  return withoutShows ? row : { ...row, ...pickShows(run) };
}
