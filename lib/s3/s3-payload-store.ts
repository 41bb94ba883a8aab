/**
 * The PayloadStore on S3: each method as one request, or one for each page. The SDK's part for S3 is loaded when it is
 * first needed: most processes never have anything to do with the bucket, and their start must not pay for it.
 */
import type * as Sdk from '@aws-sdk/client-s3';
import type { PayloadStore } from '../ports/payload-store.ts';
import type { PayloadAction } from './payload-actions.ts';
import { translateError } from './translate-errors.ts';

export interface S3PayloadStoreOptions {
  readonly bucketName: string;
  /**
   * Default: one with the region, credentials and endpoint of the environment (`AWS_ENDPOINT_URL_S3` or
   * `AWS_ENDPOINT_URL` lead to a local bucket), which gives up a request after 15 s.
   */
  readonly client?: Sdk.S3Client | undefined;
}

/** What S3 deletes in one request. */
const DELETE_LIMIT = 1000;

export function createS3PayloadStore(options: S3PayloadStoreOptions): PayloadStore {
  return new S3PayloadStore(options);
}

class S3PayloadStore implements PayloadStore {
  readonly #bucketName: string;
  #client: Sdk.S3Client | undefined;

  constructor({ bucketName, client }: S3PayloadStoreOptions) {
    this.#bucketName = bucketName;
    this.#client = client;
  }

  async put(key: string, text: string): Promise<void> {
    const input = { ...this.#bucket, Key: key, Body: text, ContentType: 'application/json' };
    await this.#ask('s3:PutObject', (client, { PutObjectCommand }) => client.send(new PutObjectCommand(input)));
  }

  async get(key: string): Promise<string | undefined> {
    const input = { ...this.#bucket, Key: key };
    return this.#ask('s3:GetObject', async (client, { GetObjectCommand, NoSuchKey }) => {
      try {
        const { Body } = await client.send(new GetObjectCommand(input));
        return await Body?.transformToString('utf-8');
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETE_LIMIT) {
      const Objects = keys.slice(from, from + DELETE_LIMIT).map((Key) => ({ Key }));
      const input = { ...this.#bucket, Delete: { Objects, Quiet: true } };
      await this.#ask('s3:DeleteObject', async (client, { DeleteObjectsCommand }) => {
        const { Errors = [] } = await client.send(new DeleteObjectsCommand(input));
        // It says of each key what has become of it, and of the whole that all is well.
        if (Errors[0]) throw Object.assign(new Error(Errors[0].Message), { name: Errors[0].Code ?? 'UnknownError' });
      });
    }
  }

  async *list(prefix: string): AsyncGenerator<readonly string[]> {
    let token: string | undefined;
    do {
      const input = { ...this.#bucket, Prefix: prefix, ContinuationToken: token };
      const page = await this.#ask('s3:ListBucket', (client, { ListObjectsV2Command }) =>
        client.send(new ListObjectsV2Command(input)),
      );
      const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
      if (keys.length > 0) yield keys;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  get #bucket() {
    return { Bucket: this.#bucketName };
  }

  async #ask<Answer>(
    action: PayloadAction,
    send: (client: Sdk.S3Client, sdk: typeof Sdk) => Promise<Answer>,
  ): Promise<Answer> {
    const sdk = await import('@aws-sdk/client-s3');
    this.#client ??= new sdk.S3Client({
      // A connection that hangs must not use up a turn: the request is made again.
      requestHandler: { connectionTimeout: 1000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    });
    try {
      return await send(this.#client, sdk);
    } catch (error) {
      throw translateError(error, { action, bucketName: this.#bucketName });
    }
  }
}
