/** A bucket over HTTP, so that the AWS SDK puts into it as it does into S3. Whoever asks is let in. */
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { SystemClock } from '../memory/system-clock.ts';
import { listenOnLoopback, stopServer } from './net/listen.ts';
import { readBody } from './net/read-body.ts';
import { AwsError, type AwsAnswer } from './services/service.ts';
import { openFolderStore } from './services/s3/object-store.ts';
import { adminOf } from './iam/principal.ts';
import { createS3Service } from './services/s3/s3-service.ts';
import type { SignedRequest } from './iam/signature.ts';

const REQUEST_LIMIT_BYTES = 64 * 1024 * 1024;

export interface BucketEndpoint {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface BucketEndpointOptions {
  /** Its objects are files in it. */
  readonly path: string;
  readonly bucketName: string;
  readonly accountId: string;
}

/** Listens on a free port of 127.0.0.1. */
export async function startBucketEndpoint(options: BucketEndpointOptions): Promise<BucketEndpoint> {
  const { path, bucketName: name, accountId } = options;
  const objects = await openFolderStore(path);
  const bucket = { id: name, name, arn: `arn:aws:s3:::${name}` };
  const service = createS3Service({ resources: { buckets: [bucket] }, objects, clock: new SystemClock() });
  const caller = { principal: adminOf(accountId), isAllowed: async () => ({ kind: 'allowed' }) as const };
  const answer = async (request: SignedRequest): Promise<AwsAnswer> => {
    try {
      return await service.read(request).answer(caller);
    } catch (error) {
      return service.fail(error instanceof AwsError ? error : new AwsError('InternalError', String(error), 500));
    }
  };
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const answering = readBody(request, REQUEST_LIMIT_BYTES).then((body) => {
      if (!body) throw new Error(`the request is longer than ${REQUEST_LIMIT_BYTES} bytes`);
      return answer({ method, url, headers, body });
    });
    answering.then(
      ({ statusCode, headers: answered, body }) => {
        response.writeHead(statusCode, { 'x-amz-request-id': randomUUID(), ...answered }).end(body);
      },
      () => response.destroy(),
    );
  });
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  return { endpoint, stop: () => stopServer(server) };
}
