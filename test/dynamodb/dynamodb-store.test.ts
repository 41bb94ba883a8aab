import { afterAll, describe } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import { describeStoreContract } from '../store/contract.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const [tableName, otherTableName] = [await server.newTable(), await server.newTable()];
const client = server.newClient();

afterAll(async () => {
  client.destroy();
  await server.close();
});

describe('without a bucket', () =>
  describeStoreContract(async () => createDynamodbStore({ tableName, client }), { hasBucket: false }));

describe('with one', () =>
  describeStoreContract(
    async () => createDynamodbStore({ tableName: otherTableName, client, payloads: new MemoryPayloadStore() }),
    {
      hasBucket: true,
    },
  ));
