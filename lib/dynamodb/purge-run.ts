/**
 * Deletes a closed run (operation 17): its items, then its objects in the bucket, then the run item, so that a purge that was cut short
 * is found again in the index of the due. Items go before objects: who reads meanwhile finds nothing, and no claim
 * without its object.
 *
 * Of two sweepers at once the slower may meet a new run under the same id. So what was found is deleted only if the
 * closed run is still there afterwards, hence was there all the time; and each item under a condition.
 *
 * A message, a value to which the run does not refer, or an object that no item claims, may be on its way: put, and not
 * accepted or started with yet. It is deleted here, and the next run of the id is not to miss it. So the closed run is
 * put off before that, and stays: until whoever put it has had an answer, no other run has the id.
 *
 * Relies on: no request of the closed run's workers and senders arrives later than the shortest retention, 15 minutes,
 * after its end, or after their last one. A record that did would be the first of the next run of that id.
 */
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import type { PurgeResult } from '../ports/store.ts';
import type { Claim } from './claim.ts';
import { itemIsTheOneSeen, runIsClosedAndAsSeen } from './conditions.ts';
import type { Contents } from './contents.ts';
import { expression } from './expression.ts';
import { inParallel } from './in-parallel.ts';
import { findNumber, findText, itemKey, readJson, readText, text } from './item.ts';
import type { Item } from './item.ts';
import { putOff } from './run-updates.ts';
import { messageSortKey, runSortKey, valueSortKey } from './schema.ts';
import { isReceived } from './stored-content.ts';
import type { Table } from './table.ts';

/** How many deletes are on their way at once. */
const WIDTH = 10;

const LEFT: PurgeResult = { kind: 'skipped' };

/** A closed run, as it was when its purge began. */
interface Seen {
  readonly runId: string;
  readonly createdOrder: string;
  readonly dueAtMs: number;
  /** Sort keys of its input and its result, where they do not stand in the run item. */
  readonly values: readonly string[];
}

interface Purge {
  readonly table: Table;
  readonly contents: Contents;
  readonly seen: Seen;
  /** Until when it is put off if it has to be. */
  readonly laterMs: number;
  isPutOff: boolean;
  /** Keys of objects, of items that were found. */
  readonly claimed: Set<string>;
}

export async function purgeRun(
  table: Table,
  contents: Contents,
  { runId, dueByMs }: { readonly runId: string; readonly dueByMs: number },
): Promise<PurgeResult> {
  const seen = await readClosed(table, runId);
  if (!seen || seen.dueAtMs > dueByMs) return LEFT;
  const laterMs = dueByMs + SHORTEST_RETENTION_MS;
  const purge: Purge = { table, contents, seen, laterMs, isPutOff: false, claimed: new Set() };
  if (!(await deleteItems(purge))) return LEFT;
  if (!purge.isPutOff && !(await deleteObjects(purge))) return LEFT;
  if (purge.isPutOff) return { kind: 'postponed', dueAtMs: laterMs };
  const deleted = await table.delete('purge', itemKey(runId, runSortKey), runIsClosedAndAsSeen(seen));
  return deleted.kind === 'written' ? { kind: 'purged' } : LEFT;
}

/** All, or only what may be on its way, once the run is put off. False: somebody else was quicker. */
async function deleteItems(purge: Purge): Promise<boolean> {
  const { table, contents, seen, claimed } = purge;
  for await (const found of itemsOf(table, seen.runId)) {
    for (const item of found) contents.checkKnowsObjectOf(item);
    if (!(await isThereStill(purge))) return false;
    const onTheirWay = found.filter((item) => isOnItsWay(item, seen));
    if (onTheirWay.length > 0 && !(await putItOff(purge))) return false;
    await inParallel(purge.isPutOff ? onTheirWay : found, WIDTH, (item) => deleteSeen(table, item));
    for (const item of found) if (findText(item, 'claim')) claimed.add(readJson<Claim>(item, 'claim').key);
  }
  return true;
}

/** False: somebody else was quicker. */
async function deleteObjects(purge: Purge): Promise<boolean> {
  const { contents, seen, claimed } = purge;
  for await (const objects of contents.objectsOf(seen.runId)) {
    if (!(await isThereStill(purge))) return false;
    const areAllClaimed = objects.every((object) => claimed.has(object));
    if (!areAllClaimed && !(await putItOff(purge))) return false;
    await contents.deleteObjects(objects);
  }
  return true;
}

/** Undefined: it is open, or gone, or to be kept for ever. */
async function readClosed(table: Table, runId: string): Promise<Seen | undefined> {
  const run = await table.get('purge', itemKey(runId, runSortKey));
  const dueAtMs = run && findNumber(run, 'dueAtMs');
  if (!run || dueAtMs === undefined || findText(run, 'closedStatus') === undefined) return undefined;
  const values = [findText(run, 'inputKey'), findText(run, 'resultKey')].flatMap((key) => key ?? []).map(valueSortKey);
  return { runId, createdOrder: readText(run, 'createdOrder'), dueAtMs, values };
}

function isOnItsWay(item: Item, { values }: Seen): boolean {
  const sortKey = readText(item, 'sk');
  if (sortKey.startsWith(messageSortKey(''))) return !isReceived(item);
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

/** Once. False: another sweeper has put it off, or purged it. */
async function putItOff(purge: Purge): Promise<boolean> {
  const { table, seen, laterMs, isPutOff } = purge;
  if (isPutOff) return true;
  const { kind } = await table.update('purge', itemKey(seen.runId, runSortKey), {
    update: putOff(laterMs),
    condition: runIsClosedAndAsSeen(seen),
    gives: 'ALL_NEW',
  });
  return (purge.isPutOff = kind === 'written');
}

async function deleteSeen(table: Table, item: Item): Promise<void> {
  const key = itemKey(readText(item, 'pk'), readText(item, 'sk'));
  await table.delete('purge', key, itemIsTheOneSeen(readText(item, 'nonce')));
}
