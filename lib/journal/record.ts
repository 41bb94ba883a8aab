/** One item of a journal: some entries, written together by one conditional put (I2). */
import type { JournalEntry } from './event.ts';

export interface JournalRecord {
  /** Position in the journal, from 1. */
  readonly number: number;
  /** Which lease wrote it, counted from 1 per run: a reader of an older lease knows by it that it was taken over. */
  readonly epoch: number;
  /** The turn that wrote it: a turn that finds its own nonce has met its own retry. */
  readonly nonce: string;
  readonly entries: readonly JournalEntry[];
  /** Why the entries of a record that is there cannot be had: then there are none here. Never written. */
  readonly damage?: string;
}
