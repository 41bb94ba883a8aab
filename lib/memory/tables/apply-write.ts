/**
 * What one write of a transaction does to an item: the item after it, or why it is not carried out. Expressions and keys
 * are read and carried out by dynalite's code for single requests, which is handed one item in place of its database.
 */
import { createRequire } from 'node:module';
import { invariant } from '../../core/invariant.ts';
import { bytesToText, textToBytes, type StoredItem } from '../../core/transaction/attribute-value.ts';
import type { TransactionAction, TransactionWrite } from '../../core/transaction/write.ts';

/** As `DescribeTable` has it. */
export interface TableSchema {
  readonly TableName: string;
  /** The partition key, and the sort key if there is one. */
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
}

export type WriteOutcome =
  /** `after`: undefined where there is no item then. */
  | { readonly kind: 'done'; readonly after: StoredItem | undefined }
  | { readonly kind: 'condition-failed' }
  /** `atOnce`: what is wrong is known without the item. */
  | { readonly kind: 'invalid'; readonly message: string; readonly atOnce: boolean };

/** The item's key as a text, the same for the same key; or what is wrong with it. */
export function keyTextOf(schema: TableSchema, write: Pick<TransactionWrite, 'item' | 'key'>): string {
  const { db } = dynalite();
  const given = bytesToText(write.key ?? write.item ?? {});
  const invalid = write.key === undefined ? db.validateItem(given, schema) : db.validateKey(given, schema);
  if (invalid) throw new InvalidKeyError(invalid.message);
  return db.createKey(given, schema);
}

export class InvalidKeyError extends Error {}

export function applyWrite(schema: TableSchema, write: TransactionWrite, before: StoredItem | undefined): WriteOutcome {
  const { validations, actions } = dynalite();
  const { types, custom, act } = actions[write.action];
  let after = before === undefined ? undefined : bytesToText(before);
  const database: Database = {
    lock: (_key, then) => then((answer) => answer),
    get: (_key, answer) => answer(after === undefined ? NOT_FOUND : null, structuredClone(after)),
    put: (_key, item, answer) => {
      after = item;
      answer(null);
    },
    del: (_key, answer) => {
      if (write.action === 'delete') after = undefined;
      answer(null);
    },
  };
  const store = {
    options: { maxItemSize: 400 * 1024 },
    getTable: (_name: string, answer: (error: null, table: TableSchema) => void) => answer(null, schema),
    getItemDb: () => database,
    // Only checked here: what an index has follows from the items.
    getIndexDb: () => NO_INDEX,
  };
  let request: object;
  try {
    request = validations.checkTypes(toRequest(write), types);
    validations.checkValidations(request, types, custom, store);
  } catch (error) {
    return { kind: 'invalid', message: (error as Error).message, atOnce: true };
  }
  let failure: DynaliteError | null | undefined;
  let hasAnswered = false;
  act(store, request, (error) => {
    failure = error;
    hasAnswered = true;
  });
  invariant(hasAnswered, 'dynalite has answered later: then others would see a part of a transaction');
  if (!failure) return { kind: 'done', after: after && textToBytes(plainCopy(after)) };
  const isOfCondition = /ConditionalCheckFailedException$/.test(failure.body?.__type ?? '');
  return isOfCondition ? { kind: 'condition-failed' } : { kind: 'invalid', message: failure.message, atOnce: false };
}

function toRequest({ item, key, update, condition, names, values }: TransactionWrite): Record<string, unknown> {
  return plainCopy({
    TableName: 'a-table',
    ...(item && { Item: bytesToText(item) }),
    ...(key && { Key: bytesToText(key) }),
    ...(update !== undefined && { UpdateExpression: update }),
    ...(condition !== undefined && { ConditionExpression: condition }),
    ...(names && { ExpressionAttributeNames: names }),
    ...(values && { ExpressionAttributeValues: bytesToText(values) }),
  });
}

/** dynalite writes into what it is given, and has objects without a prototype. */
function plainCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

const NO_INDEX: Pick<Database, 'put' | 'del'> = {
  put: (_key, _item, answer) => answer(null),
  del: (_key, answer) => answer(null),
};

const NOT_FOUND = Object.assign(new Error('not found'), { name: 'NotFoundError' });

interface DynaliteError extends Error {
  readonly body?: { readonly __type?: string };
}

interface Database {
  lock(key: string, then: (release: <T>(answer: T) => T) => void): void;
  get(key: string, answer: (error: Error | null, item?: StoredItem) => void): void;
  put(key: string, item: StoredItem, answer: (error: null) => void): void;
  del(key: string, answer: (error: null) => void): void;
}

type Act = (store: object, request: object, answer: (error?: DynaliteError | null) => void) => void;

interface Validation {
  readonly types: object;
  readonly custom: unknown;
}

/** The parts of dynalite that are used here. */
interface Dynalite {
  readonly db: {
    validateItem(item: StoredItem, schema: TableSchema): Error | null | undefined;
    validateKey(key: StoredItem, schema: TableSchema): Error | null | undefined;
    createKey(item: StoredItem, schema: TableSchema): string;
  };
  readonly validations: {
    checkTypes(request: object, types: object): object;
    checkValidations(request: object, types: object, custom: unknown, store: object): void;
  };
  readonly actions: Readonly<Record<TransactionAction, Validation & { readonly act: Act }>>;
}

let loaded: Dynalite | undefined;

/** Only where there is a transaction: most tests have none. */
function dynalite(): Dynalite {
  if (loaded !== undefined) return loaded;
  const load = createRequire(import.meta.url);
  const action = (name: string): Validation & { readonly act: Act } => ({
    ...(load(`dynalite/validations/${name}`) as Validation),
    act: load(`dynalite/actions/${name}`) as Act,
  });
  const toDelete = action('deleteItem'); // a check is a delete that deletes nothing
  loaded = {
    db: load('dynalite/db') as Dynalite['db'],
    validations: load('dynalite/validations') as Dynalite['validations'],
    actions: { put: action('putItem'), update: action('updateItem'), delete: toDelete, check: toDelete },
  };
  return loaded;
}
