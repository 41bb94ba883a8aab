import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  Function as LambdaFunction,
  Runtime,
  Tracing,
  type CfnEventSourceMapping,
  type CfnFunction,
} from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import { WorkflowEngine } from '../../infra/index.ts';
import { readFunctionSettings, readWorkerSettings } from '../../lib/lambda/environment.ts';
import { createApp, createEngine, ENTRY, propertiesOf, synthesize } from './synthesized.ts';

describe('an engine without props', () => {
  let template: Template;

  beforeAll(() => {
    template = synthesize();
  });

  test('has a worker that may wake itself again and again', () => {
    expect(propertiesOf(template, 'AWS::Lambda::Function', 'Worker')).toMatchObject({
      RecursiveLoop: 'Allow',
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 1024,
      Timeout: 300,
    });
    for (const other of ['ApiFunction', 'Sweeper3']) {
      expect(propertiesOf(template, 'AWS::Lambda::Function', other)).not.toHaveProperty('RecursiveLoop');
    }
  });

  test('tells each function what it reads from its environment', () => {
    const environmentOf = (id: string): Record<string, string> => {
      const { Variables } = propertiesOf(template, 'AWS::Lambda::Function', id)['Environment'] as {
        Variables: Record<string, unknown>;
      };
      return Object.fromEntries(
        Object.entries(Variables).map(([name, value]) => [name, typeof value === 'string' ? value : 'ref']),
      );
    };
    expect(readWorkerSettings(environmentOf('Worker'))).toMatchObject({ leaseMs: 90_000, logLevel: 'info' });
    for (const id of ['ApiFunction', 'Sweeper3']) {
      expect(readFunctionSettings(environmentOf(id))).toEqual({
        tableName: 'ref',
        queueUrl: 'ref',
        bucketName: 'ref',
        logLevel: 'info',
        engine: 'Shop/Workflows',
      });
    }
  });

  test('hands wakes to the worker one by one, a hundred at a time, and takes back those that failed', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 100 },
    });
  });

  test('hides a wake for six times the worker’s timeout, and buries it after five receipts', () => {
    const queue = propertiesOf(template, 'AWS::SQS::Queue', 'WorkflowsQueue');
    expect(queue).toMatchObject({
      VisibilityTimeout: 6 * 300,
      SqsManagedSseEnabled: true,
      RedrivePolicy: {
        maxReceiveCount: 5,
        deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringContaining('DeadLetter'), 'Arn'] },
      },
    });
    expect(propertiesOf(template, 'AWS::SQS::Queue', 'DeadLetter')).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
    });
  });

  test('takes messages over TLS only', () => {
    const denied = { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    template.resourceCountIs('AWS::SQS::QueuePolicy', 2);
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(denied)]) },
    });
  });

  test('sweeps each minute, and leaves a sweep that failed to the next one', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } })],
    });
  });

  test('keeps each log a month, in a group of its own', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', 4);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test('has no function for schedules as long as there is none', () => {
    template.resourceCountIs('AWS::Lambda::Function', 3);
  });
});

