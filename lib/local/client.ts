/** Callers from outside of the cloud: lull's client, and signed requests to the HTTP API. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { Client } from '../client/client.ts';
import type { ClientOptions } from '../client/client-ports.ts';
import type { Clock } from '../ports/clock.ts';
import type { Credentials } from './iam/credentials.ts';
import { CloudError } from './cloud-error.ts';
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
      return new Client({ ...engine, workflows, dynamodb, s3, sqs, clock });
    },
    stop: () => [dynamodb, s3, sqs].forEach((client) => client.destroy()),
  };
}

/** From the environment of the engine's functions. */
function findEngine(resources: Resources, tableName: string | undefined): ClientOptions {
  const engines = resources.functions.flatMap(({ environment }) => {
    const { LULL_TABLE_NAME: table, LULL_QUEUE_URL: queueUrl, LULL_BUCKET_NAME: bucketName } = environment;
    return table !== undefined && queueUrl !== undefined ? [{ tableName: table, queueUrl, bucketName }] : [];
  });
  const engine = engines.find((each) => tableName === undefined || each.tableName === tableName);
  if (engine) return engine;
  const names = [...new Set(engines.map((each) => each.tableName))].join(', ');
  throw new CloudError('NO_ENGINE', `no engine of the stacks has the table ${tableName ?? ''}: there are ${names}`);
}

/** `fetch`, with a signature for API Gateway. */
export async function signedFetch(
  url: string,
  init: RequestInit | undefined,
  by: { readonly credentials: Credentials; readonly region: string },
): Promise<Response> {
  const request = new Request(url, init);
  const body = Buffer.from(await request.arrayBuffer());
  const { protocol, hostname, port, host, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({ ...by, service: 'execute-api', sha256: Sha256 });
  const signed = await signer.sign(
    new HttpRequest({
      ...{ method: request.method, protocol, hostname, port: Number(port), path: pathname },
      query: Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)])),
      headers: { ...Object.fromEntries(request.headers), host },
      body,
    }),
  );
  const { host: _host, ...headers } = signed.headers; // fetch sets it
  return fetch(url, { ...init, headers, ...(body.length > 0 ? { body } : {}) });
}
