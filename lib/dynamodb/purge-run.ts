/**
 * Deletes a closed run (operation 17): its items, then its objects in the bucket, then the run item. So a purge that was
 * cut short is found again in the index of the due. Items are deleted before objects: a reader finds nothing, and never
 * a claim without its object.
 *
 * Of two sweepers at once the slower may meet a new run under the same id. So what was found is deleted only if the
 * closed run is still there afterwards, hence was there all the time; and each item under a condition.
 *
 * A message, a value to which the run does not refer, or an object that no item claims, may be on its way: put, and not
 * accepted or started with yet. It is deleted here, and the next run of the id is not to miss it. So the closed run is
 * postponed before that, and stays: no other run has the id until the request on its way has been answered.
 *
 * Relies on: no request of the closed run's workers and senders arrives later than the shortest retention, 15 minutes,
 * after its end, or after their last one. A record that did would be the first of the next run of that id.
 */
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import { ANSWER_KEY_PREFIX } from '../ports/message.ts';
import { SNAPSHOT_KEY_PREFIX } from '../ports/run-item.ts';
import type { PurgeResult } from '../ports/run-removal.ts';
import type { Claim } from './claim.ts';
import { itemIsTheOneSeen, runIsClosedAndAsSeen } from './conditions.ts';
import type { PayloadOffload } from './payload-offload.ts';
import { expression } from './expression.ts';
import { inParallel } from './in-parallel.ts';
import { findNumber, findText, itemKey, readJson, readText, text } from './item.ts';
import type { Item } from './item.ts';
import { postponeUpdate } from './run-updates.ts';
import { messageSortKey, runSortKey, valueSortKey } from './schema.ts';
import { isReceived } from './stored-content.ts';
import type { Table } from './table.ts';

/** How many deletes are on their way at once. */
const WIDTH = 10;

const SKIPPED: PurgeResult = { kind: 'skipped' };

/** A closed run, as it was when its purge began. */
export interface ClosedRun {
  readonly runId: string;
  readonly createdOrder: string;
  readonly dueAtMs: number;
  /** Sort keys of its input and its result, where they are not in the run item. */
  readonly values: readonly string[];
}

export interface Purge {
  readonly table: Table;
  readonly payloads: PayloadOffload;
  readonly seen: ClosedRun;
  /** Until when it is postponed, if it has to be. */
  readonly laterMs: number;
  isPostponed: boolean;
  /** All goes but what may be on its way: a purge sees to that, and to the run item. */
  readonly takesAll: boolean;
  /** Items and objects, but for the run item. */
  found: number;
  hasFoundOnItsWay: boolean;
  /** Keys of objects, of items that were found. */
  readonly claimed: Set<string>;
}

export function beginPurge(table: Table, payloads: PayloadOffload, seen: ClosedRun, laterMs: number): Purge {
  const found = { found: 0, hasFoundOnItsWay: false, claimed: new Set<string>() };
  return { table, payloads, seen, laterMs, isPostponed: false, takesAll: false, ...found };
}

export async function purgeRun(
  table: Table,
  payloads: PayloadOffload,
  { runId, dueByMs }: { readonly runId: string; readonly dueByMs: number },
): Promise<PurgeResult> {
  const seen = await readClosed(table, runId);
  if (!seen || seen.dueAtMs > dueByMs) return SKIPPED;
  const laterMs = dueByMs + SHORTEST_RETENTION_MS;
  const purge = beginPurge(table, payloads, seen, laterMs);
  if (!(await deleteItems(purge))) return SKIPPED;
  if (!purge.isPostponed && !(await deleteObjects(purge))) return SKIPPED;
  if (purge.isPostponed) return { kind: 'postponed', dueAtMs: laterMs };
  const deleted = await table.delete('purge', itemKey(runId, runSortKey), runIsClosedAndAsSeen(seen));
  return deleted.kind === 'written' ? { kind: 'purged' } : SKIPPED;
}

