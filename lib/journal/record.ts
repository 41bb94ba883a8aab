/** One item of a journal: some entries, written together by one conditional put (I2). */
import type { Encoded } from '../core/encoded.ts';
import type { JournalEntry } from './event.ts';

export interface JournalRecord {
  /** Position in the journal, from 1. */
  readonly number: number;
  /** Which lease wrote it, counted from 1 per run: a reader of an older lease knows by it that it was taken over. */
  readonly epoch: number;
  /** The turn that wrote it: a turn that finds its own nonce has met its own retry. */
  readonly nonce: string;
  readonly entries: readonly JournalEntry[];
  /** It is in the run item: entries may still be added to it. Never written. */
  readonly isTail?: true;
  /** Why the entries of a record that is there cannot be had: then there are none here. Never written. */
  readonly damage?: string;
  /** Why they cannot be decrypted now, where that is all that is wrong. Then `damage` says so too. Never written. */
  readonly locked?: string;
  /** In place of the entries, of which there are none here then: all of them, encrypted. Only a store sees it. */
  readonly sealed?: Encoded;
  /** Ids of the messages in `sealed`. Where the record is locked, its reader sees them too. */
  readonly messageIds?: readonly string[];
}

/** Of a journal that is not kept whole. */
export type RecordToRemove = Pick<JournalRecord, 'number' | 'nonce'>;
