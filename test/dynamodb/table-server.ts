/**
 * A place for tables, for one test file: dynalite in this process; or, for a closer look, what listens at
 * DYNAMODB_TEST_ENDPOINT (as the official DynamoDB Local does).
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { guardRequests } from '../../lib/local/services/dynamodb/dynalite-guard.ts';
import { vi } from 'vitest';
import { createTableClient, type TableClient } from '../../lib/dynamodb/table-client.ts';
import { itemFromStored, type StoredItem } from '../../lib/core/transaction/attribute-value.ts';
import type { OwnTable } from '../store/transact-contract.ts';
import { createTableInput } from '../../lib/dynamodb/create-table-input.ts';

export interface TableServer {
  readonly endpoint: string;
  /** False for dynalite, which neither counts index writes nor returns what made a condition fail. */
  readonly isFaithful: boolean;
  /** Of the AWS SDK: for tests that put faults between it and the table, or read the table themselves. */
  newClient(): DynamoDBClient;
  /** lull's own, which takes half of the time. */
  newTableClient(): TableClient;
  /** A new table; gives its name. */
  newTable(): Promise<string>;
  /** A new table of an author's own, with the key `id`. */
  newOwnTable(name?: string): Promise<OwnTable>;
  close(): Promise<void>;
}

export async function startTableServer(): Promise<TableServer> {
  // Hundreds of requests over HTTP: on a busy machine they take longer than tests usually may.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  const given = process.env['DYNAMODB_TEST_ENDPOINT'];
  const server = given === undefined ? await startDynalite() : undefined;
  const endpoint = given ?? `http://127.0.0.1:${(server?.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const newClient = (): DynamoDBClient => new DynamoDBClient({ endpoint, region: REGION, credentials });
  const location = { endpoint: new URL(endpoint), region: REGION, credentials: () => Promise.resolve(credentials) };
  const client = newClient();
  const tableNames: string[] = [];

  return {
    endpoint,
    isFaithful: given !== undefined,
    newClient,
    newTableClient: () => createTableClient({ location }),
    newTable: async () => {
      const tableName = `lull-${process.pid}-${Date.now()}-${tableNames.length}`;
      await client.send(new CreateTableCommand(createTableInput(tableName)));
      tableNames.push(tableName);
      return tableName;
    },
    newOwnTable: async (name = `own-${process.pid}-${Date.now()}-${tableNames.length}`) => {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        }),
      );
      tableNames.push(name);
      return {
        name,
        get: async (id) => {
          const key = { TableName: name, Key: { id: { S: id } }, ConsistentRead: true };
          const { Item } = await client.send(new GetItemCommand(key));
          return Item && itemFromStored(Item as unknown as StoredItem);
        },
      };
    },
    close: async () => {
      // The tables of dynalite end with it.
      if (!server) for (const TableName of tableNames) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      server?.closeAllConnections();
      if (server) await new Promise((resolve) => server.close(resolve));
    },
  };
}

const REGION = 'eu-central-1';

async function startDynalite(): Promise<Server> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  guardRequests(server); // it has no transactions of its own
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
