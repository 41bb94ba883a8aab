/** Tables, queues and buckets. */
import type { PolicyDocument, BucketResource, QueueResource, TableResource } from '../resources.ts';
import { isObject, listOf, textOf } from '../json.ts';
import type { MadeResource, MadeResources } from './made-resource.ts';
import { policyDocument } from './read-functions.ts';

/** What CreateTable takes and a template can say; an index keeps what is named for it. */
const TABLE_PROPERTIES = ['AttributeDefinitions', 'KeySchema'];
const INDEX_PROPERTIES = ['IndexName', 'KeySchema', 'Projection'];
const INDEX_KINDS = ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'];

export function readTables(resources: MadeResources): TableResource[] {
  return resources.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map((resource) => ({
    id: resource.id,
    name: resource.name,
    arn: resource.arn,
    definition: {
      TableName: resource.name,
      ...Object.fromEntries(TABLE_PROPERTIES.map((name) => [name, resource.value(name)])),
      ...Object.fromEntries(
        INDEX_KINDS.filter((kind) => resource.list(kind).length > 0).map((kind) => [kind, indexesOf(resource, kind)]),
      ),
      // Capacity that is paid for is a matter of AWS's: a table here has no limit of it.
      BillingMode: 'PAY_PER_REQUEST',
    },
  }));
}

function indexesOf(resource: MadeResource, kind: string): unknown[] {
  return resource.list(kind).map((index) => {
    const properties = isObject(index) ? index : {};
    return Object.fromEntries(INDEX_PROPERTIES.map((name) => [name, properties[name]]));
  });
}

/** Standard queues; a FIFO queue does nothing here. */
export function readQueues(resources: MadeResources): QueueResource[] {
  const policies = readPolicies(resources.ofType('AWS::SQS::QueuePolicy', 'AWS::SQS::QueueInlinePolicy'), [
    'Queues',
    'Queue',
  ]);
  return resources.ofType('AWS::SQS::Queue').flatMap((resource) => {
    if (resource.text('FifoQueue') === 'true') {
      resources.ignore(resource, 'FIFO');
      return [];
    }
    const url = resource.reference;
    const redrive = redriveOf(resource);
    const policy = policies.get(url);
    return {
      id: resource.id,
      name: resource.name,
      arn: resource.arn,
      url,
      visibilityTimeoutMs: (resource.number('VisibilityTimeout') ?? 30) * 1000,
      retentionMs: (resource.number('MessageRetentionPeriod') ?? 345_600) * 1000,
      delayMs: (resource.number('DelaySeconds') ?? 0) * 1000,
      ...(redrive ? { redrive } : {}),
      ...(policy ? { policy } : {}),
    };
  });
}

export function readBuckets(resources: MadeResources): BucketResource[] {
  const policies = readPolicies(resources.ofType('AWS::S3::BucketPolicy'), ['Bucket']);
  return resources.ofType('AWS::S3::Bucket').map((resource) => {
    const policy = policies.get(resource.name);
    return { id: resource.id, name: resource.name, arn: resource.arn, ...(policy ? { policy } : {}) };
  });
}

function redriveOf(resource: MadeResource): QueueResource['redrive'] {
  const value = resource.value('RedrivePolicy');
  const policy: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  if (!isObject(policy)) return undefined;
  return {
    deadLetterArn: textOf(policy['deadLetterTargetArn']),
    maxReceives: Number(textOf(policy['maxReceiveCount'])),
  };
}

/** By what a Ref to their resource gives. */
function readPolicies(resources: readonly MadeResource[], targets: readonly string[]): Map<string, PolicyDocument> {
  const found = new Map<string, PolicyDocument>();
  for (const resource of resources) {
    const statements = listOf(resource.object('PolicyDocument')['Statement']);
    for (const target of targets.flatMap((name) => resource.list(name).map(textOf))) {
      found.set(target, policyDocument([...(found.get(target)?.Statement ?? []), ...statements]));
    }
  }
  return found;
}
