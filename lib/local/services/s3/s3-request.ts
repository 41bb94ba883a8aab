/** Which operation of S3 a request is, on which bucket and key. */
import { AwsError, UnknownOperationError } from '../service.ts';
import type { SignedRequest } from '../../iam/signature.ts';

export interface S3Request {
  readonly operation: S3Operation;
  readonly bucket: string;
  /** The empty text if it is about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
}

export const S3_OPERATIONS = [
  'DeleteObject',
  'DeleteObjects',
  'GetObject',
  'HeadBucket',
  'HeadObject',
  'ListObjectsV2',
  'PutObject',
] as const;

export type S3Operation = (typeof S3_OPERATIONS)[number];

/** What says nothing about the operation, or is a part of a list's request. */
const PLAIN_PARAMETERS = new Set([
  ...['x-id', 'list-type', 'prefix', 'delimiter', 'max-keys', 'continuation-token', 'start-after', 'encoding-type'],
  ...['fetch-owner'],
]);

/** The bucket is in the path, or in front of the host. */
export function readS3Request(request: SignedRequest, bucketNames: readonly string[]): S3Request {
  const [path = '/', queryText = ''] = request.url.split(/\?(.*)/s);
  const query = new URLSearchParams(queryText);
  const host = request.headers.host ?? '';
  const inHost = bucketNames.find((name) => host.startsWith(`${name}.`));
  const [first = '', ...rest] = path.slice(1).split('/');
  const bucket = inHost ?? decodeURIComponent(first);
  const key = decodeURIComponent(inHost === undefined ? rest.join('/') : path.slice(1));
  const operation = operationOf(request, key, query);
  if (bucket === '') throw new UnknownOperationError('s3', 'ListBuckets', S3_OPERATIONS);
  return { operation, bucket, key, query };
}

function operationOf({ method, headers }: SignedRequest, key: string, query: URLSearchParams): S3Operation {
  const special = [...query.keys()].filter((name) => !PLAIN_PARAMETERS.has(name));
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  if (method === 'POST' && key === '' && special.join() === 'delete') return 'DeleteObjects';
  const found = special.length > 0 || isCopy ? undefined : (key === '' ? ON_BUCKETS : ON_OBJECTS)[method];
  if (found === 'ListObjectsV2' && query.get('list-type') !== '2') {
    throw new UnknownOperationError('s3', 'ListObjects', S3_OPERATIONS);
  }
  if (found) return found;
  const named = query.get('x-id') ?? [method, ...special].join(' ');
  throw new UnknownOperationError('s3', isCopy ? 'CopyObject' : named, S3_OPERATIONS);
}

const ON_OBJECTS: Readonly<Record<string, S3Operation>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

const ON_BUCKETS: Readonly<Record<string, S3Operation>> = { GET: 'ListObjectsV2', HEAD: 'HeadBucket' };

/** `bytes=0-99`, `bytes=100-`, `bytes=-5`: first and last byte. Undefined: all of it. */
export function readRange(
  header: string | undefined,
  bytes: number,
): readonly [first: number, last: number] | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const first = from === '' ? Math.max(0, bytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (first <= last) return [first, last];
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416);
}
