/** What a transaction asks of the store, and what comes of it: operation 31. */
import type { StoredItem } from '../core/transaction/attribute-value.ts';
import type { TransactionWrite } from '../core/transaction/write.ts';
import type { JournalRecord } from '../journal/record.ts';

export interface TransactRecord {
  readonly record: JournalRecord;
  readonly link: number;
  /** One at least. */
  readonly writes: readonly TransactionWrite[];
}

export type TransactResult =
  | { readonly kind: 'put' }
  | { readonly kind: 'exists'; readonly record: JournalRecord }
  /** Nothing was written. Which conditions were not met, in order, with what is there where that was asked for. */
  | { readonly kind: 'condition-failed'; readonly failed: readonly FailedWrite[] }
  /** Nothing was written: other requests were at work on an item, or a table is asked too much. */
  | { readonly kind: 'conflict'; readonly why: string }
  /** Nothing was written, and another attempt would meet the same. */
  | { readonly kind: 'refused'; readonly why: string };

export interface FailedWrite {
  readonly index: number;
  readonly item?: StoredItem;
}
