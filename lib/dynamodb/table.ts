/**
 * One table: each method is one request. A condition that failed is an answer; other exceptions become our errors.
 *
 * Reads are strongly consistent, those of an index apart.
 */
import type {
  BatchGetItemOutput,
  BatchWriteItemOutput,
  ConsumedCapacity,
  GetItemOutput,
  QueryOutput,
  ScanOutput,
  TransactWriteItemsOutput,
  UpdateItemOutput,
} from '@aws-sdk/client-dynamodb';
import { tableNameOf } from '../core/transaction/write.ts';
import type { StoreOfSealedItems } from '../ports/sealed-items.ts';
import type { StoreOperation } from '../ports/store.ts';
import { expressionParameters } from './expression.ts';
import type { Expression } from './expression.ts';
import type { Item } from './item.ts';
import type { TableAction, TableClient } from './table-client.ts';
import { translateError } from './translate-errors.ts';

/** What a request is made for. */
export type TableOperation = StoreOperation | keyof StoreOfSealedItems;

/** Called with the cost of a request, index writes included, by DynamoDB's own count. A failed condition is not reported. */
export type OnConsumedCapacity = (operation: TableOperation, consumed: ConsumedCapacity) => void;

export interface TableOptions {
  readonly client: TableClient;
  readonly tableName: string;
  readonly onConsumedCapacity?: OnConsumedCapacity | undefined;
}

export type Write =
  /** `item`: what was asked to be returned. */
  | { readonly kind: 'written'; readonly item: Item }
  /**
   * The condition failed. `item`: what is there instead; undefined if nothing is, or the store does not say. `isRepeat`:
   * the client had sent the request before, and had no answer: that one may have been carried out, or may be yet.
   */
  | { readonly kind: 'refused'; readonly item: Item | undefined; readonly isRepeat: boolean };

export interface Update {
  readonly update: Expression;
  readonly condition: Expression;
  /** The item before or after the update. */
  readonly gives: 'ALL_OLD' | 'ALL_NEW';
}

export interface TransactTogether {
  readonly item: Item;
  readonly condition: Expression;
  /** Each as an entry of `TransactItems`. */
  readonly others: readonly object[];
  /** The same for the same request. Default: a repeat is another request, and is refused by the condition. */
  readonly token?: string;
}

/** Why a request of a transaction kept it from being carried out; `None` if it did not. */
export interface CancellationReason {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly Item?: Item | undefined;
}

export type TransactWrite =
  | { readonly kind: 'written' }
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] }
  | { readonly kind: 'refused'; readonly error: Error };

export interface Query {
  readonly indexName?: string;
  readonly keys: Expression;
  readonly filter?: Expression | undefined;
  readonly projection?: Expression;
  readonly newestFirst?: boolean;
  readonly limit?: number;
  readonly startKey?: Item | undefined;
}

export interface QueryPage {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly lastKey?: Item | undefined;
}

export class Table {
  readonly #client: TableClient;
  readonly #tableName: string;
  readonly #onConsumedCapacity: OnConsumedCapacity | undefined;

  constructor({ client, tableName, onConsumedCapacity }: TableOptions) {
    this.#client = client;
    this.#tableName = tableName;
    this.#onConsumedCapacity = onConsumedCapacity;
  }

  /** Its name, or its ARN. */
  get givenName(): string {
    return this.#tableName;
  }

