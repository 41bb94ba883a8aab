/** Checks a write where it is asked for, and brings it into the form of its request. */
import { describeValue } from '../describe-value.ts';
import { LullError, WorkflowCodeError } from '../errors.ts';
import { isPlainObject, isStoredAttribute, itemToStored, storedItemBytes, type StoredItem } from './attribute-value.ts';
import {
  tableNameOf,
  type TransactionAction,
  type TransactionWrite,
  TRANSACTION_BYTES_LIMIT,
  TRANSACTION_ITEM_BYTES_LIMIT,
  TRANSACTION_ITEMS_LIMIT,
} from './write.ts';

const CONDITION = [
  ...['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'],
  'ReturnValuesOnConditionCheckFailure',
];

/** What each kind of request has, and what it cannot be without. */
const FIELDS: Readonly<Record<TransactionAction, { required: readonly string[]; optional: readonly string[] }>> = {
  put: { required: ['TableName', 'Item'], optional: CONDITION },
  update: { required: ['TableName', 'Key', 'UpdateExpression'], optional: CONDITION },
  delete: { required: ['TableName', 'Key'], optional: CONDITION },
  check: { required: ['TableName', 'Key', 'ConditionExpression'], optional: CONDITION },
};

export function toTransactionWrite(action: TransactionAction, request: unknown, what: string): TransactionWrite {
  checkFields(action, request, what);
  const { TableName, Item, Key, UpdateExpression, ConditionExpression } = request;
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = request;
  const table = checkTable(TableName, what);
  checkText(UpdateExpression, `the UpdateExpression of ${what}`);
  checkText(ConditionExpression, `the ConditionExpression of ${what}`);
  checkNames(names, what);
  const { field, given } = action === 'put' ? { field: 'Item', given: Item } : { field: 'Key', given: Key };
  if (!isPlainObject(given) || Object.keys(given).length === 0) {
    throw invalid(`the ${field} of ${what} is ${describeValue(given)}: give its attributes, as in { id: 'a' }`);
  }
  const isPlain = !Object.values(given).every(isStoredAttribute);
  const stored = toStoredItem(given, { isPlain, what: `the ${field} of ${what}` });
  return {
    action,
    table,
    ...(action === 'put' ? { item: checkItem(stored, what) } : { key: stored }),
    ...(typeof UpdateExpression === 'string' && { update: UpdateExpression }),
    ...(typeof ConditionExpression === 'string' && { condition: ConditionExpression }),
    ...(names !== undefined && { names: names as Record<string, string> }),
    ...(values !== undefined && { values: toStoredValues(values, isPlain, what) }),
    ...(givesItem(request['ReturnValuesOnConditionCheckFailure'], what) && { givesItem: true }),
    isPlain,
  };
}

/** Refuses a write that DynamoDB would not take beside those before it. `bytes`: of all, with this one. */
export function checkTogether(
  earlier: readonly TransactionWrite[],
  { next, bytes, what }: { readonly next: TransactionWrite; readonly bytes: number; readonly what: string },
): void {
  if (earlier.length >= TRANSACTION_ITEMS_LIMIT) {
    throw new LullError(
      'TRANSACTION_TOO_LARGE',
      `${what} is one too many: DynamoDB takes 100 items in a transaction, and one of them is the record of the run, so ` +
        `there is room for ${TRANSACTION_ITEMS_LIMIT}. Use several transactions, where the parts may be seen apart`,
    );
  }
  if (bytes > TRANSACTION_BYTES_LIMIT) {
    throw new LullError(
      'TRANSACTION_TOO_LARGE',
      `with ${what} the transaction has ${bytes} bytes: DynamoDB takes 4 MB, and the record of the run needs its part of ` +
        `that, so there is room for ${TRANSACTION_BYTES_LIMIT}. Put what is large into a bucket`,
    );
  }
  const other = earlier.find((write) => isOnTheSameItem(write, next));
  if (other !== undefined) {
    throw invalid(
      `${what} is on the same item as ${other.action} #${earlier.indexOf(other)}: DynamoDB takes each item once in a ` +
        `transaction. Put both into one update, with one condition`,
    );
  }
  const elsewhere = earlier.find(
    (write) => placeOf(write.table) !== placeOf(next.table) && bothHavePlaces(write, next),
  );
  if (elsewhere !== undefined) {
    throw invalid(
      `${what} is on table "${next.table}", and ${elsewhere.action} #${earlier.indexOf(elsewhere)} on "${elsewhere.table}": ` +
        `all tables of a transaction are in one account and one region`,
    );
  }
}

