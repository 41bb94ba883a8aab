/** The way to a Store on a table that is there. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { tableNameOf } from '../core/transaction/write.ts';
import { sealingStore } from '../encryption/sealing-store.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import type { StoreOfStartItems } from '../ports/start-items.ts';
import type { Store } from '../ports/store.ts';
import { createS3PayloadStore } from '../s3/s3-payload-store.ts';
import { DynamodbStore } from './dynamodb-store.ts';
import { createTableClient, throughSdk, type TableClient } from './table-client.ts';
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
   * Default: lull's own, with the region, credentials and endpoint of the environment (`AWS_ENDPOINT_URL_DYNAMODB` or
   * `AWS_ENDPOINT_URL` lead to a local table), which gives up a request after 5 s, or 3 s for callers.
   */
  readonly client?: DynamoDBClient | TableClient | undefined;
  /**
   * A caller waits for each answer, and retries: a request is sent twice and not four times, since each try of the caller
   * includes those. Default: false.
   */
  readonly isForCallers?: boolean | undefined;
  /** Encrypts all that the table and the bucket have of values. Default: none, and what is encrypted cannot be read. */
  readonly payloadKey?: PayloadKey | undefined;
  /** By which data keys are replaced. Default: the clock of this machine. */
  readonly nowMs?: (() => number) | undefined;
  /** Called with the cost of each request, index writes included. It makes answers a little larger. */
  readonly onConsumedCapacity?: OnConsumedCapacity | undefined;
}

/** What `createDynamodbStore` makes. */
export type TableStore = Store & StoreOfStartItems;

/** A Store on DynamoDB, as in `createDynamodbStore({ tableName: 'workflows' })`. */
export function createDynamodbStore(options: DynamodbStoreOptions): TableStore {
  const { bucketName, s3, payloads, client, isForCallers = false, payloadKey, nowMs, ...table } = options;
  const store = new DynamodbStore({
    ...table,
    client: client === undefined ? createTableClient({ isForCallers }) : toTableClient(client),
    payloads: payloads ?? (bucketName === undefined ? undefined : createS3PayloadStore({ bucketName, client: s3 })),
  });
  return sealingStore(store, { key: payloadKey, table: tableNameOf(table.tableName), nowMs });
}

function toTableClient(client: DynamoDBClient | TableClient): TableClient {
  return 'middlewareStack' in client ? throughSdk(client) : client;
}
