/** The first record of a run whose starter took its first turn: it may be in the run item. */
import type { JournalRecord } from '../journal/record.ts';
import { firstRecordOf } from '../ports/first-turn.ts';
import { itemKey } from './item.ts';
import { runSortKey } from './schema.ts';
import { findRun } from './stored-run.ts';
import type { Table } from './table.ts';

/** Undefined where it is an item of its own, or not there yet. */
export async function readFirstRecord(table: Table, runId: string): Promise<JournalRecord | undefined> {
  const item = await table.get('loadRecords', itemKey(runId, runSortKey));
  const run = item && findRun(item)?.run;
  return run && firstRecordOf(run);
}
