/**
 * Deletes records behind a run's base (operation 43), in groups from the last one to the first: a worker that dies in between
 * leaves those before, each with the one before it.
 */
import type { RecordToRemove } from '../journal/record.ts';
import { recordIsOfThatTurn } from './conditions.ts';
import { inParallel } from './in-parallel.ts';
import { itemKey } from './item.ts';
import type { PayloadOffload } from './payload-offload.ts';
import { recordSortKey } from './schema.ts';
import type { Table } from './table.ts';

/** So many at once. */
const GROUP = 25;

interface ToRemove {
  readonly runId: string;
  readonly records: readonly RecordToRemove[];
  readonly link: number | undefined;
}

export async function removeRecords(
  table: Table,
  payloads: PayloadOffload,
  { runId, records, link }: ToRemove,
): Promise<void> {
  const left = records.map((record) => ({ ...record, key: itemKey(runId, recordSortKey(record.number, link)) }));
  while (left.length > 0) {
    const group = left.splice(-GROUP);
    const removed = await inParallel(group, GROUP, ({ key, nonce }) =>
      table.delete('removeRecords', key, recordIsOfThatTurn(nonce), { givesOld: true }),
    );
    await payloads.deleteClaimedBy(removed.flatMap((write) => (write.kind === 'written' ? [write.item] : [])));
  }
}
