import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { WorkflowEngine, WorkflowTable } from '../../infra/index.ts';
import { createTableInput } from '../../lib/dynamodb/create-table-input.ts';
import { createApp, createEngine, ENTRY, propertiesOf, synthesize } from './synthesized.ts';

describe('the table', () => {
  let template: Template;

  beforeAll(() => {
    template = synthesize();
  });

  test('has the keys, indexes and projections of the one that tests and the local cloud create', () => {
    const { TableName: _, AttributeDefinitions: attributes = [], ...layout } = createTableInput('any');
    const { AttributeDefinitions: deployed, ...properties } = propertiesOf(template, 'AWS::DynamoDB::Table');
    expect(properties).toMatchObject(layout);
    expect(deployed).toHaveLength(attributes.length);
    expect(deployed).toEqual(expect.arrayContaining(attributes));
  });

  test('is kept when the stack goes, cannot be deleted, and can be restored', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    });
  });

  test('has no name of its own, and neither has anything else', () => {
    const names = ['TableName', 'QueueName', 'FunctionName', 'RoleName', 'LogGroupName', 'Name', 'PolicyName'];
    const named = Object.entries(template.toJSON()['Resources'] as Record<string, { Type: string; Properties: object }>)
      .filter(([, { Type }]) => /Table|Queue$|Function$|Role$|LogGroup|Rule$/.test(Type))
      .flatMap(([id, { Properties }]) =>
        Object.keys(Properties)
          .filter((key) => names.includes(key))
          .map((key) => `${id} ${key}`),
      );
    expect(named).toEqual([]);
  });

  test('goes with the stack if asked to, without its protection', () => {
    synthesize({ removalPolicy: RemovalPolicy.DESTROY, pointInTimeRecovery: false }).hasResource(
      'AWS::DynamoDB::Table',
      {
        DeletionPolicy: 'Delete',
        Properties: {
          DeletionProtectionEnabled: false,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
        },
      },
    );
  });
});

describe('a table that is given', () => {
  test('may stand in another stack', () => {
    const app = createApp();
    const data = new Stack(app, 'Data');
    const functions = new Stack(app, 'Functions');
    const table = new WorkflowTable(data, 'Runs');
    const engine = new WorkflowEngine(functions, 'Workflows', { entry: ENTRY, table });
    expect(engine.table).toBe(table);
    Template.fromStack(functions).resourceCountIs('AWS::DynamoDB::Table', 0);
    Template.fromStack(data).resourceCountIs('AWS::DynamoDB::Table', 1);
    expect(functions.dependencies).toEqual([data]);
    expect(data.dependencies).toEqual([]);
  });

  test('may be imported, with permissions on its indexes', () => {
    const outside = new Stack();
    const table = Table.fromTableArn(outside, 'Runs', 'arn:aws:dynamodb:eu-central-1:123456789012:table/runs');
    const template = synthesize({ table });
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain('table/runs/index/due');
  });

  test('has lull’s keys and indexes, or is refused by name', () => {
    const stack = new Stack(createApp(), 'Other');
    const noSortKey = new Table(stack, 'NoSortKey', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
    const refusal = (table: Table) => () => new WorkflowEngine(stack, `E${table.node.id}`, { entry: ENTRY, table });
    expect(refusal(noSortKey)).toThrow(
      'WorkflowEngine Other/ENoSortKey: the table Other/NoSortKey has not the keys that lull needs (pk: S, sk: S): make it with new WorkflowTable(...)',
    );
    const noIndex = new Table(stack, 'NoIndex', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
    });
    expect(refusal(noIndex)).toThrow('has not the index "due" that lull needs (dueShard: S, dueAtMs: N)');
  });

  test('has its own props: those of the engine are refused', () => {
    const { stack } = createEngine();
    const table = new WorkflowTable(stack, 'Runs');
    expect(
      () => new WorkflowEngine(stack, 'Second', { entry: ENTRY, table, removalPolicy: RemovalPolicy.DESTROY }),
    ).toThrow('it is given a table, and props for a table of its own: give those to the WorkflowTable');
  });
});
