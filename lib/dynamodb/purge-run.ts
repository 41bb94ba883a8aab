/**
 * Deletes a closed run. The run item goes last, so that a purge that was cut short is found again in the index of the
 * due.
 *
 * Of two sweepers at once the slower may meet a new run under the same id. So it deletes only what it has seen, each
 * item under a condition.
 */
import { itemIsTheOneSeen, runIsClosedStill } from './conditions.ts';
import { expression } from './expression.ts';
import { findText, itemKey, readText, text } from './item.ts';
import type { Item } from './item.ts';
import { runSortKey } from './schema.ts';
import type { Table } from './table.ts';

/** How many deletes are on their way at once. */
const WIDTH = 10;

export async function purgeRun(table: Table, runId: string): Promise<void> {
  const runKey = itemKey(runId, runSortKey);
  const run = await table.get('purge', runKey);
  if (!run || findText(run, 'closedStatus') === undefined) return;
  let startKey: Item | undefined;
  do {
    const { items, lastKey } = await table.query('purge', {
      keys: expression('#pk = :runId', { ':runId': text(runId) }),
      projection: expression('#pk, #sk, #nonce'),
      startKey,
    });
    await deleteAll(
      table,
      items.filter((item) => readText(item, 'sk') !== runSortKey),
    );
    startKey = lastKey;
  } while (startKey);
  await table.delete('purge', runKey, runIsClosedStill(readText(run, 'createdOrder')));
}

async function deleteAll(table: Table, items: readonly Item[]): Promise<void> {
  const pending = items.values();
  const deleteNext = async (): Promise<void> => {
    for (const item of pending) {
      const key = itemKey(readText(item, 'pk'), readText(item, 'sk'));
      await table.delete('purge', key, itemIsTheOneSeen(readText(item, 'nonce')));
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, deleteNext));
}
