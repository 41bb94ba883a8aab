/** What `Ref` and `Fn::GetAtt` give for each type of resource: names, ARNs and addresses. */
import { createHash } from 'node:crypto';
import type { CloudEnvironment } from './environment.ts';
import { textOf } from '../json.ts';

/** What only the running cloud knows. */
export interface CloudAddresses {
  /** Of the endpoint of SQS, such as `http://127.0.0.1:1234`. */
  readonly sqs: string;
  /** Of an HTTP API, by the id of its resource (`StackName/LogicalId`), without a slash at its end. */
  apiUrl(id: string): string;
}

/** A resource that is referred to. */
export interface Subject {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly environment: CloudEnvironment;
  readonly addresses: CloudAddresses;
  /** A property, resolved; undefined if it is not there. */
  property(name: string): unknown;
  /** Of a `AWS::Lambda::Version`: 1 for the first of its function in the template. */
  versionNumber(): number;
}

/** What the resource is called. */
export function nameOf(subject: Subject): string {
  const rule = IDENTITIES[subject.type]?.name ?? {};
  const given = rule.property === undefined ? undefined : subject.property(rule.property);
  if (typeof given === 'string') return given;
  const { stackName, logicalId } = subject;
  const name = shorten(`${stackName}-${logicalId}`, rule.limit ?? 255);
  return rule.isLowerCase ? name.toLowerCase() : name;
}

/** What `Ref` gives. */
export function referenceOf(subject: Subject): string {
  return (IDENTITIES[subject.type]?.reference ?? nameOf)(subject);
}

/**
 * What `Fn::GetAtt` gives. An attribute that this machine cannot know is a text that says so: it may well stand where
 * nothing looks at it, and a reader that meets it knows what it is.
 */
export function attributeOf(subject: Subject, attribute: string): string {
  const known = IDENTITIES[subject.type]?.attributes?.[attribute];
  if (known) return known(subject);
  if (attribute.endsWith('Arn')) return otherArnOf(subject);
  return `(${subject.stackName}/${subject.logicalId} has no ${attribute} in the local cloud)`;
}

/** Of an HTTP API: ten letters and digits, the same each time. */
export function apiIdOf({ stackName, logicalId }: Pick<Subject, 'stackName' | 'logicalId'>): string {
  const digest = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(0, 10);
}

interface Identity {
  readonly name?: { readonly property?: string; readonly limit?: number; readonly isLowerCase?: boolean };
  readonly reference?: (subject: Subject) => string;
  readonly attributes?: Readonly<Record<string, (subject: Subject) => string>>;
}

function arnOf(service: string, resource: (subject: Subject) => string): (subject: Subject) => string {
  return (subject) => {
    const { partition, region, accountId } = subject.environment;
    return `arn:${partition}:${service}:${region}:${accountId}:${resource(subject)}`;
  };
}

function iamArnOf(kind: string): (subject: Subject) => string {
  return (subject) => {
    const { partition, accountId } = subject.environment;
    const path = subject.property('Path');
    return `arn:${partition}:iam::${accountId}:${kind}${typeof path === 'string' ? path : '/'}${nameOf(subject)}`;
  };
}

function otherArnOf(subject: Subject): string {
  const [, service = 'other'] = subject.type.toLowerCase().split('::');
  return arnOf(service, nameOf)(subject);
}

const functionArn = arnOf('lambda', (subject) => `function:${nameOf(subject)}`);
const versionArn = (subject: Subject): string =>
  `${functionArnFrom(subject.property('FunctionName'), subject.environment)}:${subject.versionNumber()}`;
const aliasArn = (subject: Subject): string =>
  `${functionArnFrom(subject.property('FunctionName'), subject.environment)}:${textOf(subject.property('Name'))}`;

const tableArn = arnOf('dynamodb', (subject) => `table/${nameOf(subject)}`);
const table: Identity = {
  name: { property: 'TableName' },
  attributes: { Arn: tableArn, StreamArn: (subject) => `${tableArn(subject)}/stream/2026-01-01T00:00:00.000` },
};

const queueUrl = (subject: Subject): string =>
  `${subject.addresses.sqs}/${subject.environment.accountId}/${nameOf(subject)}`;
const bucketDomain =
  (place: (environment: CloudEnvironment) => string) =>
  (subject: Subject): string =>
    `${nameOf(subject)}.s3.${place(subject.environment)}${subject.environment.urlSuffix}`;
const policyArn = iamArnOf('policy');
const stateMachineArn = arnOf('states', (subject) => `stateMachine:${nameOf(subject)}`);
const topicArn = arnOf('sns', nameOf);
const apiId = (subject: Subject): string => apiIdOf(subject);

