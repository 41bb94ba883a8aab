/** A record of the journal from its item: at once, unless its entries are in the bucket. */
import type { JournalRecord } from '../journal/record.ts';
import { has, type Item } from './item.ts';
import type { PayloadOffload } from './payload-offload.ts';
import { fromDamagedRecordItem, fromRecordItem } from './stored-content.ts';

export function toRecord(item: Item, payloads: PayloadOffload): JournalRecord | Promise<JournalRecord> {
  return has(item, 'claim') ? fetchRecord(item, payloads) : fromRecordItem(item);
}

async function fetchRecord(item: Item, payloads: PayloadOffload): Promise<JournalRecord> {
  const restored = await payloads.restore(item, 'entries');
  return restored.kind === 'whole' ? fromRecordItem(restored.item) : fromDamagedRecordItem(item, restored.problem);
}
