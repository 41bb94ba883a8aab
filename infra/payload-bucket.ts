/**
 * The bucket for contents that are too large for an item of the table. It belongs to the table as the items do: runs
 * need both.
 */
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { StoreOperation } from '../lib/ports/store.ts';
import { PAYLOAD_ACTIONS, PAYLOAD_KEYS } from '../lib/s3/payload-actions.ts';

export interface PayloadBucketProps {
  readonly encryptionKey?: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Without versions: what is deleted with its run is to be gone. Nothing expires by age, since a run may sleep for years;
 * the purge of a run deletes its objects.
 */
export function createPayloadBucket(scope: Construct, { encryptionKey, removalPolicy }: PayloadBucketProps): Bucket {
  const bucket = new Bucket(scope, 'Payloads', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    removalPolicy,
    // CloudFormation deletes no bucket that has something in it.
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    ...(encryptionKey
      ? // With a key of the bucket's own, KMS is asked once in a while and not for each object.
        { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Only roles of this app that were given a grant reach the objects, under random names, and what they do with a ' +
      'run is in its journal. A log of each request would need a second bucket, which would need a log of its own, and ' +
      'cost more than the requests. If you want one, use CloudTrail data events, or pass a bucket with a log.',
  });
  return bucket;
}

/** Grants what these operations of the Store do with the objects of runs. Some do nothing with them. */
export function grantPayloads(bucket: IBucket, grantee: IGrantable, operations: readonly StoreOperation[]): Grant[] {
  const actions = [...new Set(operations.flatMap((operation) => PAYLOAD_ACTIONS[operation]))].sort();
  if (actions.length === 0) return [];
  const [onBucket, onObjects] = [actions.filter(isOnBucket), actions.filter((action) => !isOnBucket(action))];
  acknowledgeWildcard(bucket, grantee);
  const key = bucket.encryptionKey?.grant(grantee, ...(onObjects.includes('s3:PutObject') ? KEY_WRITE : KEY_READ));
  return [
    Grant.addToPrincipal({ grantee, actions: onObjects, resourceArns: [bucket.arnForObjects(PAYLOAD_KEYS)] }),
    ...(onBucket.length > 0
      ? [Grant.addToPrincipal({ grantee, actions: onBucket, resourceArns: [bucket.bucketArn] })]
      : []),
    ...(key ? [key] : []),
  ];
}

const KEY_READ = ['kms:Decrypt'];
const KEY_WRITE = ['kms:Decrypt', 'kms:GenerateDataKey*'];

function isOnBucket(action: string): boolean {
  return action === 's3:ListBucket';
}

/** As cdk-nag writes the resource of a statement. The name of a resource in another stack is written otherwise there. */
function acknowledgeWildcard(bucket: IBucket, { grantPrincipal }: IGrantable): void {
  if (!Construct.isConstruct(grantPrincipal) || !(bucket instanceof Bucket)) return;
  const stack = Stack.of(bucket);
  if (Stack.of(grantPrincipal) !== stack) return;
  const { 'Fn::GetAtt': arn } = stack.resolve(bucket.bucketArn) as { readonly 'Fn::GetAtt': readonly [string, string] };
  Validations.of(grantPrincipal).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${arn.join('.')}>/${PAYLOAD_KEYS}]`,
    reason:
      'The ids of runs are not known when the app is deployed, so the objects are named by what all of them share.',
  });
}
