/** The table as DynamoDB is asked to create it: for tests and the local cloud. */
import type { AttributeDefinition, CreateTableCommandInput, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { attribute, dueIndex, workflowIndex } from './schema.ts';

export function createTableInput(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      ...textAttributes(attribute.pk, attribute.sk, dueIndex.partition, workflowIndex.partition, workflowIndex.sort),
      { AttributeName: dueIndex.sort, AttributeType: 'N' },
    ],
    KeySchema: keySchema(attribute.pk, attribute.sk),
    GlobalSecondaryIndexes: [
      {
        IndexName: dueIndex.name,
        KeySchema: keySchema(dueIndex.partition, dueIndex.sort),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: workflowIndex.name,
        KeySchema: keySchema(workflowIndex.partition, workflowIndex.sort),
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...workflowIndex.projected] },
      },
    ],
  };
}

function textAttributes(...names: string[]): AttributeDefinition[] {
  return names.map((name) => ({ AttributeName: name, AttributeType: 'S' }));
}

function keySchema(partition: string, sort: string): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];
}
