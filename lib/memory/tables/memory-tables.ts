/**
 * Tables of an author in memory, for transactions in tests and in `run`. A table is made by its first use.
 *
 * DynamoDB knows the key of a table; here it is given (`keys`), or seen: a `Key` of a request or of `get` shows which
 * attributes it has. Until then puts are kept as they come.
 */
import { describeValue } from '../../core/describe-value.ts';
import { WorkflowCodeError } from '../../core/errors.ts';
import {
  isPlainObject,
  isStoredAttribute,
  itemFromStored,
  itemToStored,
  type StoredItem,
} from '../../core/transaction/attribute-value.ts';
import { tableNameOf, type TransactionWrite } from '../../core/transaction/write.ts';
import type { FailedWrite } from '../../ports/transact.ts';
import { keyTextOf, type TableSchema } from './apply-write.ts';
import { decide, type Decision } from './decide.ts';

type PlainItem = Readonly<Record<string, unknown>>;

/** A table of the author's own, as `engine.table(name)` gives it. */
export interface MemoryTable {
  /** The item of that key, in the form of the key: plain values, or with their types as in `{ S: 'a' }`. */
  get(key: PlainItem): Promise<Record<string, unknown> | undefined>;
  /** Puts an item as it is, before a test or between two steps of it. */
  put(item: PlainItem): Promise<void>;
  /** All items, as plain values, in no order that means anything. */
  items(): Promise<Record<string, unknown>[]>;
}

/** The attributes of each table's key: the partition key, and the sort key if there is one. */
export type TableKeys = Readonly<Record<string, readonly string[]>>;

interface Table {
  readonly name: string;
  schema: TableSchema | undefined;
  /** It was taken from the condition of a put: a key that is seen later says more. */
  isGuess: boolean;
  /** In order of their coming, as long as the key is not known. */
  readonly unkeyed: StoredItem[];
  readonly items: Map<string, StoredItem>;
}

export type MemoryTransacted =
  | { readonly kind: 'done' }
  | { readonly kind: 'condition-failed'; readonly failed: readonly FailedWrite[] }
  | { readonly kind: 'refused'; readonly why: string };

export class MemoryTables {
  readonly #tables = new Map<string, Table>();
  #keys: TableKeys = {};

  /** A WorkflowCodeError `INVALID_ARGUMENT` says what is wrong with them. */
  define(keys: TableKeys): void {
    for (const [name, key] of Object.entries(keys)) {
      const isKey =
        Array.isArray(key) &&
        (key.length === 1 || key.length === 2) &&
        key.every((each) => typeof each === 'string' && each !== '');
      if (isKey) continue;
      throw invalid(
        `the key of table "${name}" is ${describeValue(key)}: give its attributes, as in ['id'] or ['customer', 'order']`,
      );
    }
    this.#keys = keys;
  }

  table(name: string): MemoryTable {
    if (typeof name !== 'string' || name === '') throw invalid(`table() was given ${describeValue(name)}: give a name`);
    const table = this.#table(name);
    return {
      get: async (key) => this.read(name, key),
      put: async (item) => {
        this.#put(table, toStoredItem(item, `the item of table "${name}"`).stored);
      },
      items: async () => [...table.unkeyed, ...table.items.values()].map(itemFromStored),
    };
  }

