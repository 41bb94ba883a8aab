/** DynamoDB in this process, over HTTP, with its tables in a folder or in memory. */
import { existsSync } from 'node:fs';
import { DynamoDBClient, paginateScan, PutItemCommand, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite';
import { guardRequests } from './dynalite-guard.ts';
import { listenOnLoopback, stopServer } from '../../net/listen.ts';
import { makeTable } from './make-table.ts';

export interface TableServer {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

export interface TableServerOptions {
  /** A folder; without one all is in memory. */
  readonly path?: string;
  readonly tables: readonly CreateTableCommandInput[];
  readonly region: string;
  /** Make the indexes anew: the process that wrote last was killed. */
  readonly rebuildIndexes: boolean;
}

/** Listens on a free port of 127.0.0.1, with those tables made that are not there. */
export async function startTableServer(options: TableServerOptions): Promise<TableServer> {
  const { path, tables, region } = options;
  const rebuild = options.rebuildIndexes && path !== undefined && existsSync(path);
  if (rebuild) await dropIndexes(path);
  const server = dynalite({ ...(path === undefined ? {} : { path }), createTableMs: 0 });
  const requests = guardRequests(server, path);
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  // Which Node the SDK will need next year does not matter where nothing reaches AWS.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new DynamoDBClient({ endpoint, region, credentials });
  for (const table of tables) {
    await makeTable(client, table);
    if (rebuild) await fillIndexes(client, table);
  }
  await requests.finishTransaction();
  const stop = async (): Promise<void> => {
    client.destroy();
    await requests.answered();
    await stopServer(server);
  };
  return { endpoint, client, stop };
}

/**
 * An item and its index entries are several writes here, so a kill between them can leave an item in a table that no
 * index leads to. The entries are dropped before the database is opened, and then each item is put once more.
 */
async function dropIndexes(path: string): Promise<void> {
  const database = new ClassicLevel(path);
  await database.clear({ gte: 'index-', lt: 'index.' });
  await database.close();
}

async function fillIndexes(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const keys = indexes.map((index) => (index.KeySchema ?? []).map((key) => key.AttributeName ?? ''));
  if (keys.length === 0) return;
  const names = [...new Set(keys.flat())];
  const isThere = (name: string): string => `attribute_exists(#${names.indexOf(name)})`;
  const indexed = {
    TableName: table.TableName,
    ConsistentRead: true,
    FilterExpression: keys.map((key) => `(${key.map(isThere).join(' AND ')})`).join(' OR '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
  };
  for await (const page of paginateScan({ client }, indexed)) {
    for (const Item of page.Items ?? []) {
      await client.send(new PutItemCommand({ TableName: table.TableName, Item }));
    }
  }
}
