/** The AWS endpoint with a template behind it, and SDK clients for whoever calls it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createAuthorizer, type Authorizer } from '../../../../lib/local/stack/aws/authorize.ts';
import { listenForAws, type AwsParts } from '../../../../lib/local/stack/aws/aws-endpoint.ts';
import {
  createCredentials,
  type Credentials,
  type CredentialStore,
} from '../../../../lib/local/stack/aws/credentials.ts';
import { createMemoryShelf } from '../../../../lib/local/stack/aws/object-shelf.ts';
import { createStackQueues, type StackQueues } from '../../../../lib/local/stack/aws/stack-queues.ts';
import { startStackTables } from '../../../../lib/local/stack/aws/stack-tables.ts';
import { MovableClock } from '../../../../lib/local/stack/fronts/movable-clock.ts';
import type { Stack, StackFunction } from '../../../../lib/local/stack/stack.ts';
import type { WhenDone } from '../../temporary-folder.ts';

export interface AwsUnderTest {
  readonly endpoint: string;
  readonly stack: Stack;
  readonly clock: MovableClock;
  readonly credentials: CredentialStore;
  readonly authorizer: Authorizer;
  readonly queues: StackQueues;
  /** Errors of the endpoint itself. */
  readonly errors: unknown[];
  readonly worker: StackFunction;
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
  readStack: (sqs: string) => Stack,
  parts: Partial<AwsParts> = {},
): Promise<AwsUnderTest> {
  const aws = await listenForAws();
  whenDone(() => aws.stop());
  const stack = readStack(aws.endpoint);
  const clock = new MovableClock();
  const tables = await startStackTables(stack);
  const queues = createStackQueues(stack, { clock });
  whenDone(async () => {
    queues.close();
    clock.close();
    await tables.stop();
  });
  const credentials = createCredentials(stack);
  const authorizer = createAuthorizer(stack);
  const errors: unknown[] = [];
  aws.serve({
    ...{ stack, clock, credentials, authorizer, tables, queues, objects: createMemoryShelf() },
    invoke: async ({ payload }) => ({ kind: 'succeeded', payload }),
    onError: (error) => errors.push(error),
    ...parts,
  });
  const worker = stack.functions.find(({ name }) => name.includes('Worker'))!;
  const clients = (given: Credentials, maxAttempts = 1): Clients => {
    const config = { endpoint: aws.endpoint, region: stack.region, credentials: given, maxAttempts };
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
    ...{ endpoint: aws.endpoint, stack, clock, credentials, authorizer, queues, errors, worker, clients },
    workerCredentials: credentials.ofRole(worker.roleArn, worker.name),
  };
}
