/** The AWS endpoint with a template behind it, and SDK clients for whoever calls it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createAuthorizer, type Authorizer } from '../../../lib/local/iam/authorize.ts';
import { listenForServices, type EndpointOptions } from '../../../lib/local/services/endpoint.ts';
import { createCredentials, type Credentials, type CredentialStore } from '../../../lib/local/iam/credentials.ts';
import { createMemoryStore } from '../../../lib/local/services/s3/object-store.ts';
import { createQueues, type Queues } from '../../../lib/local/services/sqs/queues.ts';
import { startTables } from '../../../lib/local/services/dynamodb/tables.ts';
import { MovableClock } from '../../../lib/local/time/movable-clock.ts';
import type { Resources, FunctionResource } from '../../../lib/local/resources.ts';
import type { WhenDone } from '../temporary-folder.ts';

export interface AwsUnderTest {
  readonly endpoint: string;
  readonly resources: Resources;
  readonly clock: MovableClock;
  readonly credentials: CredentialStore;
  readonly authorizer: Authorizer;
  readonly queues: Queues;
  /** Errors of the endpoint itself. */
  readonly errors: unknown[];
  readonly worker: FunctionResource;
  /** Those of the worker's role. */
  readonly workerCredentials: Credentials;
  /** They make one attempt, unless told otherwise. */
  clients(credentials: Credentials, maxAttempts?: number): Clients;
}

export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly lambda: LambdaClient;
}

/** `readStack` is given the address of SQS. */
export async function startAws(
  whenDone: WhenDone,
  readTemplate: (sqs: string, whenDone: WhenDone) => Resources,
  parts: Partial<EndpointOptions> = {},
): Promise<AwsUnderTest> {
  const aws = await listenForServices();
  whenDone(() => aws.stop());
  const resources = readTemplate(aws.endpoint, whenDone);
  const clock = new MovableClock();
  const tables = await startTables(resources);
  const queues = createQueues(resources, { clock });
  whenDone(async () => {
    queues.close();
    clock.close();
    await tables.stop();
  });
  const credentials = createCredentials(resources);
  const authorizer = createAuthorizer(resources);
  const errors: unknown[] = [];
  aws.serve({
    ...{ resources, clock, credentials, authorizer, tables, queues, objects: createMemoryStore() },
    invoke: async ({ payload }) => ({ kind: 'succeeded', payload }),
    putEvent: () => 'an event',
    onError: (error) => errors.push(error),
    ...parts,
  });
  const worker = resources.functions.find(({ name }) => name.includes('Worker'))!;
  const clients = (given: Credentials, maxAttempts = 1): Clients => {
    const config = { endpoint: aws.endpoint, region: resources.region, credentials: given, maxAttempts };
    const made = {
      dynamodb: new DynamoDBClient(config),
      sqs: new SQSClient(config),
      s3: new S3Client(config),
      lambda: new LambdaClient(config),
    };
    whenDone(() => Object.values(made).forEach((client) => client.destroy()));
    return made;
  };
  return {
    ...{ endpoint: aws.endpoint, resources, clock, credentials, authorizer, queues, errors, worker, clients },
    workerCredentials: credentials.ofRole(worker.roleArn, worker.name),
  };
}