  /** The item of that key, in the form of the key. */
  read(name: string, key: PlainItem): Record<string, unknown> | undefined {
    const table = this.#table(name);
    const { stored, isPlain } = toStoredItem(key, `the key of table "${name}"`);
    const there = table.items.get(keyTextOf(this.#schemaOf(table, stored), { key: stored }));
    return there && (isPlain ? itemFromStored(there) : structuredClone(there));
  }

  /** Names of the tables that were used, in order. */
  names(): string[] {
    return [...this.#tables.keys()].sort();
  }

  /** All of the writes, or none: no other code runs meanwhile. */
  transact(writes: readonly TransactionWrite[]): MemoryTransacted {
    for (const { table, key } of writes) if (key !== undefined) this.#schemaOf(this.#table(table), key);
    const unkeyed = writes.filter((write) => this.#learn(write) === undefined);
    const keyed = writes.filter((write) => !unkeyed.includes(write));
    const decision = decide(keyed, ({ table }) => {
      const { schema, items } = this.#table(table);
      return schema && { schema, item: (keyText) => structuredClone(items.get(keyText)) };
    });
    if (decision.kind !== 'done') return toAnswer(decision, keyed, writes);
    for (const { write, keyText, after } of decision.changes) {
      const { items } = this.#table(write.table);
      if (after === undefined) items.delete(keyText);
      else if (write.action !== 'check') items.set(keyText, after);
    }
    for (const { table, item } of unkeyed) if (item !== undefined) this.#put(this.#table(table), item);
    return { kind: 'done' };
  }

  /**
   * The schema of the table of a write. Of a put it is not always known. Its condition then often names the key, since
   * `attribute_not_exists` of the key is how a put is kept from replacing an item.
   */
  #learn({ table: name, item = {}, condition, names = {} }: TransactionWrite): TableSchema | undefined {
    const table = this.#table(name);
    if (table.schema !== undefined) return table.schema;
    if (this.#keys[table.name] !== undefined) return this.#schemaOf(table, item);
    if (condition === undefined) return undefined;
    const named = pathsOfExistence(condition).map((path) => names[path] ?? path);
    const attributes = [...new Set(named)].filter((attribute) =>
      'SNB'.includes(Object.keys(item[attribute] ?? { '?': 0 })[0] ?? '?'),
    );
    const [first] = attributes;
    if (first === undefined) {
      throw invalid(
        `a put on table "${name}" has a condition, and which attributes make the key of the table is not known here: give ` +
          `createTestEngine, or run of lull/local, { tables: { '${name}': ['id'] } }`,
      );
    }
    const sort = /^pk$/i.test(first) ? Object.keys(item).find((attribute) => /^sk$/i.test(attribute)) : undefined;
    const key = Object.fromEntries(
      [...new Set([...attributes.slice(0, 2), ...(sort === undefined ? [] : [sort])])].map((each) => [
        each,
        item[each] ?? { S: '' },
      ]),
    );
    const schema = this.#schemaOf(table, key);
    table.isGuess = true;
    return schema;
  }

  #table(given: string): Table {
    const name = tableNameOf(given);
    const table = this.#tables.get(name) ?? { name, schema: undefined, isGuess: false, unkeyed: [], items: new Map() };
    this.#tables.set(name, table);
    return table;
  }

  /** From the first key that is seen, if none was given. */
  #schemaOf(table: Table, seen: StoredItem): TableSchema {
    const isOther = (names: readonly string[]): boolean =>
      table.schema?.KeySchema.map(({ AttributeName }) => AttributeName)
        .sort()
        .join() !== [...names].sort().join();
    if (table.isGuess && isOther(Object.keys(seen))) {
      for (const item of table.items.values()) table.unkeyed.push(item);
      table.items.clear();
      table.schema = undefined;
    }
    table.isGuess = false;
    if (table.schema === undefined) {
      const names = this.#keys[table.name] ?? Object.keys(seen);
      table.schema = toSchema(table.name, names, seen);
      for (const item of table.unkeyed.splice(0)) this.#put(table, item);
    }
    return table.schema;
  }

  #put(table: Table, item: StoredItem): void {
    const given = this.#keys[table.name];
    const schema = table.schema ?? (given && this.#schemaOf(table, item));
    if (schema === undefined) table.unkeyed.push(item);
    else table.items.set(keyTextOf(schema, { item }), item);
  }
}

function toSchema(TableName: string, names: readonly string[], seen: StoredItem): TableSchema {
  return {
    TableName,
    KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    AttributeDefinitions: names.map((AttributeName) => ({
      AttributeName,
      AttributeType: Object.keys(seen[AttributeName] ?? { S: '' })[0] ?? 'S',
    })),
  };
}

/** The reasons are those of the writes whose table has a key. */
function toAnswer(
  decision: Exclude<Decision, { readonly kind: 'done' }>,
  decided: readonly TransactionWrite[],
  all: readonly TransactionWrite[],
): MemoryTransacted {
  if (decision.kind === 'invalid') return { kind: 'refused', why: decision.message };
  const reasons = decision.reasons.map((reason, index) => ({
    ...reason,
    index: all.findIndex((write) => write === decided[index]),
  }));
  const mistake = reasons.find(({ code }) => code === 'ValidationError');
  if (mistake !== undefined) return { kind: 'refused', why: `write #${mistake.index}: ${mistake.message}` };
  const failed = reasons.filter(({ code }) => code === 'ConditionalCheckFailed');
  return { kind: 'condition-failed', failed: failed.map(({ index, item }) => ({ index, ...(item && { item }) })) };
}

function toStoredItem(given: PlainItem, what: string): { readonly stored: StoredItem; readonly isPlain: boolean } {
  if (!isPlainObject(given) || Object.keys(given).length === 0) {
    throw invalid(`${what} is ${describeValue(given)}: give its attributes, as in { id: 'a' }`);
  }
  const isPlain = !Object.values(given).every(isStoredAttribute);
  return { stored: isPlain ? itemToStored(given, what) : structuredClone(given as StoredItem), isPlain };
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}

/** Of which attributes a condition asks whether they are there: `attribute_exists(path)`, `attribute_not_exists(path)`. */
function pathsOfExistence(condition: string): string[] {
  const parts = condition.split('(');
  return parts.slice(1).flatMap((part, index) => {
    const name = (parts[index] ?? '').trimEnd().toLowerCase();
    const isOfExistence = name.endsWith('attribute_exists') || name.endsWith('attribute_not_exists');
    const [path = ''] = part.split(')');
    return isOfExistence ? [path.trim()] : [];
  });
}
