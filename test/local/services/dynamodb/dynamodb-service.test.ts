/** DynamoDB, asked by a role that may do some of it. */
import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import type { EndpointOptions } from '../../../../lib/local/services/endpoint.ts';
import { startAws } from '../aws-under-test.ts';
import { readSmallShop } from '../small-shop.ts';

let disturbance: ReturnType<NonNullable<EndpointOptions['disturb']>>;
const aws = await startAws(afterAll, readSmallShop, { disturb: () => disturbance });
const { dynamodb } = aws.clients(aws.workerCredentials);
const [Orders, Secrets] = aws.resources.tables.map(({ name }) => name) as [string, string];
const table = aws.resources.tables[0]!.arn;

const denial = (action: string, resource: string): object => ({
  name: 'AccessDeniedException',
  message:
    'User: arn:aws:sts::000000000000:assumed-role/Shop-Role/Shop-Worker is not authorized to perform: ' +
    `${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
});

describe('DynamoDB', () => {
  it('does what the role may', async () => {
    await dynamodb.send(new PutItemCommand({ TableName: Orders, Item: { id: { S: '1' }, day: { S: 'monday' } } }));
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: Orders, Key: { id: { S: '1' } } }));
    expect(Item).toEqual({ id: { S: '1' }, day: { S: 'monday' } });
  });

  it("answers in AWS's words to what it may not, and does nothing", async () => {
    const update = new UpdateItemCommand({
      ...{ TableName: Orders, Key: { id: { S: '2' } } },
    });
    await expect(dynamodb.send(update)).rejects.toMatchObject(denial('dynamodb:UpdateItem', table));
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: Orders, Key: { id: { S: '2' } } }));
    expect(Item).toBeUndefined();
  });

  it('tells an index from its table', async () => {
    const query = {
      TableName: Orders,
      KeyConditionExpression: '#day = :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': { S: 'monday' } },
    };
    const { Count } = await dynamodb.send(new QueryCommand({ ...query, IndexName: 'by-day' }));
    expect(Count).toBe(1);
    await expect(dynamodb.send(new QueryCommand(query))).rejects.toMatchObject(denial('dynamodb:Query', table));
  });

  it('asks for each table of a batch', async () => {
    const Keys = [{ id: { S: '1' } }];
    const one = new BatchGetItemCommand({ RequestItems: { [Orders]: { Keys } } });
    await expect(dynamodb.send(one)).resolves.toMatchObject({ Responses: { [Orders]: [{ id: { S: '1' } }] } });
    const both = new BatchGetItemCommand({ RequestItems: { [Orders]: { Keys }, [Secrets]: { Keys } } });
    await expect(dynamodb.send(both)).rejects.toMatchObject(
      denial('dynamodb:BatchGetItem', aws.resources.tables[1]!.arn),
    );
  });

  it('asks for each item of a transaction', async () => {
    const Key = { id: { S: '1' } };
    const write = new TransactWriteItemsCommand({
      TransactItems: [
        { ConditionCheck: { TableName: Orders, Key, ConditionExpression: 'attribute_exists(id)' } },
        { Delete: { TableName: Orders, Key } },
      ],
    });
    await expect(dynamodb.send(write)).rejects.toMatchObject(denial('dynamodb:DeleteItem', table));
  });

  it('knows a table by its ARN too', async () => {
    const get = new GetItemCommand({ TableName: aws.resources.tables[1]!.arn, Key: { id: { S: '1' } } });
    await expect(dynamodb.send(get)).rejects.toMatchObject(denial('dynamodb:GetItem', aws.resources.tables[1]!.arn));
  });

  it.each([
    ['throttle', 'ProvisionedThroughputExceededException', 400],
    ['fail', 'InternalServerError', 500],
  ] as const)('can be made to %s', async (how, name, httpStatusCode) => {
    disturbance = how;
    const get = dynamodb.send(new GetItemCommand({ TableName: Orders, Key: { id: { S: '1' } } }));
    await expect(get).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    disturbance = undefined;
  });
});
