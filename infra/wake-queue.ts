/** The queue of wakes, and where a wake ends that was received too often. The table is the truth: a wake only hints. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface WakeQueueProps {
  readonly workerTimeout: Duration;
  readonly maxReceiveCount: number;
  readonly encryptionKey: IKey | undefined;
}

export interface WakeQueues {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
}

/** SQS keeps nothing longer, and hides nothing longer. */
const LONGEST_RETENTION = Duration.days(14);
const LONGEST_VISIBILITY = Duration.hours(12);

/**
 * A wake that comes again must not come while it may still be worked on: AWS asks for six times the function's timeout,
 * for what is received and then throttled. Nothing depends on that: a run whose wake is lost is found by the sweeper.
 */
const VISIBILITY_FACTOR = 6;

export function createWakeQueues(scope: Construct, props: WakeQueueProps): WakeQueues {
  const { workerTimeout, maxReceiveCount, encryptionKey } = props;
  const common = {
    enforceSSL: true,
    // What is in it can be worked out again from the table.
    removalPolicy: RemovalPolicy.DESTROY,
    ...(encryptionKey
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
      : { encryption: QueueEncryption.SQS_MANAGED }),
  };
  const deadLetterQueue = new Queue(scope, 'DeadLetterQueue', { ...common, retentionPeriod: LONGEST_RETENTION });
  const visibilitySeconds = Math.min(workerTimeout.toSeconds() * VISIBILITY_FACTOR, LONGEST_VISIBILITY.toSeconds());
  const queue = new Queue(scope, 'Queue', {
    ...common,
    visibilityTimeout: Duration.seconds(visibilitySeconds),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount },
  });
  return { queue, deadLetterQueue };
}
