/** Whether a request is signed by whom it says, and lately: Signature Version 4, in the headers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../../ports/clock.ts';
import type { CredentialStore, IssuedCredentials } from './credentials.ts';
import type { Principal } from './principal.ts';

const LONGEST_SKEW_MS = 15 * 60_000;

/** A request whose body was read. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface SignatureOptions {
  readonly credentials: Pick<CredentialStore, 'find'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** That of the credential scope, such as `execute-api`. */
  readonly service: string;
}

export type Verification =
  | { readonly kind: 'signed'; readonly principal: Principal }
  | { readonly kind: 'refused'; readonly code: SignatureCode; readonly message: string };

/** The names are those of AWS's JSON protocols. */
export type SignatureCode =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'UnrecognizedClientException'
  | 'InvalidSignatureException'
  /** AWS's JSON protocols call it InvalidSignatureException too; S3 does not. */
  | 'RequestTimeTooSkewed';

/** What the Authorization header says. */
export interface Authorization {
  readonly accessKeyId: string;
  /** `20270131`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Signs the request again with the secret of whom it names, and compares. */
export async function verifySignature(request: SignedRequest, options: SignatureOptions): Promise<Verification> {
  const { authorization: header } = request.headers;
  if (header === undefined) {
    return refuse('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const authorization = readAuthorization(header);
  const dateText = request.headers['x-amz-date'];
  const signedAtMs = typeof dateText === 'string' ? fromAmzDate(dateText) : NaN;
  if (!authorization || Number.isNaN(signedAtMs)) {
    return refuse(
      'IncompleteSignatureException',
      `The request needs the headers X-Amz-Date and Authorization, with Credential, SignedHeaders and Signature. ` +
        `Authorization=${header}`,
    );
  }
  const issued = options.credentials.find(authorization.accessKeyId);
  if (!issued || !hasItsToken(request, issued)) {
    return refuse('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (authorization.service !== options.service) {
    return refuse(
      'InvalidSignatureException',
      `Credential should be scoped to correct service: '${options.service}'. `,
    );
  }
  const skew = describeSkew(signedAtMs, options.clock.nowMs());
  if (skew !== undefined) return refuse('RequestTimeTooSkewed', skew);
  const isSame =
    isComplete(authorization) &&
    isEqual(authorization.signature, await sign(request, authorization, issued, signedAtMs));
  if (!isSame || !isBodySigned(request)) {
    return refuse('InvalidSignatureException', MISMATCH);
  }
  return { kind: 'signed', principal: issued.principal };
}

/** Undefined if it is none of Signature Version 4. */
export function readAuthorization(header: string): Authorization | undefined {
  if (!header.startsWith('AWS4-HMAC-SHA256 ')) return undefined;
  const fields = new Map(
    header
      .slice('AWS4-HMAC-SHA256 '.length)
      .split(',')
      .map((field) => {
        const [name = '', ...value] = field.trim().split('=');
        return [name, value.join('=')] as const;
      }),
  );
  const scope = (fields.get('Credential') ?? '').split('/');
  const [accessKeyId, day, region, service, terminator] = scope;
  const signedHeaders = fields.get('SignedHeaders')?.split(';');
  const signature = fields.get('Signature');
  if (!accessKeyId || !day || !region || !service || terminator !== 'aws4_request') return undefined;
  if (!signedHeaders || !signature) return undefined;
  return { accessKeyId, day, region, service, signedHeaders, signature };
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and ' +
  'signing method. Consult the service documentation for details.';

async function sign(
  request: SignedRequest,
  { region, service, signedHeaders }: Authorization,
  credentials: IssuedCredentials,
  signedAtMs: number,
): Promise<string> {
  const [path = '/', query = ''] = request.url.split(/\?(.*)/s);
  const headers = Object.fromEntries(
    signedHeaders.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]];
    }),
  );
  // S3 alone takes the path as it is; others escape once more what came escaped.
  const signer = new SignatureV4({
    ...{ credentials, region, service, sha256: Sha256 },
    ...{ applyChecksum: false, uriEscapePath: service !== 's3' },
  });
  const unsigned = new HttpRequest({
    ...{ method: request.method, path, query: readQuery(query), headers, body: request.body },
    ...{ protocol: 'http:', hostname: '127.0.0.1' },
  });
  const signed = await signer.sign(unsigned, {
    signingDate: new Date(signedAtMs),
    signableHeaders: new Set(signedHeaders),
  });
  return readAuthorization(signed.headers['authorization'] ?? '')?.signature ?? '';
}

/** What makes a signature mean something. */
function isComplete({ signedHeaders }: Authorization): boolean {
  return signedHeaders.includes('host') && signedHeaders.includes('x-amz-date');
}

/** The digest that was signed is that of the body, unless it says that the body is not signed, or in chunks. */
function isBodySigned({ headers, body }: SignedRequest): boolean {
  const digest = headers['x-amz-content-sha256'];
  if (digest === undefined || digest === 'UNSIGNED-PAYLOAD' || String(digest).startsWith('STREAMING-')) return true;
  return digest === createHash('sha256').update(body).digest('hex');
}

function hasItsToken({ headers }: SignedRequest, { sessionToken }: IssuedCredentials): boolean {
  const given = headers['x-amz-security-token'];
  if (sessionToken === undefined) return given === undefined;
  return typeof given === 'string' && isEqual(given, sessionToken);
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** AWS's own words; undefined if the two times are near enough. */
function describeSkew(signedAtMs: number, nowMs: number): string | undefined {
  if (Math.abs(nowMs - signedAtMs) <= LONGEST_SKEW_MS) return undefined;
  const [signedAt, now] = [toAmzDate(signedAtMs), toAmzDate(nowMs)];
  if (signedAtMs < nowMs) {
    return `Signature expired: ${signedAt} is now earlier than ${toAmzDate(nowMs - LONGEST_SKEW_MS)} (${now} - 15 min.)`;
  }
  return `Signature not yet current: ${signedAt} is still later than ${toAmzDate(nowMs + LONGEST_SKEW_MS)} (${now} + 15 min.)`;
}

/** `20270131T235959Z`. */
function toAmzDate(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function fromAmzDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function readQuery(query: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const part of query.split('&').filter((text) => text !== '')) {
    const [name = '', ...rest] = part.split('=').map(decode);
    const value = rest.join('=');
    const earlier = found[name];
    found[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return found;
}

/** A `%` that escapes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuse(code: SignatureCode, message: string): Verification {
  return { kind: 'refused', code, message };
}
