/**
 * Deletes a closed run: its items, then its objects in the bucket, then the run item, so that a purge that was cut short
 * is found again in the index of the due. Items go before objects: who reads meanwhile finds nothing, and no claim
 * without its object.
 *
 * Of two sweepers at once the slower may meet a new run under the same id. So what was found is deleted only if the
 * closed run is still there afterwards, hence was there all the time; and each item under a condition.
 *
 * Relies on: no request of the closed run's workers and senders arrives later than the shortest retention, 15 minutes,
 * after its end. A record that did would be the first of the next run of that id.
 */
import { itemIsTheOneSeen, runIsClosedStill } from './conditions.ts';
import type { Contents } from './contents.ts';
import { expression } from './expression.ts';
import { inParallel } from './in-parallel.ts';
import { findNumber, findText, itemKey, readText, text } from './item.ts';
import type { Item } from './item.ts';
import { runSortKey } from './schema.ts';
import type { Table } from './table.ts';

/** How many deletes are on their way at once. */
const WIDTH = 10;

export async function purgeRun(
  table: Table,
  contents: Contents,
  { runId, dueByMs }: { readonly runId: string; readonly dueByMs: number | undefined },
): Promise<void> {
  const runKey = itemKey(runId, runSortKey);
  const run = await table.get('purge', runKey);
  if (!run || findText(run, 'closedStatus') === undefined) return;
  if (dueByMs !== undefined && (findNumber(run, 'dueAtMs') ?? Infinity) > dueByMs) return;
  const createdOrder = readText(run, 'createdOrder');
  const isThereStill = async (): Promise<boolean> => {
    const there = await table.get('purge', runKey);
    return (
      findText(there ?? {}, 'closedStatus') !== undefined && findText(there ?? {}, 'createdOrder') === createdOrder
    );
  };

  let startKey: Item | undefined;
  do {
    const { items, lastKey } = await table.query('purge', {
      keys: expression('#pk = :runId', { ':runId': text(runId) }),
      projection: expression('#pk, #sk, #nonce, #claim'),
      startKey,
    });
    const found = items.filter((item) => readText(item, 'sk') !== runSortKey);
    for (const item of found) contents.checkKnowsObjectOf(item);
    if (found.length > 0 && !(await isThereStill())) return;
    await inParallel(found, WIDTH, (item) => deleteSeen(table, item));
    startKey = lastKey;
  } while (startKey);

  for await (const objects of contents.objectsOf(runId)) {
    if (!(await isThereStill())) return;
    await contents.deleteObjects(objects);
  }
  await table.delete('purge', runKey, runIsClosedStill(createdOrder));
}

async function deleteSeen(table: Table, item: Item): Promise<void> {
  const key = itemKey(readText(item, 'pk'), readText(item, 'sk'));
  await table.delete('purge', key, itemIsTheOneSeen(readText(item, 'nonce')));
}
