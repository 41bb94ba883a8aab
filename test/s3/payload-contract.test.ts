/** The contract of large contents, with a table and a bucket that are asked over the wire. */
import { afterAll } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { describePayloads } from '../store/payload-contract.ts';
import { BUCKET_NAME, startBucketServer } from './bucket-server.ts';

const [tables, buckets] = [await startTableServer(), await startBucketServer()];
const [client, s3] = [tables.newTableClient(), buckets.newClient()];
const tableName = await tables.newTable();

afterAll(async () => {
  client.destroy();
  s3.destroy();
  await Promise.all([tables.close(), buckets.close()]);
});

describePayloads(async () => createDynamodbStore({ tableName, client, bucketName: BUCKET_NAME, s3 }));
