/** What a run item has of its run's journal: the first record may be in there, and the last one. */
import type { JournalHolder } from '../ports/tail.ts';
import { itemKey } from './item.ts';
import { runSortKey } from './schema.ts';
import { findRun } from './stored-run.ts';
import type { Table } from './table.ts';

/** To be read before the items of records: what is one by then is found there. */
export async function readHolder(table: Table, runId: string): Promise<JournalHolder> {
  const item = await table.get('loadRecords', itemKey(runId, runSortKey));
  return (item && findRun(item)?.run) ?? {};
}
