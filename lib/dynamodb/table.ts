/**
 * One table: each method is one request. A condition that failed is an answer; other exceptions become our errors.
 *
 * Reads are strongly consistent, those of an index apart.
 */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StoreOperation } from '../ports/store.ts';
import { expressionParameters } from './expression.ts';
import type { Expression } from './expression.ts';
import type { Item } from './item.ts';
import { translateError } from './translate-errors.ts';

/** Called with the cost of a request, index writes included, by DynamoDB's own count. A failed condition is not reported. */
export type OnConsumedCapacity = (operation: StoreOperation, consumed: ConsumedCapacity) => void;

export interface TableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly onConsumedCapacity?: OnConsumedCapacity | undefined;
}

export type Write =
  /** `item`: what was asked to be returned. */
  | { readonly kind: 'written'; readonly item: Item }
  /**
   * The condition failed. `item`: what is there instead; undefined if nothing is, or the store does not say. `isRepeat`:
   * the SDK had sent the request before, and had no answer: that one may have been carried out, or may be yet.
   */
  | { readonly kind: 'refused'; readonly item: Item | undefined; readonly isRepeat: boolean };

export interface Update {
  readonly update: Expression;
  readonly condition: Expression;
  /** The item before or after the update. */
  readonly gives: 'ALL_OLD' | 'ALL_NEW';
}

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
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #onConsumedCapacity: OnConsumedCapacity | undefined;

  constructor({ client, tableName, onConsumedCapacity }: TableOptions) {
    this.#client = client;
    this.#tableName = tableName;
    this.#onConsumedCapacity = onConsumedCapacity;
  }

  async get(operation: StoreOperation, key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ ...this.#common(), Key: key, ConsistentRead: true });
    const { Item } = await this.#ask(operation, () => this.#client.send(command));
    return Item;
  }

  async put(operation: StoreOperation, item: Item, condition?: Expression): Promise<Write> {
    const command = new PutItemCommand({ ...this.#common(), Item: item, ...conditional(condition) });
    return this.#write(operation, () => this.#client.send(command));
  }

  async update(operation: StoreOperation, key: Item, { update, condition, gives }: Update): Promise<Write> {
    const command = new UpdateItemCommand({
      ...this.#common(),
      Key: key,
      UpdateExpression: update.text,
      ...conditional(condition, update),
      ReturnValues: gives,
    });
    return this.#write(operation, () => this.#client.send(command));
  }

  async delete(operation: StoreOperation, key: Item, condition?: Expression): Promise<Write> {
    const command = new DeleteItemCommand({ ...this.#common(), Key: key, ...conditional(condition) });
    return this.#write(operation, () => this.#client.send(command));
  }

  async query(operation: StoreOperation, query: Query): Promise<QueryPage> {
    const { indexName, keys, filter, projection, newestFirst = false, limit, startKey } = query;
    const command = new QueryCommand({
      ...this.#common(),
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
    const { Items = [], LastEvaluatedKey } = await this.#ask(operation, () => this.#client.send(command));
    return { items: Items, lastKey: LastEvaluatedKey };
  }

  /** At most 100 different keys. Gives what was found, in any order, and the keys that have to be asked for again. */
  async batchGet(operation: StoreOperation, keys: readonly Item[]): Promise<{ items: Item[]; unprocessed: Item[] }> {
    const { TableName, ...common } = this.#common();
    const RequestItems = { [TableName]: { Keys: [...keys], ConsistentRead: true } };
    const command = new BatchGetItemCommand({ ...common, RequestItems });
    const { Responses, UnprocessedKeys } = await this.#ask(operation, () => this.#client.send(command));
    return { items: Responses?.[TableName] ?? [], unprocessed: UnprocessedKeys?.[TableName]?.Keys ?? [] };
  }

  /** At most 25 different keys. Gives those that have to be asked for again. */
  async batchDelete(operation: StoreOperation, keys: readonly Item[]): Promise<{ unprocessed: Item[] }> {
    const { TableName, ...common } = this.#common();
    const RequestItems = { [TableName]: keys.map((Key) => ({ DeleteRequest: { Key } })) };
    const command = new BatchWriteItemCommand({ ...common, RequestItems });
    const { UnprocessedItems } = await this.#ask(operation, () => this.#client.send(command));
    const unprocessed = UnprocessedItems?.[TableName] ?? [];
    return { unprocessed: unprocessed.flatMap(({ DeleteRequest }) => (DeleteRequest?.Key ? [DeleteRequest.Key] : [])) };
  }

  #common() {
    return {
      TableName: this.#tableName,
      ...(this.#onConsumedCapacity ? { ReturnConsumedCapacity: 'INDEXES' as const } : {}),
    };
  }

  async #write(operation: StoreOperation, send: () => Promise<{ Attributes?: Item | undefined }>): Promise<Write> {
    const answer = await this.#ask<{ Attributes?: Item | undefined } | ConditionalCheckFailedException>(operation, () =>
      send().catch((error: unknown) => {
        if (error instanceof ConditionalCheckFailedException) return error;
        throw error;
      }),
    );
    if (answer instanceof ConditionalCheckFailedException) {
      return { kind: 'refused', item: answer.Item, isRepeat: (answer.$metadata.attempts ?? 1) > 1 };
    }
    return { kind: 'written', item: answer.Attributes ?? {} };
  }

  async #ask<Answer extends object>(operation: StoreOperation, send: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await send();
      if ('ConsumedCapacity' in answer) this.#report(operation, answer.ConsumedCapacity);
      return answer;
    } catch (error) {
      throw translateError(error, { operation, tableName: this.#tableName });
    }
  }

  #report(operation: StoreOperation, consumed: unknown): void {
    for (const each of [consumed].flat() as (ConsumedCapacity | undefined)[]) {
      if (each) this.#onConsumedCapacity?.(operation, each);
    }
  }
}

/** What is there instead is returned by the failure itself, where the store can (DynamoDB can, dynalite cannot). */
function conditional(condition?: Expression, update?: Expression) {
  if (!condition) return {};
  return {
    ConditionExpression: condition.text,
    ...expressionParameters(condition, update),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}
