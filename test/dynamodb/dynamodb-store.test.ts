import { afterAll, describe } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import { describeStoreContract } from '../store/contract.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const client = server.newTableClient();
const sdk = server.newClient();

afterAll(async () => {
  client.destroy();
  sdk.destroy();
  await server.close();
});

const openTable = (): ReturnType<typeof server.newOwnTable> => server.newOwnTable();
const tableName = await server.newTable();
describe('without a bucket', () =>
  describeStoreContract(async () => createDynamodbStore({ tableName, client }), { hasBucket: false, openTable }));

const sdkTableName = await server.newTable();
describe('through a client of the AWS SDK', () =>
  describeStoreContract(async () => createDynamodbStore({ tableName: sdkTableName, client: sdk }), {
    hasBucket: false,
    openTable,
  }));

const bucketTableName = await server.newTable();
describe('with a bucket', () =>
  describeStoreContract(
    async () => createDynamodbStore({ tableName: bucketTableName, client, payloads: new MemoryPayloadStore() }),
    { hasBucket: true, openTable },
  ));