function checkFields(
  action: TransactionAction,
  request: unknown,
  what: string,
): asserts request is Record<string, unknown> {
  if (!isPlainObject(request)) {
    throw invalid(`${what} was given ${describeValue(request)}: give what the AWS SDK takes, { TableName: ..., ... }`);
  }
  const { required, optional } = FIELDS[action];
  const unknown = Object.keys(request).find((name) => !required.includes(name) && !optional.includes(name));
  if (unknown !== undefined) {
    throw invalid(`${what} has no ${describeValue(unknown)}: there are ${[...required, ...optional].join(', ')}`);
  }
  const missing = required.find((name) => request[name] === undefined);
  if (missing !== undefined) throw invalid(`${what} has no ${missing}, which it needs`);
}

function checkTable(table: unknown, what: string): string {
  if (
    typeof table === 'string' &&
    (/^[\w.-]{3,255}$/.test(table) || /^arn:[\w-]+:dynamodb:[^:]+:\d+:table\/[\w.-]+$/.test(table))
  ) {
    return table;
  }
  throw invalid(`the TableName of ${what} is ${describeValue(table)}: give the name of a table, or its ARN`);
}

function checkText(text: unknown, what: string): void {
  if (text === undefined || (typeof text === 'string' && text !== '')) return;
  throw invalid(`${what} is ${describeValue(text)}: give a text`);
}

function checkNames(names: unknown, what: string): void {
  if (names === undefined) return;
  if (isPlainObject(names) && Object.values(names).every((name) => typeof name === 'string')) return;
  throw invalid(`the ExpressionAttributeNames of ${what} have to be an object of texts, as in { '#n': 'name' }`);
}

function givesItem(given: unknown, what: string): boolean {
  if (given === undefined || given === 'NONE') return false;
  if (given === 'ALL_OLD') return true;
  throw invalid(
    `the ReturnValuesOnConditionCheckFailure of ${what} is ${describeValue(given)}: it is 'ALL_OLD' or 'NONE'`,
  );
}

function checkItem(item: StoredItem, what: string): StoredItem {
  const bytes = storedItemBytes(item);
  if (bytes <= TRANSACTION_ITEM_BYTES_LIMIT) return item;
  throw new LullError(
    'TRANSACTION_TOO_LARGE',
    `the Item of ${what} has ${bytes} bytes: an item of DynamoDB has ${TRANSACTION_ITEM_BYTES_LIMIT} at most`,
  );
}

function toStoredItem(
  given: Readonly<Record<string, unknown>>,
  { isPlain, what }: { readonly isPlain: boolean; readonly what: string },
): StoredItem {
  return isPlain ? itemToStored(given, what) : (given as StoredItem);
}

/** In the form of the item or key. */
function toStoredValues(values: unknown, isPlain: boolean, what: string): StoredItem {
  const name = `the ExpressionAttributeValues of ${what}`;
  if (!isPlainObject(values)) {
    throw invalid(`${name} are ${describeValue(values)}: give an object, as in { ':n': 1 }`);
  }
  const all = Object.values(values);
  const areStored = all.length > 0 && all.every(isStoredAttribute);
  if (all.length > 0 && areStored === isPlain) {
    throw invalid(
      `${name} name their types (as in { S: 'a' }), and its item or key does not, or the other way round: write both of ` +
        `them one way`,
    );
  }
  return toStoredItem(values, { isPlain, what: name });
}

/** Of two puts it is known only where they are equal: which attributes make the key is known to the table. */
function isOnTheSameItem(one: TransactionWrite, other: TransactionWrite): boolean {
  if (tableNameOf(one.table) !== tableNameOf(other.table)) return false;
  const [a, b] = [one.key ?? one.item ?? {}, other.key ?? other.item ?? {}];
  const names = one.key !== undefined ? Object.keys(a) : Object.keys(b);
  if (one.key !== undefined && other.key !== undefined && Object.keys(b).length !== names.length) return false;
  return names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

function bothHavePlaces(one: TransactionWrite, other: TransactionWrite): boolean {
  return placeOf(one.table) !== undefined && placeOf(other.table) !== undefined;
}

/** Region and account, of an ARN. */
function placeOf(table: string): string | undefined {
  return table.startsWith('arn:') ? table.split(':').slice(3, 5).join(':') : undefined;
}

export function writeBytes({
  item = {},
  key = {},
  values = {},
  update = '',
  condition = '',
}: TransactionWrite): number {
  return storedItemBytes(item) + storedItemBytes(key) + storedItemBytes(values) + update.length + condition.length;
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
