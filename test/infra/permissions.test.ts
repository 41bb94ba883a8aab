import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../infra/grants.ts';
import type { WorkflowEngine } from '../../infra/index.ts';
import { createEngine, nameOf, permissionsOf, propertiesOf, type Statement } from './synthesized.ts';

const LOG = (name: string) => [`logs:CreateLogStream on ${name}`, `logs:PutLogEvents on ${name}`];
const WAKE = 'sqs:SendMessage on WorkflowsQueue';
const TABLE = 'WorkflowsTable';
const BUCKET = 'WorkflowsTablePayloads';
const LIST = `s3:ListBucket on ${BUCKET}`;
const onObjects = (...actions: string[]) => actions.map((action) => `s3:${action} on ${BUCKET}/runs/*`);
const onTable = (...actions: string[]) => actions.map((action) => `dynamodb:${action} on ${TABLE}`);

/** Of the worker, and of an import, which is for an engine on this machine. */
const NOT_OF_CALLERS: ReadonlySet<string> = new Set(['watch', 'take', 'putRecord', 'transact', 'release', 'finish']);

describe('of the functions', () => {
  let template: Template;

  beforeAll(() => {
    const { stack, engine } = createEngine();
    engine.addSchedule('nightly', { workflow: 'report', schedule: ScheduleExpression.cron({ hour: '3' }) });
    template = Template.fromStack(stack);
  });

  test('the worker reads, writes and starts runs, receives wakes and sends them, and lists no runs', () => {
    const receiving = [
      'ReceiveMessage',
      'ChangeMessageVisibility',
      'GetQueueUrl',
      'DeleteMessage',
      'GetQueueAttributes',
    ];
    expect(permissionsOf(template, 'WorkerRole')).toEqual(
      [
        ...onTable('BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
        ...onObjects('DeleteObject', 'GetObject', 'PutObject'),
        LIST,
        ...receiving.map((action) => `sqs:${action} on WorkflowsQueue`),
        ...LOG('WorkflowsWorkerLog'),
        WAKE,
      ].sort(),
    );
  });

  test('the sweeper reads the index of the due, purges and wakes', () => {
    expect(permissionsOf(template, 'SweeperRole')).toEqual(
      [
        ...onTable('DeleteItem', 'GetItem', 'Query', 'UpdateItem'),
        'dynamodb:Query on WorkflowsTable/index/due',
        ...onObjects('DeleteObject'),
        LIST,
        ...LOG('WorkflowsSweeperLog'),
        WAKE,
      ].sort(),
    );
  });

  test('the API function does what callers do, and reads the index by workflow', () => {
    expect(permissionsOf(template, 'ApiFunctionRole')).toEqual(
      [
        ...onTable('BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
        'dynamodb:Query on WorkflowsTable/index/by-workflow',
        ...onObjects('DeleteObject', 'GetObject', 'PutObject'),
        LIST,
        ...LOG('WorkflowsApiFunctionLog'),
        WAKE,
      ].sort(),
    );
  });

  test('the function of the schedules starts runs, and writes dead letters', () => {
    expect(permissionsOf(template, 'SchedulesFunctionRole')).toEqual(
      [
        ...onTable('DeleteItem', 'GetItem', 'PutItem'),
        ...onObjects('DeleteObject', 'GetObject', 'PutObject'),
        LIST,
        ...LOG('WorkflowsSchedulesFunctionLog'),
        ...['SendMessage', 'GetQueueAttributes', 'GetQueueUrl'].map(
          (action) => `sqs:${action} on WorkflowsDeadLetterQueue`,
        ),
        WAKE,
      ].sort(),
    );
  });

  test('the schedules call that function alone', () => {
    expect(permissionsOf(template, 'SchedulesRole')).toEqual([
      'lambda:InvokeFunction on WorkflowsSchedulesFunction',
      'sqs:SendMessage on WorkflowsDeadLetterQueue',
    ]);
  });

  test('no role has a managed policy, and no statement is on more than one resource but for the objects of runs', () => {
    const roles = Object.values(template.findResources('AWS::IAM::Role')) as { Properties: Record<string, unknown> }[];
    expect(roles.filter(({ Properties }) => 'ManagedPolicyArns' in Properties || 'Policies' in Properties)).toEqual([]);
    const policies = Object.values(template.findResources('AWS::IAM::Policy')) as {
      Properties: { PolicyDocument: { Statement: Statement[] } };
    }[];
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(statements.length).toBeGreaterThan(15);
    for (const { Action, Resource } of statements) {
      const wide = [Resource].flat().filter((resource) => JSON.stringify(resource).includes('*'));
      expect(wide.filter((resource) => nameOf(resource) !== `${BUCKET}/runs/*`)).toEqual([]);
      expect([Action].flat().filter((action) => action.includes('*'))).toEqual([]);
    }
  });
});

describe('of others', () => {
  const grants: [string, (engine: WorkflowEngine, role: Role) => unknown, string[]][] = [
    [
      'grantStart',
      (engine, role) => engine.grantStart(role),
      [
        ...onTable('DeleteItem', 'GetItem', 'PutItem'),
        ...onObjects('DeleteObject', 'GetObject', 'PutObject'),
        LIST,
        WAKE,
      ],
    ],
    [
      'grantSignal',
      (engine, role) => engine.grantSignal(role),
      [
        ...onTable('BatchGetItem', 'BatchWriteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
        ...onObjects('DeleteObject', 'GetObject', 'PutObject'),
        LIST,
        WAKE,
      ],
    ],
    [
      'grantRead',
      (engine, role) => engine.grantRead(role),
      [
        ...onTable('BatchGetItem', 'GetItem', 'Query'),
        'dynamodb:Query on WorkflowsTable/index/by-workflow',
        ...onObjects('GetObject'),
        LIST,
      ],
    ],
    [
      'grantManage',
      (engine, role) => engine.grantManage(role),
      [
        ...onTable('BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
        'dynamodb:Query on WorkflowsTable/index/by-workflow',
        ...onObjects('DeleteObject', 'GetObject', 'PutObject'),
        LIST,
        WAKE,
      ],
    ],
  ];

  test.each(grants)('%s gives no more than it says', (_name, grant, permissions) => {
    const { stack, engine } = createEngine();
    grant(engine, new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    expect(permissionsOf(Template.fromStack(stack), 'Caller')).toEqual(permissions.sort());
  });

  test('grantInvokeApi lets call every route of the API, by its methods', () => {
    const { stack, engine } = createEngine();
    engine.grantInvokeApi(new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    const [remove, get, post, ...more] = permissionsOf(Template.fromStack(stack), 'Caller');
    expect(remove).toMatch(/^execute-api:Invoke on .*:WorkflowsApi\/\$default\/DELETE\/\*$/);
    expect(get).toMatch(/^execute-api:Invoke on .*:WorkflowsApi\/\$default\/GET\/\*$/);
    expect(post).toMatch(/^execute-api:Invoke on .*:WorkflowsApi\/\$default\/POST\/\*$/);
    expect(more).toEqual([]);
  });

  test('with a key of your own, each may use it as far as it uses the table', () => {
    const keys = new Stack();
    const { stack, engine } = createEngine({
      encryptionKey: Key.fromKeyArn(
        keys,
        'Key',
        'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000',
      ),
    });
    for (const [id, grant] of [
      ['Reader', engine.grantRead.bind(engine)],
      ['Starter', engine.grantStart.bind(engine)],
    ] as const) {
      grant(new Role(stack, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    }
    const template = Template.fromStack(stack);
    const kmsOf = (id: string) =>
      permissionsOf(template, id).flatMap(
        (line) => /^(kms:\S+) on arn:aws:kms:.*key\/0a1b2c3d\S*$/.exec(line)?.[1] ?? [],
      );
    expect(kmsOf('Reader')).toEqual(['kms:Decrypt', 'kms:DescribeKey']);
    const writing = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
    expect([...new Set(kmsOf('Starter'))]).toEqual(writing);
    expect([...new Set(kmsOf('WorkerRole'))]).toEqual(expect.arrayContaining(writing));
    for (const id of ['WorkflowsQueue', 'DeadLetterQueue']) {
      expect(propertiesOf(template, 'AWS::SQS::Queue', id)).toMatchObject({
        KmsMasterKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000',
      });
    }
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: Match.objectLike({ SSEEnabled: true, SSEType: 'KMS' }),
    });
  });
});

describe('the operations that the functions are given', () => {
  test('of the engine and its sweeper are those that it calls, itself and for what runs ask of other runs', () => {
    const forOtherRuns = ['createRun', 'deleteValue', 'putMessage', 'accept', 'watch', 'readAnswer'];
    const called = [...new Set([...operationsCalledIn('lib/engine'), ...forOtherRuns])].sort();
    expect([...new Set([...OPERATIONS.worker, ...OPERATIONS.sweeper])].sort()).toEqual(called);
  });

  test('of callers are those that the client calls', () => {
    const { start, signal, read, manage, schedule } = OPERATIONS;
    const called = operationsCalledIn('lib/client')
      .filter((operation) => !NOT_OF_CALLERS.has(operation))
      .map((operation) => (operation === 'startItems' ? 'createRun' : operation)); // as data, which the caller writes
    expect([...new Set([...start, ...signal, ...read, ...manage, ...schedule])].sort()).toEqual(
      [...new Set(called)].sort(),
    );
  });
});

function operationsCalledIn(folder: string): string[] {
  const path = join(import.meta.dirname, '../..', folder);
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const sources = names.map((name) => readFileSync(join(path, name), 'utf8'));
  const calls = sources.flatMap((source) => [...source.matchAll(/\bstore\.(\w+)\(/g)].map(([, name]) => name!));
  return [...new Set(calls)].sort();
}

describe('of an API function that takes first turns', () => {
  test('it does what the worker does besides, but for the queue, and is told what the worker is told', () => {
    const { stack, engine } = createEngine({
      firstTurnInApi: true,
      publicCallbacks: { url: 'https://api.example.com' },
      settings: { maxTasks: 20_000 },
      version: '7',
    });
    const orders = new Table(stack, 'Orders', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    engine.grantTransactions(orders);
    const template = Template.fromStack(stack);
    const permissions = permissionsOf(template, 'ApiFunctionRole');
    const ofWorker = permissionsOf(template, 'WorkerRole');
    const own = /^(logs|sqs):/;
    expect(ofWorker.filter((permission) => !own.test(permission) && !permissions.includes(permission))).toEqual([]);
    expect(permissions).toContain('dynamodb:ConditionCheckItem on Orders');
    const environmentOf = (id: string): Record<string, string> => {
      const { Environment } = propertiesOf(template, 'AWS::Lambda::Function', id) as {
        Environment: { Variables: Record<string, string> };
      };
      return Environment.Variables;
    };
    expect(environmentOf('ApiFunction')).toEqual({ ...environmentOf('WorkflowsWorker'), LULL_FIRST_TURNS: 'true' });
  });
});
