import { App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { WorkflowEngine, WorkflowTable } from '../../infra/index.ts';
import { CALLER_OPERATIONS } from '../../lib/aws/caller-grants.ts';
import { STORE_ACTIONS } from '../../lib/dynamodb/store-actions.ts';
import { PAYLOAD_ACTIONS } from '../../lib/s3/payload-actions.ts';
import { createApp, createEngine, ENTRY, permissionsOf, propertiesOf, synthesize } from './synthesized.ts';

const BUCKET = 'AWS::S3::Bucket';

interface FunctionProperties {
  Environment: { Variables: Record<string, unknown> };
}

function environmentsOf(template: Template): Record<string, unknown>[] {
  const functions = Object.values(template.findResources('AWS::Lambda::Function')) as {
    Properties: FunctionProperties;
  }[];
  return functions.map(({ Properties }) => Properties.Environment.Variables);
}

describe('the bucket', () => {
  test('is private, encrypted, without versions, cleans up after uploads, and takes no request without TLS', () => {
    const template = synthesize();
    expect(propertiesOf(template, BUCKET)).toEqual({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            Principal: { AWS: '*' },
          }),
        ]),
      },
    });
  });

  test('is kept when its stack goes, as the table is', () => {
    synthesize().hasResource(BUCKET, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('is emptied and deleted with its stack where the table is', () => {
    const template = synthesize({ removalPolicy: RemovalPolicy.DESTROY });
    template.hasResource(BUCKET, { DeletionPolicy: 'Delete' });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
    synthesize().resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  test('is encrypted with the key that the table is encrypted with, and each may use it as far as it uses the bucket', () => {
    const keys = new Stack();
    const arn = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000';
    const { stack } = createEngine({ encryptionKey: Key.fromKeyArn(keys, 'Key', arn) });
    expect(propertiesOf(Template.fromStack(stack), BUCKET)).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn } },
        ],
      },
    });
  });

  test('is known to every function, and to clients', () => {
    const { stack, engine } = createEngine();
    const environments = environmentsOf(Template.fromStack(stack));
    expect(environments.length).toBeGreaterThanOrEqual(3);
    const bucket = { Ref: expect.stringMatching(/^WorkflowsTablePayloads/) as string };
    for (const variables of environments) expect(variables['LULL_BUCKET_NAME']).toEqual(bucket);
    expect(stack.resolve(engine.clientEnvironment)).toMatchObject({ LULL_BUCKET_NAME: bucket });
  });
});

describe('without a bucket', () => {
  test('there is none, nobody is told of one, and nobody may use one', () => {
    const { stack, engine } = createEngine({ payloadBucket: false });
    const template = Template.fromStack(stack);
    template.resourceCountIs(BUCKET, 0);
    for (const variables of environmentsOf(template)) expect(variables).not.toHaveProperty('LULL_BUCKET_NAME');
    expect(engine.clientEnvironment).not.toHaveProperty('LULL_BUCKET_NAME');
    expect(engine.payloadBucket).toBeUndefined();
    expect(permissionsOf(template, 'WorkerRole').filter((line) => line.startsWith('s3:'))).toEqual([]);
  });
});

describe('a bucket of your own', () => {
  test('takes the place of the new one', () => {
    const app = createApp();
    const stack = new Stack(app, 'Shop');
    const own = new Bucket(stack, 'Own') as IBucket;
    const engine = new WorkflowEngine(stack, 'Workflows', { entry: ENTRY, payloadBucket: own });
    const template = Template.fromStack(stack);
    template.resourceCountIs(BUCKET, 1);
    expect(engine.payloadBucket).toBe(own);
    expect(permissionsOf(template, 'SweeperRole')).toContain('s3:DeleteObject on Own/runs/*');
  });

  test('is given to an imported table by the engine', () => {
    const stack = new Stack(createApp(), 'Shop');
    const engine = new WorkflowEngine(stack, 'Workflows', {
      entry: ENTRY,
      table: Table.fromTableName(stack, 'Runs', 'runs'),
      payloadBucket: Bucket.fromBucketName(stack, 'Payloads', 'payloads'),
    });
    expect(engine.payloadBucket?.bucketName).toBe('payloads');
    expect(environmentsOf(Template.fromStack(stack))[0]).toMatchObject({ LULL_BUCKET_NAME: 'payloads' });
  });

  test('and a WorkflowTable are an error: the table has one', () => {
    const stack = new Stack(createApp(), 'Shop');
    const table = new WorkflowTable(stack, 'Runs');
    expect(() => new WorkflowEngine(stack, 'Workflows', { entry: ENTRY, table, payloadBucket: false })).toThrow(
      'it is given a WorkflowTable, which has its bucket, and a payloadBucket: give that to the WorkflowTable',
    );
  });
});

test('an engine split over stacks has its bucket where its table is', () => {
  const app = createApp();
  const [data, functions] = [new Stack(app, 'Data'), new Stack(app, 'Functions')];
  const table = new WorkflowTable(data, 'Runs');
  const engine = new WorkflowEngine(functions, 'Workflows', { entry: ENTRY, table });
  expect(engine.payloadBucket).toBe(table.payloadBucket);
  Template.fromStack(data).resourceCountIs(BUCKET, 1);
  const template = Template.fromStack(functions);
  template.resourceCountIs(BUCKET, 0);
  for (const variables of environmentsOf(template)) {
    expect(JSON.stringify(variables['LULL_BUCKET_NAME'])).toMatch(/^\{"Fn::ImportValue":"Data:ExportsOutput.*Payloads/);
  }
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toMatch(/Payloads[^"]*Arn[^"]*"\},"\/runs\/\*"/);
});

test('cdk-nag finds nothing at a caller with grants, and would find another wildcard there', () => {
  const nagged = (others: readonly string[]): App => {
    const { app, stack, engine } = createEngine();
    const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    engine.grantManage(caller);
    for (const other of others) engine.payloadBucket?.grantRead(caller, other);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    return app;
  };
  expect(() => nagged([]).synth()).not.toThrow();
  expect(() => nagged(['others/*']).synth()).toThrow(/AwsSolutions-IAM5/);
});

describe('the actions', () => {
  test('on the bucket are written down for each operation of the store', () => {
    expect(Object.keys(PAYLOAD_ACTIONS).sort()).toEqual(Object.keys(STORE_ACTIONS).sort());
  });

  test('of callers neither purge nor take turns', () => {
    const all: readonly string[] = Object.values(CALLER_OPERATIONS).flat();
    for (const operation of ['purge', 'take', 'putRecord', 'finish']) expect(all).not.toContain(operation);
  });
});