/** All, or only what may be on its way, once the run is postponed. False: another sweeper was faster. */
export async function deleteItems(purge: Purge): Promise<boolean> {
  const { table, payloads, seen, claimed } = purge;
  for await (const found of itemsOf(table, seen.runId)) {
    for (const item of found) payloads.checkKnowsObjectOf(item);
    if (!(await isThereStill(purge))) return false;
    const onTheirWay = found.filter((item) => isOnItsWay(item, seen));
    if (onTheirWay.length > 0 && !(await postpone(purge))) return false;
    purge.found += found.length;
    purge.hasFoundOnItsWay ||= onTheirWay.length > 0;
    const isLeft = (item: Item): boolean => purge.isPostponed && onTheirWay.includes(item) === purge.takesAll;
    const going = found.filter((item) => !isLeft(item));
    await inParallel(going, WIDTH, (item) => deleteSeen(table, item));
    for (const item of purge.takesAll ? going : found)
      if (findText(item, 'claim')) claimed.add(readJson<Claim>(item, 'claim').key);
  }
  return true;
}

/** False: another sweeper was faster. */
export async function deleteObjects(purge: Purge): Promise<boolean> {
  const { payloads, seen, claimed } = purge;
  for await (const objects of payloads.objectsOf(seen.runId)) {
    if (!(await isThereStill(purge))) return false;
    const areAllClaimed = objects.every((object) => claimed.has(object));
    purge.found += objects.length;
    purge.hasFoundOnItsWay ||= !areAllClaimed;
    if (!areAllClaimed && !(await postpone(purge))) return false;
    await payloads.deleteObjects(purge.takesAll ? objects.filter((object) => claimed.has(object)) : objects);
  }
  return true;
}

/** Undefined: it is open, or gone, or has no end of retention. */
export async function readClosed(table: Table, runId: string): Promise<ClosedRun | undefined> {
  const run = await table.get('purge', itemKey(runId, runSortKey));
  const dueAtMs = run && findNumber(run, 'dueAtMs');
  if (!run || dueAtMs === undefined || findText(run, 'closedStatus') === undefined) return undefined;
  if (findText(run, 'afterEnd') !== undefined) return undefined; // it is due for that
  const values = [findText(run, 'inputKey'), findText(run, 'resultKey')].flatMap((key) => key ?? []).map(valueSortKey);
  return { runId, createdOrder: readText(run, 'createdOrder'), dueAtMs, values };
}

function isOnItsWay(item: Item, { values }: ClosedRun): boolean {
  const sortKey = readText(item, 'sk');
  if (sortKey.startsWith(messageSortKey(''))) return !isReceived(item);
  // Answers of updates and snapshots are written by workers of the closed run.
  if ([ANSWER_KEY_PREFIX, SNAPSHOT_KEY_PREFIX].some((prefix) => sortKey.startsWith(valueSortKey(prefix)))) return false;
  return sortKey.startsWith(valueSortKey('')) && !values.includes(sortKey);
}

/** All but the run item, page by page: keys, nonces and claims. */
async function* itemsOf(table: Table, runId: string): AsyncGenerator<readonly Item[]> {
  let startKey: Item | undefined;
  do {
    const { items, lastKey } = await table.query('purge', {
      keys: expression('#pk = :runId', { ':runId': text(runId) }),
      projection: expression('#pk, #sk, #nonce, #claim, #received'),
      startKey,
    });
    const found = items.filter((item) => readText(item, 'sk') !== runSortKey);
    if (found.length > 0) yield found;
    startKey = lastKey;
  } while (startKey);
}

async function isThereStill({ table, seen: { runId, createdOrder } }: Purge): Promise<boolean> {
  return (await readClosed(table, runId))?.createdOrder === createdOrder;
}

/** Once. False: another sweeper has postponed or purged it. */
async function postpone(purge: Purge): Promise<boolean> {
  const { table, seen, laterMs, isPostponed } = purge;
  if (isPostponed) return true;
  const { kind } = await table.update('purge', itemKey(seen.runId, runSortKey), {
    update: postponeUpdate(laterMs),
    condition: runIsClosedAndAsSeen(seen),
    gives: 'ALL_NEW',
  });
  return (purge.isPostponed = kind === 'written');
}

async function deleteSeen(table: Table, item: Item): Promise<void> {
  const key = itemKey(readText(item, 'pk'), readText(item, 'sk'));
  await table.delete('purge', key, itemIsTheOneSeen(readText(item, 'nonce')));
}
