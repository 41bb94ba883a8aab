/** The writes of a transaction as data: what an author asked for, checked, in the form of DynamoDB's requests. */
import { hasBrand, setBrand } from '../brand.ts';
import type { StoredItem } from './attribute-value.ts';

export type TransactionAction = 'put' | 'update' | 'delete' | 'check';

/** One of them, as its request has it. */
export interface TransactionWrite {
  readonly action: TransactionAction;
  /** The table's name, or its ARN. */
  readonly table: string;
  /** Of a put. */
  readonly item?: StoredItem;
  /** Of all others. */
  readonly key?: StoredItem;
  readonly update?: string;
  readonly condition?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: StoredItem;
  /** What is there instead is asked for where the condition fails. */
  readonly givesItem?: true;
  /** The author wrote plain values, and gets them so. */
  readonly isPlain: boolean;
}

/** What the function of a transaction has come to: its writes, and what it returned. */
export class PreparedTransaction {
  static {
    setBrand(this.prototype, 'PreparedTransaction');
  }
  readonly writes: readonly TransactionWrite[];
  readonly result: unknown;

  constructor(writes: readonly TransactionWrite[], result: unknown) {
    this.writes = writes;
    this.result = result;
  }
}

/** Also of another copy of lull. A mock in place of the function gives its result alone. */
export function isPreparedTransaction(value: unknown): value is PreparedTransaction {
  return typeof value === 'object' && value !== null && hasBrand(value, 'PreparedTransaction');
}

/** DynamoDB takes 100 items; one of them is the run's record. */
export const TRANSACTION_ITEMS_LIMIT = 99;

/** DynamoDB takes 4 MB; up to 400 KB of that are the run's record. */
export const TRANSACTION_BYTES_LIMIT = 3696 * 1024;

/** The largest item of any table of DynamoDB. */
export const TRANSACTION_ITEM_BYTES_LIMIT = 400 * 1024;

/** Of an ARN its last part. */
export function tableNameOf(table: string): string {
  return table.startsWith('arn:') ? table.slice(table.lastIndexOf('/') + 1) : table;
}
