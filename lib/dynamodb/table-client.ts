/**
 * Sends requests to DynamoDB: lull's own client, or one of the AWS SDK that was handed over. Neither knows which table, nor
 * what an answer means.
 */
import type { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { bytesToText } from '../core/transaction/attribute-value.ts';
import { createJsonClient, type JsonAnswer } from '../aws/json/json-client.ts';
import type { Location } from '../aws/json/location.ts';

/** The requests that lull makes, as DynamoDB names them. */
export type TableAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'Scan'
  | 'TransactWriteItems'
  | 'UpdateItem';

export interface TableClient {
  /** Errors are those of the AWS SDK, or of the same form. */
  send<Output>(action: TableAction, input: object): Promise<JsonAnswer<Output>>;
  /** Closes the connections. */
  destroy(): void;
}

export interface TableClientOptions {
  /**
   * A caller waits for each answer, and retries: it is sent twice and not four times, since each try of the caller includes
   * those. Default: false.
   */
  readonly isForCallers?: boolean | undefined;
  /** Default: where the environment says, or the AWS SDK. */
  readonly location?: Location | undefined;
}

/** A connection that hangs must not use up a turn: the request is made again. */
export function createTableClient({ isForCallers = false, location }: TableClientOptions): TableClient {
  const client = createJsonClient({
    service: 'dynamodb',
    targetPrefix: 'DynamoDB_20120810',
    maxAttempts: isForCallers ? 2 : 4,
    limits: { connectMs: 1_000, answerMs: isForCallers ? 3_000 : 5_000 },
    location,
  });
  return {
    // Only an author's own writes have bytes in them, which JSON has as base64.
    send: (action, input) => client.send(action, action === 'TransactWriteItems' ? bytesToText(input) : input),
    destroy: () => client.destroy(),
  };
}

/** Requests go through the SDK, with whatever its owner has set up there. */
export function throughSdk(client: DynamoDBClient): TableClient {
  return {
    send: async <Output>(action: TableAction, input: object) => {
      const commands = await import('@aws-sdk/client-dynamodb');
      const Command = commands[`${action}Command`] as new (input: object) => GetItemCommand;
      const output = await client.send(new Command(input));
      return { output: output as Output, attempts: output.$metadata.attempts ?? 1 };
    },
    destroy: () => client.destroy(),
  };
}
