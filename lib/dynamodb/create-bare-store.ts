/**
 * A store as the table has it: what is encrypted stays so, and values are written as they are given. For those who have
 * nothing to do with values.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PayloadStore } from '../ports/payload-store.ts';
import { createS3PayloadStore } from '../s3/s3-payload-store.ts';
import { DynamodbStore } from './dynamodb-store.ts';
import { createTableClient, throughSdk, type TableClient } from './table-client.ts';
import { PayloadOffload } from './payload-offload.ts';
import { SealedItemsInTable } from './sealed-items.ts';
import { type OnConsumedCapacity, Table, type TableOptions } from './table.ts';

export interface BareStoreOptions {
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
  /** Called with the cost of each request, index writes included. It makes answers a little larger. */
  readonly onConsumedCapacity?: OnConsumedCapacity | undefined;
}

export function createBareStore(options: BareStoreOptions): DynamodbStore {
  return new DynamodbStore(toParts(options));
}

/** What the table has encrypted. */
export function createSealedItems(options: BareStoreOptions): SealedItemsInTable {
  const { payloads, ...table } = toParts(options);
  return new SealedItemsInTable(new Table(table), new PayloadOffload(payloads));
}

function toParts(options: BareStoreOptions): TableOptions & { readonly payloads: PayloadStore | undefined } {
  const { bucketName, s3, payloads, client, isForCallers = false, ...table } = options;
  return {
    ...table,
    client: client === undefined ? createTableClient({ isForCallers }) : toTableClient(client),
    payloads: payloads ?? (bucketName === undefined ? undefined : createS3PayloadStore({ bucketName, client: s3 })),
  };
}

function toTableClient(client: DynamoDBClient | TableClient): TableClient {
  return 'middlewareStack' in client ? throughSdk(client) : client;
}
