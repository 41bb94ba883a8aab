/** The way to a Store on a table that is there. */
import { tableNameOf } from '../core/transaction/write.ts';
import { sealingStore } from '../encryption/sealing-store.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import type { StoreOfStartItems } from '../ports/start-items.ts';
import type { Store } from '../ports/store.ts';
import { type BareStoreOptions, createBareStore } from './create-bare-store.ts';

export interface DynamodbStoreOptions extends BareStoreOptions {
  /** Encrypts all that the table and the bucket have of values. Default: none, and what is encrypted cannot be read. */
  readonly payloadKey?: PayloadKey | undefined;
  /** By which data keys are replaced. Default: the clock of this machine. */
  readonly nowMs?: (() => number) | undefined;
}

/** What `createDynamodbStore` makes. */
export type TableStore = Store & StoreOfStartItems;

/** A Store on DynamoDB, as in `createDynamodbStore({ tableName: 'workflows' })`. */
export function createDynamodbStore({ payloadKey, nowMs, ...options }: DynamodbStoreOptions): TableStore {
  const table = tableNameOf(options.tableName);
  return sealingStore(createBareStore(options), { key: payloadKey, table, nowMs });
}
