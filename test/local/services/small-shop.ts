/** A stack by hand: a worker that may do some things with a table, a queue and a bucket. */
import type { Resources } from '../../../lib/local/resources.ts';
import { readTemplate } from '../../../lib/local/template/read-template.ts';
import type { WhenDone } from '../temporary-folder.ts';
import { functionWith, writeAssembly } from '../template/assembly.ts';

export function readSmallShop(sqs: string, whenDone: WhenDone): Resources {
  const template = { Resources: RESOURCES };
  return readTemplate(writeAssembly({ Shop: template }, { whenDone }), {
    sqs,
    apiUrl: () => 'http://127.0.0.1:1',
  });
}

const arn = (id: string): unknown => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allow = (Action: string | string[], Resource: unknown): unknown => ({ Effect: 'Allow', Action, Resource });
const under = (id: string, path: string): unknown => ({ 'Fn::Join': ['', [arn(id), path]] });

const STATEMENTS = [
  allow(
    ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem'],
    arn('Orders'),
  ),
  allow('dynamodb:Query', under('Orders', '/index/by-day')),
  allow(['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'], arn('Jobs')),
  allow(['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:PurgeQueue'], arn('Jobs')),
  allow(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'], under('Files', '/orders/*')),
];

const KEYS = { AttributeDefinitions: ['id', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })) };
const keySchema = (AttributeName: string): unknown => [{ AttributeName, KeyType: 'HASH' }];

const RESOURCES = {
  Orders: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      ...KEYS,
      KeySchema: keySchema('id'),
      GlobalSecondaryIndexes: [
        { IndexName: 'by-day', KeySchema: keySchema('day'), Projection: { ProjectionType: 'ALL' } },
      ],
    },
  },
  Secrets: {
    Type: 'AWS::DynamoDB::Table',
    Properties: { AttributeDefinitions: KEYS.AttributeDefinitions.slice(0, 1), KeySchema: keySchema('id') },
  },
  Dead: { Type: 'AWS::SQS::Queue' },
  Jobs: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      VisibilityTimeout: 30,
      MessageRetentionPeriod: 3600,
      RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 2 },
    },
  },
  JobsPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Jobs' }],
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Principal: '*', Action: 'sqs:PurgeQueue', Resource: arn('Jobs') },
          {
            ...{ Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: arn('Jobs') },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  },
  Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'shop-files' } },
  FilesPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Files' },
      PolicyDocument: {
        Statement: [
          {
            ...{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Resource: under('Files', '/*') },
            Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
          },
        ],
      },
    },
  },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: STATEMENTS } }] },
  },
  MayMail: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'may-mail',
      Roles: [{ Ref: 'Role' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [allow('lambda:InvokeFunction', under('Mailer', ':live'))],
      },
    },
  },
  Worker: functionWith({}, { Role: arn('Role') }),
  Mailer: functionWith({}, { Role: arn('Role') }),
  MailerVersion: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Mailer' } } },
  MailerLive: {
    Type: 'AWS::Lambda::Alias',
    Properties: { FunctionName: { Ref: 'Mailer' }, FunctionVersion: '1', Name: 'live' },
  },
  MailerPermission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arn('Mailer'),
      Principal: 'events.amazonaws.com',
      SourceArn: 'arn:aws:events:us-east-1:000000000000:rule/nightly',
    },
  },
};
