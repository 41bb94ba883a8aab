/**
 * The scenarios with the table behind HTTP: what is stored and read again goes over the wire. The conformance suite plays
 * them through the deployed handlers as well, also with a worker that forgets.
 */
import { afterAll } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { describeOnEngine } from './on-engine.ts';

const server = await startTableServer();
const client = server.newTableClient();

afterAll(async () => {
  client.destroy();
  await server.close();
});

const newStore = async () => createDynamodbStore({ tableName: await server.newTable(), client });

describeOnEngine('on dynalite', async () => ({ store: await newStore() }));