describe('the props of an engine', () => {
  test('reach what they are for', () => {
    const { stack } = createEngine({
      leaseDuration: Duration.minutes(4),
      sweepInterval: Duration.minutes(2),
      maxConcurrency: 7,
      batchSize: 5,
      maxReceiveCount: 9,
      version: 'v17',
      logLevel: 'debug',
      logRetention: RetentionDays.ONE_WEEK,
      workerOptions: {
        memorySize: 2048,
        timeout: Duration.minutes(15),
        environment: { STRIPE: 'key', LULL_TABLE_NAME: 'not this one' },
        tracing: Tracing.ACTIVE,
        runtime: Runtime.NODEJS_22_X,
      },
    });
    const template = Template.fromStack(stack);
    expect(propertiesOf(template, 'AWS::Lambda::Function', 'Worker')).toMatchObject({
      MemorySize: 2048,
      Timeout: 900,
      Runtime: 'nodejs22.x',
      TracingConfig: { Mode: 'Active' },
      Environment: {
        Variables: {
          STRIPE: 'key',
          LULL_TABLE_NAME: { Ref: expect.stringContaining('Table') as string },
          LULL_LEASE_MS: '240000',
          LULL_VERSION: 'v17',
          LULL_LOG_LEVEL: 'debug',
        },
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 5,
      ScalingConfig: { MaximumConcurrency: 7 },
    });
    expect(propertiesOf(template, 'AWS::SQS::Queue', 'WorkflowsQueue')).toMatchObject({
      VisibilityTimeout: 5400,
      RedrivePolicy: { maxReceiveCount: 9 },
    });
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(2 minutes)' });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('pin runs to a version that stays, feed the newest by an alias, and let it call the others', () => {
    const template = Template.fromStack(createEngine({ versions: 'pinned' }).stack);
    const [workerId] = Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) => /Worker/.test(id));
    const [versionId] = Object.keys(
      template.findResources('AWS::Lambda::Version', {
        Properties: { FunctionName: { Ref: workerId } },
        DeletionPolicy: 'Retain',
      }),
    );
    template.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      FunctionName: { Ref: workerId },
      FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
    });
    const [aliasId] = Object.keys(template.findResources('AWS::Lambda::Alias'));
    const [mapping] = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    expect(JSON.stringify(mapping)).toContain(aliasId);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'lambda:InvokeFunction',
            Effect: 'Allow',
            Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [workerId, 'Arn'] }, ':*']] },
          },
        ],
      },
    });
    expect(propertiesOf(template, 'AWS::Lambda::Function', 'Worker')).toMatchObject({
      Environment: { Variables: { LULL_PIN_RUNS: 'true' } },
    });
  });

  test('of no known way with versions are refused', () => {
    expect(() => createEngine({ versions: 'newest' as 'latest' })).toThrow(
      `versions is "newest": give 'latest' or 'pinned'`,
    );
  });

  test('give the settings to the worker, as it reads them, and to nobody else', () => {
    const template = synthesize({ settings: { maxTasks: 20_000, strict: true } });
    const settings = { LULL_SETTINGS: '{"maxTasks":20000,"strict":true}' };
    expect(propertiesOf(template, 'AWS::Lambda::Function', 'Worker')).toMatchObject({
      Environment: { Variables: settings },
    });
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { Environment: { Variables: settings } }, 1);
    expect(JSON.stringify(synthesize().toJSON())).not.toContain('LULL_SETTINGS');
  });

  test('let the lease follow the sweep interval', () => {
    const worker = propertiesOf(synthesize({ sweepInterval: Duration.minutes(5) }), 'AWS::Lambda::Function', 'Worker');
    expect(worker).toMatchObject({ Environment: { Variables: { LULL_LEASE_MS: '330000' } } });
  });

  test('warn of a lease that is shorter than a sweep takes, and of no other', () => {
    const warningsOf = (seconds: number) =>
      Annotations.fromStack(createEngine({ leaseDuration: Duration.seconds(seconds) }).stack)
        .findWarning('*', Match.stringLikeRegexp('shortLease'))
        .map(({ entry }) => entry.data);
    expect(warningsOf(90)).toEqual([]);
    expect(warningsOf(30)).toEqual([
      expect.stringContaining('leaseDuration is 30 seconds: the run of a worker that died waits for the next sweep'),
    ]);
  });

  test('reserve for the worker what the queue may ask for', () => {
    const template = synthesize({ workerOptions: { reservedConcurrentExecutions: 20 } });
    expect(propertiesOf(template, 'AWS::Lambda::Function', 'Worker')).toMatchObject({
      ReservedConcurrentExecutions: 20,
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 20 } });
  });

  test('put the worker into a VPC, with the right to be there', () => {
    const app = createApp();
    const stack = new Stack(app, 'Shop');
    new WorkflowEngine(stack, 'Workflows', { entry: ENTRY, workerOptions: { vpc: new Vpc(stack, 'Vpc') as IVpc } });
    const template = Template.fromStack(stack);
    expect(propertiesOf(template, 'AWS::Lambda::Function', 'Worker')).toHaveProperty('VpcConfig');
    expect(JSON.stringify(propertiesOf(template, 'AWS::IAM::Role', 'WorkerRole'))).toContain(
      'AWSLambdaVPCAccessExecutionRole',
    );
  });
});

describe('what is inside an engine', () => {
  test('can be reached and changed', () => {
    const { stack, engine } = createEngine();
    (engine.worker.node.defaultChild as CfnFunction).recursiveLoop = 'Terminate';
    (engine.queue.node.defaultChild as CfnQueue).addPropertyOverride('VisibilityTimeout', 1234);
    const mapping = engine.worker.node.findAll().find((child) => 'scalingConfig' in child) as CfnEventSourceMapping;
    mapping.scalingConfig = { maximumConcurrency: 3 };
    engine.table.applyRemovalPolicy(RemovalPolicy.DESTROY);
    engine.worker.addEnvironment('EXTRA', 'x');
    const template = Template.fromStack(stack);
    expect(propertiesOf(template, 'AWS::Lambda::Function', 'Worker')).toMatchObject({
      RecursiveLoop: 'Terminate',
      Environment: { Variables: { EXTRA: 'x' } },
    });
    expect(propertiesOf(template, 'AWS::SQS::Queue', 'WorkflowsQueue')).toMatchObject({ VisibilityTimeout: 1234 });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 3 } });
    template.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
  });

  test('is told to a function that uses the client', () => {
    const { stack, engine } = createEngine();
    expect(stack.resolve(engine.clientEnvironment)).toEqual({
      LULL_BUCKET_NAME: { Ref: expect.stringContaining('WorkflowsTablePayloads') as string },
      LULL_TABLE_NAME: { Ref: expect.stringContaining('WorkflowsTable') as string },
      LULL_QUEUE_URL: { Ref: expect.stringContaining('WorkflowsQueue') as string },
    });
    expect(engine.worker).toBeInstanceOf(LambdaFunction);
  });
});

test('two engines in a stack have each its own of everything', () => {
  const { stack } = createEngine();
  new WorkflowEngine(stack, 'Second', { entry: ENTRY });
  const template = Template.fromStack(stack);
  const twice = {
    'AWS::DynamoDB::Table': 2,
    'AWS::SQS::Queue': 4,
    'AWS::Lambda::Function': 6,
    'AWS::ApiGatewayV2::Api': 2,
  };
  for (const [type, count] of Object.entries(twice)) template.resourceCountIs(type, count);
  const worker = propertiesOf(template, 'AWS::Lambda::Function', 'SecondWorker');
  expect(JSON.stringify(worker)).not.toContain('WorkflowsTable');
});
