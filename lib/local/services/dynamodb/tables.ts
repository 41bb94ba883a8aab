/** The tables of a template, as it defines them: in this process, or in a DynamoDB Local that runs elsewhere. */
import { DynamoDBClient, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { makeTable } from './make-table.ts';
import { startTableServer, type TableServer } from './table-server.ts';
import type { Resources } from '../../resources.ts';
import { LOCAL_CREDENTIALS } from './forward.ts';

export interface TablesOptions {
  /** A folder for them; without one they are in memory. */
  readonly path?: string;
  /** Make the indexes anew: the process that wrote into the folder last was killed. Default false. */
  readonly rebuildIndexes?: boolean;
  /** Of the official DynamoDB Local, such as `http://127.0.0.1:8000`. Default: dynalite in this process. */
  readonly endpoint?: string;
}

/** The client that comes with them is not asked for permissions. */
export async function startTables(
  { tables, region }: Pick<Resources, 'tables' | 'region'>,
  { path, rebuildIndexes = false, endpoint }: TablesOptions = {},
): Promise<TableServer> {
  const definitions = tables.map(({ definition }) => definition as unknown as CreateTableCommandInput);
  if (endpoint === undefined) {
    return startTableServer({ ...(path === undefined ? {} : { path }), tables: definitions, region, rebuildIndexes });
  }
  const client = new DynamoDBClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  for (const definition of definitions) await makeTable(client, definition);
  return { endpoint, client, stop: async () => client.destroy() };
}
