/** A bucket for one test file: that of the local cloud. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { openFolderStore } from '../../lib/local/services/s3/object-store.ts';
import { startOpenEndpoint } from '../local/services/open-endpoint.ts';

export const BUCKET_NAME = 'payloads';

export interface BucketServer {
  /** Tries each request once. */
  newClient(): S3Client;
  close(): Promise<void>;
}

export async function startBucketServer(): Promise<BucketServer> {
  const path = mkdtempSync(join(tmpdir(), 'lull-bucket-'));
  const bucket = { id: BUCKET_NAME, name: BUCKET_NAME, arn: `arn:aws:s3:::${BUCKET_NAME}` };
  const objects = await openFolderStore(path);
  const { endpoint, stop } = await startOpenEndpoint({ resources: { buckets: [bucket] }, objects });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return {
    newClient: () => new S3Client({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 }),
    close: async () => {
      await stop();
      rmSync(path, { recursive: true });
    },
  };
}

type Send = () => Promise<unknown>;

/** Stands around each request, and may answer in the bucket's place. `input` is the command's. */
export function aroundEachRequest(
  client: S3Client,
  request: (command: string, input: Record<string, unknown>, send: Send) => Promise<unknown>,
): S3Client {
  client.middlewareStack.add(
    (next, context) => async (args) =>
      (await request(String(context['commandName']), args.input as Record<string, unknown>, () =>
        next(args),
      )) as Awaited<ReturnType<typeof next>>,
    { step: 'initialize' },
  );
  return client;
}

/** As the SDK reads it from an answer of S3. */
export function serviceError(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode } });
}
