/** S3, asked by a role that may do some of it. */
import { Readable } from 'node:stream';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { createMemoryStore, openFolderStore } from '../../../../lib/local/services/s3/object-store.ts';
import { readS3Request } from '../../../../lib/local/services/s3/s3-request.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { startAws } from '../aws-under-test.ts';
import { readSmallShop } from '../small-shop.ts';

const folder = temporaryFolder(afterAll);
const aws = await startAws(afterAll, readSmallShop, { objects: await openFolderStore(folder) });
const { s3 } = aws.clients(aws.workerCredentials);
const { s3: adminS3 } = aws.clients(aws.credentials.admin);
const Bucket = 'shop-files';

const put = (Key: string, Body: string | Buffer = 'hello', client = s3) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body }));
const get = async (Key: string, client = s3): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? '';
};

describe('S3', () => {
  it('gives back what was put, byte for byte, with what was said of it', async () => {
    const Key = 'orders/ö & <1>.bin';
    const Body = Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 256));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/x', Metadata: { shop: 'berlin' } }));
    const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(Body);
    expect(object).toMatchObject({ ContentType: 'text/x', ContentLength: 5000, Metadata: { shop: 'berlin' } });
    expect(object.ChecksumCRC32).toMatch(/^[\w+/]{6}==$/);
  });

  it('takes a stream in chunks, its checksum behind it', async () => {
    const Body = Readable.from(['one ', 'two']);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'orders/stream', Body, ContentLength: 7 }));
    expect(await get('orders/stream')).toBe('one two');
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)('checks %s', async (ChecksumAlgorithm) => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'orders/sum', Body: 'x', ChecksumAlgorithm }));
    const wrong = new PutObjectCommand({
      ...{ Bucket, Key: 'orders/sum', Body: 'y' },
      [`Checksum${ChecksumAlgorithm}`]: 'AAAAAA==',
    });
    await expect(s3.send(wrong)).rejects.toMatchObject({ name: 'BadDigest' });
    expect(await get('orders/sum')).toBe('x');
  });

  it('gives a part, and the head alone', async () => {
    await put('orders/range', '0123456789');
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'orders/range', Range: 'bytes=2-4' }));
    expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['234', 'bytes 2-4/10']);
    const beyond = new GetObjectCommand({ Bucket, Key: 'orders/range', Range: 'bytes=10-' });
    await expect(s3.send(beyond)).rejects.toMatchObject({ name: 'InvalidRange' });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'orders/range' }));
    expect(head.ContentLength).toBe(10);
  });

  it('writes what is not there only if asked to, and over what was read only', async () => {
    const { ETag } = await put('orders/once');
    const again = new PutObjectCommand({ Bucket, Key: 'orders/once', Body: 'x', IfNoneMatch: '*' });
    await expect(s3.send(again)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'orders/once', Body: 'new', IfMatch: ETag }));
    const stale = new PutObjectCommand({ Bucket, Key: 'orders/once', Body: 'x', IfMatch: ETag });
    await expect(s3.send(stale)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await get('orders/once')).toBe('new');
  });

  it('tells of an object that is missing only whoever may list the bucket', async () => {
    await expect(get('orders/none')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket on resource: "arn:aws:s3:::shop-files" because') as string,
    });
    await expect(get('orders/none', adminS3)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it("answers in AWS's words to what the role may not do", async () => {
    await expect(put('private/1')).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/Shop-Role/Shop-Worker is not authorized to perform: s3:PutObject ' +
        'on resource: "arn:aws:s3:::shop-files/private/1" because no identity-based policy allows the s3:PutObject action',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('deletes objects, those alone of a batch that may be', async () => {
    await put('orders/gone');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'orders/gone' }));
    await put('orders/a & b');
    await put('private/c', 'x', adminS3);
    const Objects = [{ Key: 'orders/a & b' }, { Key: 'private/c' }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect([Deleted, Errors]).toMatchObject([[{ Key: 'orders/a & b' }], [{ Key: 'private/c', Code: 'AccessDenied' }]]);
    await expect(get('orders/gone', adminS3)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await get('private/c', adminS3)).toBe('x');
  });

  it('lists page by page, by prefix and folder', async () => {
    for (const name of ['b', 'a', 'c/1', 'c/2']) await put(`list/${name}`, name, adminS3);
    const list = (input: object) => adminS3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', ...input }));
    const keys: (string | undefined)[] = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await list({ MaxKeys: 3, ContinuationToken: token });
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      token = page.NextContinuationToken;
    }
    expect(keys).toEqual(['list/a', 'list/b', 'list/c/1', 'list/c/2']);
    const folders = await list({ Delimiter: '/' });
    expect(folders.CommonPrefixes).toEqual([{ Prefix: 'list/c/' }]);
    expect(folders.Contents?.map(({ Size }) => Size)).toEqual([1, 1]);
  });

  it('knows a bucket in the path and in front of the host, and none that is not in the template', async () => {
    const request = { method: 'GET', body: Buffer.alloc(0) };
    const inPath = readS3Request({ ...request, url: '/shop-files/a%20b/c', headers: { host: 'localhost:1' } }, [
      Bucket,
    ]);
    const inHost = readS3Request({ ...request, url: '/a%20b/c', headers: { host: 'shop-files.localhost:1' } }, [
      Bucket,
    ]);
    for (const asked of [inPath, inHost]) expect(asked).toMatchObject({ bucket: Bucket, key: 'a b/c' });
    const elsewhere = new PutObjectCommand({ Bucket: 'other', Key: 'x', Body: 'x' });
    await expect(adminS3.send(elsewhere)).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('names an operation that it does not have', async () => {
    const upload = new CreateMultipartUploadCommand({ Bucket, Key: 'orders/large' });
    await expect(s3.send(upload)).rejects.toThrow('s3:POST uploads is not in the local cloud');
  });
});

it('a folder keeps its objects when it is opened again', async () => {
  const path = temporaryFolder();
  const head = {
    key: 'k'.repeat(1000),
    bytes: 3,
    etag: '"e"',
    storedAtMs: 5,
    headers: { 'x-amz-meta-a': 'ü'.repeat(3000) },
  };
  await (await openFolderStore(path)).write('b', head, Buffer.from('a\nb'));
  const opened = await openFolderStore(path);
  expect(opened.list('b')).toEqual([head]);
  expect((await opened.read('b', head.key))?.toString()).toBe('a\nb');
  await opened.remove('b', head.key);
  expect((await openFolderStore(path)).list('b')).toEqual([]);
});

it('a shelf in memory forgets what is removed', async () => {
  const store = createMemoryStore();
  await store.write('b', { key: 'k', bytes: 1, etag: '"e"', storedAtMs: 5, headers: {} }, Buffer.from('x'));
  await store.remove('b', 'k');
  expect([store.head('b', 'k'), await store.read('b', 'k')]).toEqual([undefined, undefined]);
});
