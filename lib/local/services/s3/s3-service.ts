/** S3: objects that are put, got, listed and deleted, in the buckets of the template. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../ports/clock.ts';
import type { Resources } from '../../resources.ts';
import { AwsError, type Access, type AwsAnswer, type AwsService, type Caller, type RefusalKind } from '../service.ts';
import { readObjectBody } from './object-body.ts';
import type { ObjectHead, ObjectStore } from './object-store.ts';
import { listObjects } from './s3-list.ts';
import { readRange, readS3Request, type S3Operation, type S3Request } from './s3-request.ts';
import type { SignedRequest } from '../../iam/signature.ts';
import { elementsOf, textFrom, toXml, type XmlContent } from '../xml.ts';

export interface S3ServiceParts {
  readonly resources: Pick<Resources, 'buckets'>;
  readonly objects: ObjectStore;
  readonly clock: Pick<Clock, 'nowMs'>;
}

export function createS3Service(parts: S3ServiceParts): AwsService {
  const names = parts.resources.buckets.map(({ name }) => name);
  return {
    read: (request) => {
      const asked = readS3Request(request, names);
      return {
        operation: asked.operation,
        accesses: accessesOf(asked),
        answer: async (caller) => {
          if (!names.includes(asked.bucket)) throw noBucket(asked.bucket);
          return HANDLERS[asked.operation]({ ...parts, request, asked, caller });
        },
      };
    },
    refuse: (kind, message) => {
      const [code, statusCode] = REFUSALS[kind];
      return fail(new AwsError(code, kind === 'AccessDenied' ? quoteResource(message) : message, statusCode));
    },
    fail,
  };
}

interface S3Call extends S3ServiceParts {
  readonly request: SignedRequest;
  readonly asked: S3Request;
  readonly caller: Caller;
}

const ACTIONS: Readonly<Record<S3Operation, string | undefined>> = {
  DeleteObject: 's3:DeleteObject',
  DeleteObjects: undefined, // each object for itself: some may be deleted and others not
  GetObject: 's3:GetObject',
  HeadBucket: 's3:ListBucket',
  HeadObject: 's3:GetObject',
  ListObjectsV2: 's3:ListBucket',
  PutObject: 's3:PutObject',
};

function accessesOf({ operation, bucket, key, query }: S3Request): Access[] {
  const action = ACTIONS[operation];
  if (action === undefined) return [];
  const prefix = query.get('prefix');
  return [
    {
      action,
      resource: arnOf(bucket, key),
      ...(operation === 'ListObjectsV2' ? { context: { 's3:prefix': prefix ?? '' } } : {}),
    },
  ];
}

function arnOf(bucket: string, key = ''): string {
  return `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`;
}

const HANDLERS: Readonly<Record<S3Operation, (call: S3Call) => Promise<AwsAnswer>>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: async ({ objects, asked: { bucket, key } }) => {
    await objects.remove(bucket, key);
    return { statusCode: 204, headers: {}, body: '' };
  },
  DeleteObjects: deleteObjects,
  HeadBucket: async () => ({ statusCode: 200, headers: {}, body: '' }),
  ListObjectsV2: async ({ objects, asked: { bucket, query } }) =>
    xmlAnswer('ListBucketResult', listObjects(bucket, objects.list(bucket), query)),
};

/** Headers of an object that are kept and given back. */
const KEPT_HEADER = /^(content-type|content-language|content-disposition|cache-control|expires|x-amz-meta-.*)$/;

async function putObject({ objects, clock, request, asked: { bucket, key } }: S3Call): Promise<AwsAnswer> {
  const { bytes, checksums } = readObjectBody(request);
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  refuseStale(objects.head(bucket, key), request);
  const encoding = (request.headers['content-encoding'] ?? '').replace(/(^|,\s*)aws-chunked\s*,?\s*/, '');
  const kept = Object.entries(request.headers).filter(([name]) => KEPT_HEADER.test(name));
  const headers = {
    ...(Object.fromEntries(kept) as Record<string, string>),
    ...(encoding ? { 'content-encoding': encoding } : {}),
    ...checksums,
  };
  await objects.write(bucket, { key, bytes: bytes.length, etag, storedAtMs: clock.nowMs(), headers }, bytes);
  return { statusCode: 200, headers: { etag, ...checksums }, body: '' };
}

/** `If-None-Match: *` writes only what is not there, `If-Match` only over what was read. */
function refuseStale(there: ObjectHead | undefined, { headers }: SignedRequest): void {
  const { 'if-none-match': noneMatch, 'if-match': match } = headers;
  if (match !== undefined && !there) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  if ((noneMatch === '*' && there) || (match !== undefined && there?.etag !== quoted(match))) {
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  }
}

