/** The way to a Store on a table that is there. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamodbStore } from './dynamodb-store.ts';
import type { OnConsumedCapacity } from './table.ts';

export interface DynamodbStoreOptions {
  /** A table of the layout in `schema.ts`. */
  readonly tableName: string;
  /**
   * Default: one with the region, credentials and endpoint of the environment (`AWS_ENDPOINT_URL_DYNAMODB` or
   * `AWS_ENDPOINT_URL` lead to a local table), which gives up a request after 5 s.
   */
  readonly client?: DynamoDBClient | undefined;
  /** Is told what each request cost, index writes included. It makes answers a little larger. */
  readonly onConsumedCapacity?: OnConsumedCapacity | undefined;
}

/** A Store on DynamoDB, as in `createDynamodbStore({ tableName: 'workflows' })`. */
export function createDynamodbStore({ tableName, client, onConsumedCapacity }: DynamodbStoreOptions): DynamodbStore {
  return new DynamodbStore({ tableName, client: client ?? createClient(), onConsumedCapacity });
}

/** A connection that hangs must not use up a turn: the request is made again. */
function createClient(): DynamoDBClient {
  return new DynamoDBClient({
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });
}
