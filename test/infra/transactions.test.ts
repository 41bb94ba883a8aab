import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table, TableEncryption, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { createEngine, permissionsOf } from './synthesized.ts';

const ARN = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000';
const id = { name: 'id', type: AttributeType.STRING };

/** Of the worker, on the table and its key. */
function permissionsOn(table: string, template: Template): string[] {
  return permissionsOf(template, 'WorkerRole').filter((line) => line.includes(table) || line.includes('0a1b2c3d'));
}

const WRITES = ['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'];
const ON_KEY = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey*', 'ReEncrypt*'].map(
  (action) => `kms:${action} on ${ARN}`,
);

describe('grantTransactions', () => {
  it.each([
    [
      'Table',
      (stack: Stack) => {
        const encryptionKey = Key.fromKeyArn(stack, 'Key', ARN);
        return new Table(stack, 'Ledger', {
          partitionKey: id,
          encryption: TableEncryption.CUSTOMER_MANAGED,
          encryptionKey,
        });
      },
    ],
    [
      'imported TableV2',
      (stack: Stack) => {
        const encryptionKey = Key.fromKeyArn(stack, 'Key', ARN);
        const tableArn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/Ledger';
        return TableV2.fromTableAttributes(stack, 'Ledger', { tableArn, encryptionKey });
      },
    ],
  ] as const)(
    'lets the worker write to a %s whose key is the author’s, and use that key, and no more',
    (_kind, make) => {
      const { stack, engine } = createEngine();
      engine.grantTransactions(make(stack));
      const template = Template.fromStack(stack);
      const found = permissionsOn('Ledger', template).map((line) => line.replace(/arn:aws:dynamodb:.*table\//, ''));
      expect(found).toEqual([...WRITES.map((action) => `dynamodb:${action} on Ledger`), ...ON_KEY].sort());
      expect(permissionsOf(template, 'ApiFunctionRole').filter((line) => line.includes('Ledger'))).toEqual([]);
    },
  );

  it('uses no key of a table that has none of its own', () => {
    const { stack, engine } = createEngine();
    engine.grantTransactions(new Table(stack, 'Ledger', { partitionKey: id }));
    expect(permissionsOn('Ledger', Template.fromStack(stack))).toEqual(
      WRITES.map((action) => `dynamodb:${action} on Ledger`),
    );
  });
});
