import { afterAll } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { describeStoreContract } from '../store/contract.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const client = server.newClient();

afterAll(async () => {
  client.destroy();
  await server.close();
});

describeStoreContract(async () => createDynamodbStore({ tableName, client }));
