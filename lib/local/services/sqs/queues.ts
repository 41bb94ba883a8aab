/** All queues of a cloud, in memory. An event source listens to its queue in this process. */
import type { Clock } from '../../../ports/clock.ts';
import { MessageQueue, type QueuedMessage } from './message-queue.ts';
import type { NamedQueue } from './sqs-protocol.ts';
import type { Resources, QueueResource } from '../../resources.ts';

export interface Queues {
  /** As SQS knows them. */
  readonly named: readonly NamedQueue[];
  /** By its ARN; undefined if the template has no such queue. */
  find(arn: string): MessageQueue | undefined;
  close(): void;
}

export interface QueuesOptions {
  readonly clock: Clock;
  /** Is called with each message that was received too often: it is in the dead-letter queue by then. */
  readonly onDeadLetter?: (queue: QueueResource, message: QueuedMessage) => void;
}

export function createQueues(resources: Pick<Resources, 'queues'>, options: QueuesOptions): Queues {
  const byArn = new Map<string, MessageQueue>();
  for (const queue of resources.queues) {
    const { arn, redrive, visibilityTimeoutMs, retentionMs, delayMs } = queue;
    byArn.set(
      arn,
      new MessageQueue({
        ...{ clock: options.clock, visibilityTimeoutMs, retentionMs, delayMs },
        maxReceives: redrive?.maxReceives ?? Infinity,
        onDeadLetter: (_body, message) => {
          byArn.get(redrive?.deadLetterArn ?? '')?.redrive(message);
          options.onDeadLetter?.(queue, message);
        },
      }),
    );
  }
  return {
    named: resources.queues.flatMap((queue) => {
      const made = byArn.get(queue.arn);
      return made ? [{ name: queue.name, url: queue.url, queue: made, attributes: attributesOf(queue) }] : [];
    }),
    find: (arn) => byArn.get(arn),
    close: () => {
      for (const queue of byArn.values()) queue.close();
    },
  };
}

function attributesOf({
  arn,
  visibilityTimeoutMs,
  retentionMs,
  delayMs,
  redrive,
  policy,
}: QueueResource): Record<string, string> {
  return {
    QueueArn: arn,
    VisibilityTimeout: String(visibilityTimeoutMs / 1000),
    MessageRetentionPeriod: String(retentionMs / 1000),
    DelaySeconds: String(delayMs / 1000),
    ...(redrive
      ? {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: redrive.deadLetterArn,
            maxReceiveCount: redrive.maxReceives,
          }),
        }
      : {}),
    ...(policy ? { Policy: JSON.stringify(policy) } : {}),
  };
}