async function getObject(call: S3Call): Promise<AwsAnswer> {
  const { objects, request, asked } = call;
  const { bucket, key } = asked;
  const head = objects.head(bucket, key);
  if (!head) return refuseMissing(call);
  const { 'if-match': match, 'if-none-match': noneMatch, range: rangeHeader } = request.headers;
  if (match !== undefined && quoted(match) !== head.etag) {
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  }
  if (noneMatch !== undefined && quoted(noneMatch) === head.etag) return { statusCode: 304, headers: {}, body: '' };
  const range = readRange(rangeHeader, head.bytes);
  const [first, last] = range ?? [0, head.bytes - 1];
  const headers = {
    ...headersOf(head, request.headers['x-amz-checksum-mode'] === 'ENABLED' && !range),
    'content-length': String(last - first + 1),
    ...(range ? { 'content-range': `bytes ${first}-${last}/${head.bytes}` } : {}),
  };
  const statusCode = range ? 206 : 200;
  if (asked.operation === 'HeadObject') return { statusCode, headers, body: '' };
  const body = await objects.read(bucket, key);
  if (!body) return refuseMissing(call); // deleted meanwhile
  return { statusCode, headers, body: body.subarray(first, last + 1) };
}

/** A caller that may not list the bucket does not learn what is not in it. */
async function refuseMissing({ asked: { bucket }, caller }: S3Call): Promise<never> {
  const decision = await caller.isAllowed({ action: 's3:ListBucket', resource: arnOf(bucket) });
  if (decision.kind === 'denied') throw new AwsError('AccessDenied', quoteResource(decision.message), 403);
  throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
}

function headersOf({ etag, storedAtMs, headers }: ObjectHead, withChecksums: boolean): Record<string, string> {
  const told = Object.entries(headers).filter(([name]) => withChecksums || !name.startsWith('x-amz-checksum-'));
  return {
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    'last-modified': new Date(storedAtMs).toUTCString(),
    ...Object.fromEntries(told),
    etag,
  };
}

async function deleteObjects({ objects, request, asked: { bucket }, caller }: S3Call): Promise<AwsAnswer> {
  const xml = readObjectBody(request).bytes.toString();
  const keys = elementsOf(xml, 'Object').map((object) => textFrom(elementsOf(object, 'Key')[0] ?? ''));
  if (keys.length === 0 || keys.length > 1000) {
    throw new AwsError(
      'MalformedXML',
      `The XML you provided has ${keys.length} objects: 1 to 1000 are deleted at once`,
    );
  }
  const isQuiet = textFrom(elementsOf(xml, 'Quiet')[0] ?? '') === 'true';
  const results: (readonly [string, XmlContent])[] = [];
  for (const key of keys) {
    const decision = await caller.isAllowed({ action: 's3:DeleteObject', resource: arnOf(bucket, key) });
    if (decision.kind === 'denied') {
      const error = [['Code', 'AccessDenied'] as const, ['Message', quoteResource(decision.message)] as const];
      results.push(['Error', [['Key', key], ...error]]);
      continue;
    }
    await objects.remove(bucket, key);
    if (!isQuiet) results.push(['Deleted', [['Key', key]]]);
  }
  return xmlAnswer('DeleteResult', results);
}

const REFUSALS: Readonly<Record<RefusalKind, readonly [code: string, statusCode: number]>> = {
  MissingAuthenticationTokenException: ['AccessDenied', 403],
  IncompleteSignatureException: ['AuthorizationHeaderMalformed', 400],
  UnrecognizedClientException: ['InvalidAccessKeyId', 403],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  RequestTimeTooSkewed: ['RequestTimeTooSkewed', 403],
  UnknownOperation: ['NotImplemented', 501],
  AccessDenied: ['AccessDenied', 403],
  Throttled: ['SlowDown', 503],
  InternalFailure: ['InternalError', 500],
};

function fail({ code, message, statusCode }: AwsError): AwsAnswer {
  const content = [['Code', code] as const, ['Message', message] as const];
  return xmlAnswer('Error', content, statusCode);
}

function xmlAnswer(name: string, content: XmlContent, statusCode = 200): AwsAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${toXml(name, content)}`;
  return { statusCode, headers: { 'content-type': 'application/xml' }, body };
}

function noBucket(bucket: string): AwsError {
  return new AwsError('NoSuchBucket', `The specified bucket does not exist: ${bucket} is not in the template`, 404);
}

/** S3 puts the resource into quotes. */
function quoteResource(message: string): string {
  return message.replace(/on resource: (\S+) /, 'on resource: "$1" ');
}

function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}
