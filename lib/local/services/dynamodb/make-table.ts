/** Makes a table that is not there, and waits until it can be used. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { CloudError } from '../../cloud-error.ts';

const LONGEST_CREATION_MS = 5_000;
const LOOK_EVERY_MS = 5;

/** It is there a moment after it was asked for. */
export async function makeTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  await client.send(new CreateTableCommand(table)).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  const giveUpAtMs = Date.now() + LONGEST_CREATION_MS;
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table.TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    if (Date.now() > giveUpAtMs) {
      throw new CloudError(
        'FOLDER_FORMAT',
        `the table ${table.TableName ?? ''} is ${Table?.TableStatus ?? 'missing'}, since the process that created it was killed: it is empty, ` +
          `so delete the folder (.lull, or what you named with --dir)`,
      );
    }
    await delay(LOOK_EVERY_MS);
  }
}
