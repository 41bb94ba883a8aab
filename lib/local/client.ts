/** lull's client, for callers from outside of the cloud. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Client } from '../client/client.ts';
import type { ClientOptions } from '../client/client-ports.ts';
import { createDynamodbStore } from '../dynamodb/create-dynamodb-store.ts';
import { openPayloadKey } from '../kms/open-payload-key.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Credentials } from './iam/credentials.ts';
import { type EngineNames, findEngine } from './find-engine.ts';
import type { Resources } from './resources.ts';

/** Which engine a client is for, if the stacks have several; and its workflows, if it is to know them. */
export type LocalClientOptions = Pick<ClientOptions, 'workflows' | 'tableName'>;

export interface Clients {
  create(options: LocalClientOptions): Client;
  /** Ends the connections. */
  stop(): void;
}

export function createClients(cloud: {
  readonly resources: Resources;
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
}): Clients {
  const { resources, endpoint, credentials, clock } = cloud;
  const connection = { endpoint, region: resources.region, credentials };
  const dynamodb = new DynamoDBClient(connection);
  const s3 = new S3Client({ ...connection, forcePathStyle: true });
  const sqs = new SQSClient(connection);
  return {
    create: ({ workflows, tableName }) => {
      const engine = findEngine(resources, tableName);
      return new Client({ store: storeOf(engine, { dynamodb, s3 }), queueUrl: engine.queueUrl, workflows, sqs, clock });
    },
    stop: () => [dynamodb, s3, sqs].forEach((client) => client.destroy()),
  };
}

function storeOf(
  { tableName, bucketName, payloadKey, formerPayloadKeys }: EngineNames,
  { dynamodb: client, s3 }: { readonly dynamodb: DynamoDBClient; readonly s3: S3Client },
): Store {
  const key = payloadKey === undefined ? undefined : openPayloadKey({ payloadKey, former: formerPayloadKeys });
  return createDynamodbStore({ tableName, bucketName, payloadKey: key, client, s3, isForCallers: true });
}
