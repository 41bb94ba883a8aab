/**
 * The table and the queue of the `lull dev` that runs in this folder, for a client that was given nothing else: so a script
 * or a web server beside it needs no settings. Never on Lambda, and never where a table or a queue is named.
 */
import type { Environment } from '../lambda/environment.ts';
import type { PayloadKeyOptions } from '../kms/open-payload-key.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import type { Store } from '../ports/store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { ClientOptions } from './client-ports.ts';
import { findLocalCloud, type LocalCloudSearch, type LocalEngine, type RunningLocalCloud } from './local-address.ts';

export interface LocalPorts {
  readonly store: Store;
  readonly wakes: WakeQueue;
}

/** What each names an engine, a part of one, or says that this is a deployed function. */
const NAMING_OPTIONS = ['tableName', 'bucketName', 'queueUrl', 'dynamodb', 's3', 'sqs', 'store', 'wakes'] as const;
const NAMING_VARIABLES = ['LULL_TABLE_NAME', 'LULL_QUEUE_URL', 'AWS_LAMBDA_FUNCTION_NAME'];

/** Whether a client looks for a local cloud. */
export function namesNoEngine(options: ClientOptions, environment: Environment): boolean {
  return (
    NAMING_OPTIONS.every((option) => options[option] === undefined) &&
    NAMING_VARIABLES.every((variable) => (environment[variable] ?? '').trim() === '')
  );
}

/** Gives the ports, or why there are none. A `lull dev` that was started anew meanwhile is found again. */
export function createLocalOpener(cwd: string): () => Promise<LocalPorts | { readonly problem: string }> {
  let opened: { readonly id: string; readonly ports: Promise<LocalPorts> } | undefined;
  return async () => {
    const search = await findLocalCloud(cwd);
    if (search.kind !== 'found') return { problem: describeSearch(search, cwd) };
    const { cloud } = search;
    if (cloud.engine === undefined)
      return { problem: `the lull dev of ${cloud.folder} runs a template without an engine` };
    if (opened?.id !== cloud.id) opened = { id: cloud.id, ports: openPorts(cloud, cloud.engine) };
    return opened.ports;
  };
}

/** Why no local cloud was found, and what to do. */
export function describeSearch(search: Exclude<LocalCloudSearch, { kind: 'found' }>, cwd: string): string {
  if (search.kind === 'starting') {
    return `the lull dev of ${search.folder} (process ${search.pid}) is still starting: try again in a moment`;
  }
  return search.folder === undefined
    ? `no lull dev runs in ${cwd} or a folder above it: start one there (npx lull dev)`
    : `the lull dev of ${search.folder} does not run: start it there (npx lull dev)`;
}

async function openPorts(
  { endpoint, region, credentials }: RunningLocalCloud,
  { tableName, queueUrl, bucketName, payloadKey, formerPayloadKeys }: LocalEngine,
): Promise<LocalPorts> {
  const [{ DynamoDBClient }, { S3Client }, { SQSClient }, { createDynamodbStore }, { createSqsWakeQueue }, key] =
    await Promise.all([
      import('@aws-sdk/client-dynamodb'),
      import('@aws-sdk/client-s3'),
      import('@aws-sdk/client-sqs'),
      import('../dynamodb/create-dynamodb-store.ts'),
      import('../lambda/sqs-wake-queue.ts'),
      payloadKey === undefined ? undefined : openLocalKey({ payloadKey, former: formerPayloadKeys }),
    ]);
  const connection = { endpoint, region, credentials };
  const client = new DynamoDBClient(connection);
  const s3 = new S3Client({ ...connection, forcePathStyle: true });
  return {
    store: createDynamodbStore({ tableName, bucketName, payloadKey: key, client, s3, isForCallers: true }),
    wakes: createSqsWakeQueue({ queueUrl, client: new SQSClient(connection) }),
  };
}

async function openLocalKey(options: PayloadKeyOptions): Promise<PayloadKey> {
  const { openPayloadKey } = await import('../kms/open-payload-key.ts');
  return openPayloadKey(options);
}
