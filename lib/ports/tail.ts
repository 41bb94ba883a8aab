/**
 * The tail of a journal: its last record, in the run item (operation 14, operation 15). What came last in a turn is stored by
 * the write that lets the run go, and not by one of its own.
 *
 * The tail counts as long as there is no record item of its number, or of a later one: the next record that is put has its
 * entries in front, and its number. So a reader asks for the run item first and for the records then: what is an item by that
 * time is found there.
 */
import type { JournalRecord } from '../journal/record.ts';
import { firstRecordOf, withFirstRecord } from './first-turn.ts';
import type { RunItem } from './run-item.ts';

/** As a record: its number is that of the last record item, and one. */
export type Tail = Pick<JournalRecord, 'number' | 'epoch' | 'nonce' | 'entries'>;

/** With a release, or a finish. */
export interface TailToWrite {
  /** What is recorded with it. `in-record`: the tail of before is in an item by now. Absent: it stays as it is. */
  readonly tail?: Tail | 'in-record';
}

/** What a run item has of its journal. */
export type JournalHolder = Pick<RunItem, 'firstTurn' | 'tail' | 'link'>;

/**
 * Up to which size a run item is filled with a tail: with a letter and a lease it is still within 1 KB, which is one write
 * unit for each write of it.
 */
export const FILLED_RUN_ITEM_BYTES = 700;

/** The same of a run that has ended: it is hardly written again. */
export const ENDED_RUN_ITEM_BYTES = 1_000;

/** How large a run item is without a tail, about: names and texts, as JSON. A lease is not counted. */
export function runItemBytes({ lease: _lease, tail: _tail, ...run }: RunItem): number {
  return Buffer.byteLength(JSON.stringify(run));
}

export interface WhichRecords {
  readonly link: number;
  readonly after: number;
  /** There may be more items: then nothing is said of the end. */
  readonly isCut: boolean;
}

/** The records of a link as one list: the first and the last may be in the run item, which was read before them. */
export function withRecordsInItem(
  holder: JournalHolder,
  records: readonly JournalRecord[],
  { link, after, isCut }: WhichRecords,
): JournalRecord[] {
  const { tail, link: current = 1 } = holder;
  const isFromFirst = link === 1 && after === 0;
  const all = isFromFirst ? withFirstRecord(firstRecordOf(holder), records) : [...records];
  if (tail === undefined || isCut || link !== current) return all;
  return tail.number > (all.at(-1)?.number ?? after) ? [...all, { ...tail, isTail: true }] : all;
}
