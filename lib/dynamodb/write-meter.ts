/**
 * Counts the units of each write that goes through a client, index writes included, on a store that does not: it looks
 * at the item before and after. For tests and benchmarks: it makes each write slower, and two writes of one item at a
 * time are told apart wrongly.
 */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { attribute } from './schema.ts';
import type { Item } from './item.ts';
import { writeUnits } from './write-units.ts';
import type { WriteUnits } from './write-units.ts';

export interface MeteredWrite extends WriteUnits {
  /** As in `UpdateItemCommand`. */
  readonly command: string;
  readonly sortKey: string;
}

/**
 * From now on the list gets what each write through the client costs. Failed conditions cost too. It looks at the items
 * through `reader`.
 */
export function meterWrites(client: DynamoDBClient, reader = client): MeteredWrite[] {
  const writes: MeteredWrite[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const command = String(context['commandName']);
      const keys = writtenKeys(command, args.input as WriteInput);
      const factor = command === 'TransactWriteItemsCommand' ? 2 : 1;
      if (keys.length === 0) return next(args);
      const before = await Promise.all(keys.map((key) => readItem(reader, key)));
      try {
        return await next(args);
      } finally {
        const after = await Promise.all(keys.map((key) => readItem(reader, key)));
        for (const [index, { key }] of keys.entries()) {
          const sortKey = key[attribute.sk]?.S ?? '';
          writes.push({ command, sortKey, ...times(factor, writeUnits(before[index], after[index])) });
        }
      }
    },
    { step: 'initialize' },
  );
  return writes;
}

interface WriteInput {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly RequestItems?: Record<string, { DeleteRequest?: { Key: Item } }[]>;
  /** Of the table: what an author's transaction writes elsewhere is not counted. */
  readonly TransactItems?: readonly { readonly Put?: { readonly TableName: string; readonly Item: Item } }[];
}

interface WrittenKey {
  readonly tableName: string;
  readonly key: Item;
}

function writtenKeys(
  command: string,
  { TableName = '', Item = {}, Key = {}, RequestItems = {}, TransactItems = [] }: WriteInput,
): WrittenKey[] {
  switch (command) {
    case 'PutItemCommand':
      return [{ tableName: TableName, key: keyOf(Item) }];
    case 'UpdateItemCommand':
    case 'DeleteItemCommand':
      return [{ tableName: TableName, key: Key }];
    case 'BatchWriteItemCommand':
      return Object.entries(RequestItems).flatMap(([tableName, requests]) =>
        requests.flatMap(({ DeleteRequest }) => (DeleteRequest ? [{ tableName, key: DeleteRequest.Key }] : [])),
      );
    case 'TransactWriteItemsCommand':
      return TransactItems.flatMap(({ Put }) =>
        Put === undefined ? [] : [{ tableName: Put.TableName, key: keyOf(Put.Item) }],
      );
    default:
      return [];
  }
}

function times(factor: number, { table, dueIndex, workflowIndex, total }: WriteUnits): WriteUnits {
  return {
    table: factor * table,
    dueIndex: factor * dueIndex,
    workflowIndex: factor * workflowIndex,
    total: factor * total,
  };
}

function keyOf(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => name === attribute.pk || name === attribute.sk));
}

async function readItem(client: DynamoDBClient, { tableName, key }: WrittenKey): Promise<Item | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
  return Item;
}
