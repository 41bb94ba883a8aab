/** The way to a Store on a table that is there. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PayloadStore } from '../ports/payload-store.ts';
import { createS3PayloadStore } from '../s3/s3-payload-store.ts';
import { DynamodbStore } from './dynamodb-store.ts';
import type { OnConsumedCapacity } from './table.ts';

export interface DynamodbStoreOptions {
  /** A table of the layout in `schema.ts`. */
  readonly tableName: string;
  /** A bucket for what is too large for the table. Default: none, and the limits of `limits` are lower. */
  readonly bucketName?: string | undefined;
  /** Default: one with the region, credentials and endpoint of the environment. */
  readonly s3?: S3Client | undefined;
  /** Instead of the bucket. */
  readonly payloads?: PayloadStore | undefined;
  /**
   * Default: one with the region, credentials and endpoint of the environment (`AWS_ENDPOINT_URL_DYNAMODB` or
   * `AWS_ENDPOINT_URL` lead to a local table), which gives up a request after 5 s, or 3 s for callers.
   */
  readonly client?: DynamoDBClient | undefined;
  /**
   * A caller waits for each answer, and retries: the SDK tries twice and not four times, since each try of the caller
   * includes those. Default: false.
   */
  readonly isForCallers?: boolean | undefined;
  /** Called with the cost of each request, index writes included. It makes answers a little larger. */
  readonly onConsumedCapacity?: OnConsumedCapacity | undefined;
}

/** A Store on DynamoDB, as in `createDynamodbStore({ tableName: 'workflows' })`. */
export function createDynamodbStore(options: DynamodbStoreOptions): DynamodbStore {
  const { bucketName, s3, payloads, client, isForCallers = false, ...table } = options;
  return new DynamodbStore({
    ...table,
    client: client ?? createClient(isForCallers),
    payloads: payloads ?? (bucketName === undefined ? undefined : createS3PayloadStore({ bucketName, client: s3 })),
  });
}

/** A connection that hangs must not use up a turn: the request is made again. */
function createClient(isForCallers: boolean): DynamoDBClient {
  return new DynamoDBClient({
    ...(isForCallers ? { maxAttempts: 2 } : {}),
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: isForCallers ? 3000 : 5000,
      throwOnRequestTimeout: true,
    },
  });
}
