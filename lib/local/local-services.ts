/** What AWS provides to the functions: the table, the bucket and the queue, here in this process. */
import { createTableInput } from '../dynamodb/create-table-input.ts';
import { SystemClock } from '../memory/system-clock.ts';
import { startBucketEndpoint } from './bucket-endpoint.ts';
import type { CloudFolder } from './folder.ts';
import { MessageQueue } from './services/sqs/message-queue.ts';
import type { CloudEvent } from './cloud-event.ts';
import { startQueueEndpoint } from './queue-endpoint.ts';
import { startTableServer, type TableServer } from './services/dynamodb/table-server.ts';

export const region = 'us-east-1';
const ACCOUNT_ID = '000000000000';
const TABLE_NAME = 'lull';
const QUEUE_NAME = 'lull-wakes';
const BUCKET_NAME = 'lull-payloads';
const MAX_RECEIVES = 10;

export interface LocalServices {
  readonly tableName: string;
  readonly table: TableServer;
  readonly queue: MessageQueue;
  readonly queueArn: string;
  readonly queueUrl: string;
  readonly sqsEndpoint: string;
  readonly bucketName: string;
  readonly s3Endpoint: string;
  stop(): Promise<void>;
}

/** What opens the doors of the table, the queue and the bucket: other ones may put something in between. */
export interface LocalServers {
  readonly startTableServer: typeof startTableServer;
  readonly startQueueEndpoint: typeof startQueueEndpoint;
  readonly startBucketEndpoint: typeof startBucketEndpoint;
}

export const localServers: LocalServers = { startTableServer, startQueueEndpoint, startBucketEndpoint };

/** The visibility timeout is at least what the function that reads the queue may take, as Lambda demands it. */
export async function startServices(
  folder: CloudFolder,
  options: { readonly visibilityTimeoutMs: number; readonly report: (notice: CloudEvent) => void },
  servers: LocalServers,
): Promise<LocalServices> {
  const queue = new MessageQueue({
    clock: new SystemClock(),
    visibilityTimeoutMs: options.visibilityTimeoutMs,
    maxReceives: MAX_RECEIVES,
    onDeadLetter: (body) => options.report({ kind: 'dead-letter', body }),
  });
  const table = await servers.startTableServer({
    path: folder.tablePath,
    tables: [createTableInput(TABLE_NAME)],
    region,
    rebuildIndexes: folder.wasLeftInUse,
  });
  const sqs = await servers.startQueueEndpoint(queue, ACCOUNT_ID, QUEUE_NAME);
  const s3 = await servers.startBucketEndpoint({
    path: folder.bucketsPath,
    bucketName: BUCKET_NAME,
    accountId: ACCOUNT_ID,
  });
  return {
    tableName: TABLE_NAME,
    table,
    queue,
    queueArn: `arn:aws:sqs:${region}:${ACCOUNT_ID}:${QUEUE_NAME}`,
    queueUrl: sqs.queueUrl,
    sqsEndpoint: sqs.endpoint,
    bucketName: BUCKET_NAME,
    s3Endpoint: s3.endpoint,
    stop: async () => {
      queue.close();
      await Promise.all([sqs.stop(), s3.stop(), table.stop()]);
    },
  };
}