const IDENTITIES: Readonly<Record<string, Identity>> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::SQS::Queue': {
    name: { property: 'QueueName', limit: 80 },
    reference: queueUrl,
    attributes: { Arn: arnOf('sqs', nameOf), QueueName: nameOf, QueueUrl: queueUrl },
  },
  'AWS::S3::Bucket': {
    name: { property: 'BucketName', limit: 63, isLowerCase: true },
    attributes: {
      Arn: (subject) => `arn:${subject.environment.partition}:s3:::${nameOf(subject)}`,
      DomainName: bucketDomain(() => ''),
      RegionalDomainName: bucketDomain(({ region }) => `${region}.`),
    },
  },
  'AWS::Lambda::Function': { name: { property: 'FunctionName', limit: 64 }, attributes: { Arn: functionArn } },
  'AWS::Lambda::Version': {
    reference: versionArn,
    attributes: {
      Version: (subject) => String(subject.versionNumber()),
      FunctionArn: versionArn,
      FunctionArnWithVersion: versionArn,
    },
  },
  'AWS::Lambda::Alias': { reference: aliasArn, attributes: { AliasArn: aliasArn } },
  'AWS::Lambda::LayerVersion': {
    reference: arnOf('lambda', (subject) => `layer:${nameOf(subject)}:1`),
    attributes: { LayerVersionArn: arnOf('lambda', (subject) => `layer:${nameOf(subject)}:1`) },
  },
  'AWS::IAM::Role': { name: { property: 'RoleName', limit: 64 }, attributes: { Arn: iamArnOf('role') } },
  'AWS::IAM::User': { name: { property: 'UserName', limit: 64 }, attributes: { Arn: iamArnOf('user') } },
  'AWS::IAM::ManagedPolicy': {
    name: { property: 'ManagedPolicyName', limit: 128 },
    reference: policyArn,
    attributes: { PolicyArn: policyArn },
  },
  'AWS::Logs::LogGroup': {
    name: { property: 'LogGroupName' },
    attributes: { Arn: arnOf('logs', (subject) => `log-group:${nameOf(subject)}:*`) },
  },
  'AWS::ApiGatewayV2::Api': {
    reference: apiId,
    attributes: { ApiId: apiId, ApiEndpoint: (subject) => subject.addresses.apiUrl(idOf(subject)) },
  },
  'AWS::ApiGatewayV2::Stage': { reference: (subject) => textOf(subject.property('StageName')) },
  'AWS::ApiGatewayV2::Integration': { reference: (subject) => subject.logicalId },
  'AWS::ApiGatewayV2::Route': { reference: (subject) => subject.logicalId },
  'AWS::ApiGatewayV2::Authorizer': {
    reference: (subject) => subject.logicalId,
    attributes: { AuthorizerId: (subject) => subject.logicalId },
  },
  'AWS::Events::EventBus': {
    name: { property: 'Name', limit: 256 },
    attributes: { Arn: arnOf('events', (subject) => `event-bus/${nameOf(subject)}`), Name: nameOf },
  },
  'AWS::Events::Rule': {
    name: { property: 'Name', limit: 64 },
    attributes: {
      Arn: arnOf('events', (subject) => {
        const bus = subject.property('EventBusName');
        return `rule/${typeof bus === 'string' && bus !== 'default' ? `${bus}/` : ''}${nameOf(subject)}`;
      }),
    },
  },
  'AWS::Scheduler::Schedule': {
    name: { property: 'Name', limit: 64 },
    attributes: {
      Arn: arnOf('scheduler', (subject) => `schedule/${groupOf(subject)}/${nameOf(subject)}`),
    },
  },
  'AWS::Scheduler::ScheduleGroup': {
    name: { property: 'Name', limit: 64 },
    attributes: { Arn: arnOf('scheduler', (subject) => `schedule-group/${nameOf(subject)}`) },
  },
  'AWS::KMS::Key': { attributes: { Arn: arnOf('kms', (subject) => `key/${nameOf(subject)}`), KeyId: nameOf } },
  'AWS::SNS::Topic': {
    name: { property: 'TopicName' },
    reference: topicArn,
    attributes: { TopicArn: topicArn, TopicName: nameOf },
  },
  'AWS::SecretsManager::Secret': {
    name: { property: 'Name' },
    reference: arnOf('secretsmanager', (subject) => `secret:${nameOf(subject)}`),
    attributes: { Id: arnOf('secretsmanager', (subject) => `secret:${nameOf(subject)}`) },
  },
  'AWS::StepFunctions::StateMachine': {
    name: { property: 'StateMachineName' },
    reference: stateMachineArn,
    attributes: { Arn: stateMachineArn, Name: nameOf },
  },
};

/** Of a function's name, or of an ARN of it, which may name a version too: the ARN without that. */
export function functionArnFrom(nameOrArn: unknown, environment: CloudEnvironment): string {
  const text = textOf(nameOrArn);
  const [, arn] = /^(arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]+)/.exec(text) ?? [];
  const { partition, region, accountId } = environment;
  return arn ?? `arn:${partition}:lambda:${region}:${accountId}:function:${text.replace(/:.*$/, '')}`;
}

function groupOf(subject: Subject): string {
  const group = subject.property('GroupName');
  return typeof group === 'string' ? group : 'default';
}

/** `StackName/LogicalId`. */
export function idOf({ stackName, logicalId }: Pick<Subject, 'stackName' | 'logicalId'>): string {
  return `${stackName}/${logicalId}`;
}

function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, limit - 9)}-${digest}`;
}