  get name(): string {
    return tableNameOf(this.#tableName);
  }

  async get(operation: TableOperation, key: Item): Promise<Item | undefined> {
    const { Item } = await this.#ask<GetItemOutput>(operation, 'GetItem', { Key: key, ConsistentRead: true });
    return Item;
  }

  async put(operation: TableOperation, item: Item, condition?: Expression): Promise<Write> {
    return this.#write(operation, 'PutItem', { Item: item, ...conditional(condition) });
  }

  async update(operation: TableOperation, key: Item, { update, condition, gives }: Update): Promise<Write> {
    return this.#write(operation, 'UpdateItem', {
      Key: key,
      UpdateExpression: update.text,
      ...conditional(condition, update),
      ReturnValues: gives,
    });
  }

  async delete(
    operation: TableOperation,
    key: Item,
    condition?: Expression,
    { givesOld }: { readonly givesOld: boolean } = { givesOld: false },
  ): Promise<Write> {
    const given = givesOld ? { ReturnValues: 'ALL_OLD' } : {};
    return this.#write(operation, 'DeleteItem', { Key: key, ...conditional(condition), ...given });
  }

  async query(operation: TableOperation, query: Query): Promise<QueryPage> {
    const { indexName, keys, filter, projection, newestFirst = false, limit, startKey } = query;
    const { Items = [], LastEvaluatedKey } = await this.#ask<QueryOutput>(operation, 'Query', {
      IndexName: indexName,
      ConsistentRead: indexName === undefined,
      KeyConditionExpression: keys.text,
      FilterExpression: filter?.text,
      ProjectionExpression: projection?.text,
      ...expressionParameters(keys, filter, projection),
      ScanIndexForward: !newestFirst,
      Limit: limit,
      ExclusiveStartKey: startKey,
    });
    return { items: Items, lastKey: LastEvaluatedKey };
  }

  /** A page of all items. */
  async scan(operation: TableOperation, startKey: Item | undefined): Promise<QueryPage> {
    const asked = { ConsistentRead: true, ExclusiveStartKey: startKey };
    const { Items = [], LastEvaluatedKey } = await this.#ask<ScanOutput>(operation, 'Scan', asked);
    return { items: Items, lastKey: LastEvaluatedKey };
  }

  /** At most 100 different keys. Gives what was found, in any order, and the keys that have to be asked for again. */
  async batchGet(operation: TableOperation, keys: readonly Item[]): Promise<{ items: Item[]; unprocessed: Item[] }> {
    const RequestItems = { [this.#tableName]: { Keys: keys, ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await this.#ask<BatchGetItemOutput>(operation, 'BatchGetItem', {
      RequestItems,
    });
    const unprocessed = UnprocessedKeys?.[this.#tableName]?.Keys ?? [];
    return { items: Responses?.[this.#tableName] ?? [], unprocessed };
  }

  /** At most 25 different keys. Gives those that have to be asked for again. */
  async batchDelete(operation: TableOperation, keys: readonly Item[]): Promise<{ unprocessed: Item[] }> {
    const RequestItems = { [this.#tableName]: keys.map((Key) => ({ DeleteRequest: { Key } })) };
    const { UnprocessedItems } = await this.#ask<BatchWriteItemOutput>(operation, 'BatchWriteItem', { RequestItems });
    const unprocessed = UnprocessedItems?.[this.#tableName] ?? [];
    return { unprocessed: unprocessed.flatMap(({ DeleteRequest }) => (DeleteRequest?.Key ? [DeleteRequest.Key] : [])) };
  }

  /**
   * A put of this table, and other requests, together or not at all. What cancelled
   * it is in the order of the requests, the put first; undefined if the request is not one that DynamoDB takes.
   */
  async transact(
    operation: TableOperation,
    { item, condition, others, token }: TransactTogether,
  ): Promise<TransactWrite> {
    const put = { TableName: this.#tableName, Item: item, ...conditional(condition) };
    try {
      await this.#send<TransactWriteItemsOutput>(operation, 'TransactWriteItems', {
        TransactItems: [{ Put: put }, ...others],
        ClientRequestToken: token,
      });
      return { kind: 'written' };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isCancelled(error)) return { kind: 'cancelled', reasons: error.CancellationReasons };
      if (REFUSALS.has(error.name)) return { kind: 'refused', error };
      throw this.translate(operation, error);
    }
  }

  async #write(operation: TableOperation, action: TableAction, input: object): Promise<Write> {
    try {
      const { Attributes } = await this.#send<UpdateItemOutput>(operation, action, input);
      return { kind: 'written', item: Attributes ?? {} };
    } catch (error) {
      if (!isConditionFailed(error)) throw this.translate(operation, error);
      return { kind: 'refused', item: error.Item, isRepeat: (error.$metadata?.attempts ?? 1) > 1 };
    }
  }

  async #ask<Output>(operation: TableOperation, action: TableAction, input: object): Promise<Output> {
    try {
      return await this.#send<Output>(operation, action, input);
    } catch (error) {
      throw this.translate(operation, error);
    }
  }

  async #send<Output>(operation: TableOperation, action: TableAction, input: object): Promise<Output> {
    const { output } = await this.#client.send<Output & { ConsumedCapacity?: unknown }>(action, {
      ...(NAMING_TABLES.has(action) ? {} : { TableName: this.#tableName }),
      ...(this.#onConsumedCapacity ? { ReturnConsumedCapacity: 'INDEXES' } : {}),
      ...input,
    });
    this.#report(operation, output.ConsumedCapacity);
    return output;
  }

  /** As our error. */
  translate(operation: TableOperation, error: unknown): unknown {
    return translateError(error, { operation, tableName: this.#tableName });
  }

  #report(operation: TableOperation, consumed: unknown): void {
    for (const each of [consumed].flat() as (ConsumedCapacity | undefined)[]) {
      if (each) this.#onConsumedCapacity?.(operation, each);
    }
  }
}

/** Requests that may be on several tables: each part of them names its own. */
const NAMING_TABLES: ReadonlySet<TableAction> = new Set(['BatchGetItem', 'BatchWriteItem', 'TransactWriteItems']);

interface ConditionFailed extends Error {
  readonly Item?: Item;
  readonly $metadata?: { readonly attempts?: number };
}

function isConditionFailed(error: unknown): error is ConditionFailed {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

interface TransactionCancelled extends Error {
  readonly CancellationReasons: readonly CancellationReason[];
}

function isCancelled(error: Error): error is TransactionCancelled {
  return (
    error.name === 'TransactionCanceledException' && Array.isArray((error as TransactionCancelled).CancellationReasons)
  );
}

/** What is wrong with the author's requests, and was known before anything was written. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...['AccessDeniedException', 'IdempotentParameterMismatchException', 'ResourceNotFoundException'],
  ...['SerializationException', 'TransactionCanceledException', 'ValidationException'],
]);

/** What is there instead is returned by the failure itself, where the store can (DynamoDB can, dynalite cannot). */
function conditional(condition?: Expression, update?: Expression) {
  if (!condition) return {};
  return {
    ConditionExpression: condition.text,
    ...expressionParameters(condition, update),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}
