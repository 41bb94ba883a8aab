/** Tables of the author's own, beside that of the runs, as they are to be created. */
import type { CreateTableCommandInput, ScalarAttributeType } from '@aws-sdk/client-dynamodb';

/** `tables`: the attributes of each one's key, as in `['customer', 'number:N']`. */
export function ownTables(tables: Readonly<Record<string, readonly string[]>>): CreateTableCommandInput[] {
  return Object.entries(tables).map(([TableName, key]) => {
    const attributes = key.map((attribute) => {
      const [AttributeName, AttributeType = 'S'] = attribute.split(':');
      return { AttributeName, AttributeType: AttributeType as ScalarAttributeType };
    });
    return {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes,
      KeySchema: attributes.map(({ AttributeName }, index) => ({
        AttributeName,
        KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
      })),
    };
  });
}
