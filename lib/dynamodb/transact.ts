/**
 * The writes of a transaction and the record of the run in one `TransactWriteItems` (operation 31), and what its refusal
 * means.
 *
 * A request may come twice: the client sends it again where it had no answer. So a refusal for other reasons tells nothing
 * as long as the record may be there; it is looked for.
 */
import { createHash } from 'node:crypto';
import { textToBytes, type StoredItem } from '../core/transaction/attribute-value.ts';
import type { TransactionWrite } from '../core/transaction/write.ts';
import { tableNameOf } from '../core/transaction/write.ts';
import type { TransactResult, FailedWrite } from '../ports/transact.ts';
import { recordIsNew } from './conditions.ts';
import { itemKey, readText, type Item } from './item.ts';
import type { Expression } from './expression.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import type { CancellationReason, Table, Write } from './table.ts';

interface Together {
  readonly item: Item;
  readonly writes: readonly TransactionWrite[];
  /** Of the record. */
  readonly nonce: string;
}

/** `there`: the item of the record that has the number. */
type Transacted =
  Exclude<TransactResult, { readonly kind: 'exists' }> | { readonly kind: 'exists'; readonly there: Item };

export async function transact(table: Table, { item, writes, nonce }: Together): Promise<Transacted> {
  const own = writes.findIndex((write) => tableNameOf(write.table) === table.name);
  if (own !== -1) return { kind: 'refused', why: ownTable(writes[own], own) };
  const sent = await table.transact('transact', {
    item,
    condition: recordIsNew,
    others: writes.map(toRequest),
    token: tokenOf(item, nonce),
  });
  if (sent.kind === 'written') return { kind: 'put' };
  const there = await table.get('transact', itemKey(readText(item, 'pk'), readText(item, 'sk')));
  if (there !== undefined) return { kind: 'exists', there };
  return sent.kind === 'refused' ? { kind: 'refused', why: sent.error.message } : whyCancelled(sent.reasons);
}

/**
 * An item under its condition, and others of the table beside it: all or none. As a put of the item alone: refused if its
 * condition is not met.
 */
export async function putTogether(
  table: Table,
  item: Item,
  { condition, beside }: { readonly condition: Expression; readonly beside: readonly Item[] },
): Promise<Write> {
  const others = beside.map((Item) => ({ Put: { TableName: table.givenName, Item } }));
  const sent = await table.transact('putRecord', { item, condition, others });
  if (sent.kind === 'written') return { kind: 'written', item: {} };
  if (sent.kind === 'refused') throw table.translate('putRecord', sent.error);
  const [ofItem] = sent.reasons;
  // Which of two is the later one is not said. The caller looks at what is there.
  if (ofItem?.Code === 'ConditionalCheckFailed') return { kind: 'refused', item: ofItem.Item, isRepeat: true };
  const why = sent.reasons.map(({ Code = 'None' }) => Code).join(', ');
  throw new StoreUnavailableError('putRecord', { cause: new Error(`the transaction was cancelled: ${why}`) });
}

/** A token makes a repeat within ten minutes the same request. It has 36 characters at most. */
function tokenOf(item: Item, nonce: string): string {
  const of = [readText(item, 'pk'), readText(item, 'sk'), nonce].join('\n');
  return createHash('sha256').update(of).digest('hex').slice(0, 36);
}

const ENTRIES = { put: 'Put', update: 'Update', delete: 'Delete', check: 'ConditionCheck' } as const;

function toRequest(write: TransactionWrite): object {
  const { action, table, item, key, update, condition, names, values, givesItem } = write;
  return {
    [ENTRIES[action]]: {
      TableName: table,
      ...(item && { Item: item }),
      ...(key && { Key: key }),
      ...(update !== undefined && { UpdateExpression: update }),
      ...(condition !== undefined && { ConditionExpression: condition }),
      ...(names && { ExpressionAttributeNames: names }),
      ...(values && { ExpressionAttributeValues: values }),
      ...(givesItem && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    },
  };
}

const CONFLICTS: ReadonlySet<string | undefined> = new Set([
  ...['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError', 'RequestLimitExceeded'],
]);

/** Of several reasons a conflict counts first: the next attempt may find the conditions met. */
function whyCancelled(reasons: readonly CancellationReason[]): Transacted {
  const [ofRecord, ...others] = reasons;
  const known = others.map(({ Code, Message, Item: found }, index) => ({ Code, Message, found, index }));
  const refusal = known.find(({ Code }) => Code !== undefined && !NO_REFUSALS.has(Code) && !CONFLICTS.has(Code));
  if (refusal !== undefined) {
    return {
      kind: 'refused',
      why: `write #${refusal.index}: ${refusal.Message ?? refusal.Code ?? 'no reason was given'}`,
    };
  }
  const conflict = known.find(({ Code }) => CONFLICTS.has(Code));
  if (conflict !== undefined) return { kind: 'conflict', why: `${conflict.Code} of write #${conflict.index}` };
  const failed = known.filter(({ Code }) => Code === 'ConditionalCheckFailed');
  if (failed.length > 0) return { kind: 'condition-failed', failed: failed.map(toFailedWrite) };
  // The record was there, or is being written, and is not there any more: the run was purged, or will be seen next time.
  return { kind: 'conflict', why: `${ofRecord?.Code ?? 'no reason'} of the record of the run` };
}

const NO_REFUSALS: ReadonlySet<string> = new Set(['None', 'ConditionalCheckFailed']);

function toFailedWrite({ index, found }: { readonly index: number; readonly found: Item | undefined }): FailedWrite {
  return { index, ...(found && { item: textToBytes(found as unknown as StoredItem) }) };
}

function ownTable(write: TransactionWrite | undefined, index: number): string {
  return (
    `${write?.action} #${index} is on table "${write?.table}", which is the table of lull itself: what is in it belongs to ` +
    `the engine. Use a table of your own`
  );
}
