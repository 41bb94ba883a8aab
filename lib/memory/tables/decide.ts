/** Whether the writes of a transaction are carried out, all of them or none: as DynamoDB decides it. */
import type { StoredItem } from '../../core/transaction/attribute-value.ts';
import type { TransactionWrite } from '../../core/transaction/write.ts';
import { applyWrite, InvalidKeyError, keyTextOf, type TableSchema, type WriteOutcome } from './apply-write.ts';

/** An item of a table, as it was and as it is to be. */
export interface ItemChange {
  readonly table: string;
  readonly keyText: string;
  readonly before: StoredItem | undefined;
  readonly after: StoredItem | undefined;
  readonly write: TransactionWrite;
}

export type Decision =
  | { readonly kind: 'done'; readonly changes: readonly ItemChange[] }
  /** The request as a whole is none that DynamoDB takes. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** One for each write, in order. */
  | { readonly kind: 'cancelled'; readonly reasons: readonly Reason[] };

export interface Reason {
  readonly code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly message?: string;
  /** What is there, where that was asked for. */
  readonly item?: StoredItem;
}

/** `found`: the table of a write, and the item that it is about. Undefined: there is no such table. */
export type FindItem = (
  write: TransactionWrite,
) => { readonly schema: TableSchema; readonly item: (keyText: string) => StoredItem | undefined } | undefined;

export function decide(writes: readonly TransactionWrite[], find: FindItem): Decision {
  const changes: ItemChange[] = [];
  const outcomes: { readonly outcome: WriteOutcome; readonly before: StoredItem | undefined }[] = [];
  const keys = new Set<string>();
  for (const write of writes) {
    const table = find(write);
    if (table === undefined) return { kind: 'invalid', message: `table "${write.table}" is not there` };
    let keyText: string;
    try {
      keyText = keyTextOf(table.schema, write);
    } catch (error) {
      if (error instanceof InvalidKeyError) return { kind: 'invalid', message: error.message };
      throw error;
    }
    const name = `${table.schema.TableName}\n${keyText}`;
    if (keys.has(name)) return { kind: 'invalid', message: SAME_ITEM };
    keys.add(name);
    const before = table.item(keyText);
    const outcome = applyWrite(table.schema, write, before);
    if (outcome.kind === 'invalid' && outcome.atOnce) return { kind: 'invalid', message: outcome.message };
    outcomes.push({ outcome, before });
    if (outcome.kind === 'done') {
      changes.push({ table: table.schema.TableName, keyText, before, after: outcome.after, write });
    }
  }
  if (changes.length === writes.length) return { kind: 'done', changes };
  return {
    kind: 'cancelled',
    reasons: outcomes.map(({ outcome, before }, index) => toReason(outcome, before, writes[index]?.givesItem === true)),
  };
}

/** DynamoDB's own words. */
const SAME_ITEM = 'Transaction request cannot include multiple operations on one item';

function toReason(outcome: WriteOutcome, before: StoredItem | undefined, givesItem: boolean): Reason {
  switch (outcome.kind) {
    case 'done':
      return { code: 'None' };
    case 'condition-failed':
      return {
        code: 'ConditionalCheckFailed',
        message: 'The conditional request failed',
        ...(givesItem && before && { item: before }),
      };
    case 'invalid':
      return { code: 'ValidationError', message: outcome.message };
  }
}
