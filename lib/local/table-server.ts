/** DynamoDB in this process, over HTTP, with lull's table in a folder. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  paginateScan,
  PutItemCommand,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite';
import { createTableInput } from '../dynamodb/create-table-input.ts';
import { attribute, runSortKey } from '../dynamodb/schema.ts';
import { passWholeRequests } from './whole-requests.ts';
import { listenOnLoopback, stopServer } from './listen.ts';
import { LocalCloudError } from './local-cloud-error.ts';

const LONGEST_CREATION_MS = 5_000;
const LOOK_EVERY_MS = 5;

export interface TableServer {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

export interface TableServerOptions {
  readonly path: string;
  readonly tableName: string;
  readonly region: string;
  /** Make the indexes anew: whoever wrote last was killed. */
  readonly rebuildIndexes: boolean;
}

/** Listens on a free port of 127.0.0.1, with the table made if it is not there. */
export async function startTableServer(options: TableServerOptions): Promise<TableServer> {
  const { path, tableName, region } = options;
  const rebuild = options.rebuildIndexes && existsSync(path);
  if (rebuild) await dropIndexes(path);
  const server = dynalite({ path, createTableMs: 0 });
  const requests = passWholeRequests(server);
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  // Which Node the SDK will want next year is nobody's concern where nothing reaches AWS.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new DynamoDBClient({ endpoint, region, credentials });
  await makeTable(client, tableName);
  if (rebuild) await fillIndexes(client, tableName);
  const stop = async (): Promise<void> => {
    client.destroy();
    await requests.answered();
    await stopServer(server);
  };
  return { endpoint, client, stop };
}

/** It is there a moment after it was asked for. */
async function makeTable(client: DynamoDBClient, tableName: string): Promise<void> {
  await client.send(new CreateTableCommand(createTableInput(tableName))).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  const giveUpAtMs = Date.now() + LONGEST_CREATION_MS;
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    if (Date.now() > giveUpAtMs) {
      throw new LocalCloudError(
        'FOLDER_FORMAT',
        `the table is ${Table?.TableStatus ?? 'missing'}, since whoever made it was killed in the middle: it is empty, ` +
          `so delete the folder (.lull, or what you named with --dir)`,
      );
    }
    await delay(LOOK_EVERY_MS);
  }
}

/**
 * An item and its index entries are several writes here, so a kill between them can leave a run in the table that no
 * index leads to. The entries are dropped before the database is opened, and then each item is put once more.
 */
async function dropIndexes(path: string): Promise<void> {
  const database = new ClassicLevel(path);
  await database.clear({ gte: 'index-', lt: 'index.' });
  await database.close();
}

async function fillIndexes(client: DynamoDBClient, tableName: string): Promise<void> {
  const runItems = {
    TableName: tableName,
    ConsistentRead: true,
    FilterExpression: '#sk = :run',
    ExpressionAttributeNames: { '#sk': attribute.sk },
    ExpressionAttributeValues: { ':run': { S: runSortKey } },
  };
  for await (const page of paginateScan({ client }, runItems)) {
    for (const Item of page.Items ?? []) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  }
}
