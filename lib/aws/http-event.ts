/** HTTP as Lambda has it (payload format 2.0 of HTTP APIs and function URLs), to and from the web's own Request and Response. */

import { describeValue } from '../core/describe-value.ts';
import { LullError } from '../core/errors.ts';

/** As much of the event as is read. */
export interface HttpEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** A text, or in base64. A caller that invokes the function by hand may send something else. */
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly http: { readonly method: string };
    readonly stage?: string;
    readonly requestId?: string;
  };
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** The request. Its address has a host of no meaning; its header `x-request-id` is the gateway's, if it has none. */
export function toRequest(event: HttpEvent): Request {
  const method = methodOf(event);
  const headers = headersOf(event);
  const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
  const body = event.body ?? undefined;
  const hasBody = body !== undefined && !/^(?:get|head)$/i.test(method);
  return new Request(`https://lull${pathOf(event)}${query}`, {
    method,
    headers,
    ...(hasBody ? toBody(body, event.isBase64Encoded === true) : {}),
  });
}

/** An invalid body throws when it is read, so that the API answers it like any other mistake. */
function toBody(body: unknown, isBase64Encoded: boolean): Pick<RequestInit, 'body' | 'duplex'> {
  const problem = findBodyProblem(body, isBase64Encoded);
  if (problem === undefined) return { body: Buffer.from(body as string, isBase64Encoded ? 'base64' : 'utf8') };
  const fail = (controller: ReadableStreamDefaultController): void => {
    controller.error(new LullError('INVALID_JSON', `the body is no JSON: ${problem}`));
  };
  return { body: new ReadableStream({ pull: fail }), duplex: 'half' };
}

function findBodyProblem(body: unknown, isBase64Encoded: boolean): string | undefined {
  if (typeof body !== 'string') return `the event has ${describeValue(body)} in its place, and should have a text`;
  if (!isBase64Encoded) return /\p{Surrogate}/u.test(body) ? 'its text has half a character in it' : undefined;
  return body.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(body)
    ? undefined
    : 'the event has no base64 in its place';
}

/** A Request refuses some methods with an exception: no address takes them, and the API is to say so. */
function methodOf({ requestContext: { http } }: HttpEvent): string {
  return /^(?!(?:connect|trace|track)$)[\w!#$%&'*+.^`|~-]+$/i.test(http.method) ? http.method : 'UNSUPPORTED';
}

function headersOf({ headers: given = {}, requestContext: { requestId } }: HttpEvent): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    // Another name is none, and nothing asks for it.
    if (value !== undefined && /^[\w!#$%&'*+.^`|~-]+$/.test(name)) headers.set(name, toByteString(value));
  }
  if (requestId !== undefined && !headers.has('x-request-id')) headers.set('x-request-id', toByteString(requestId));
  return headers;
}

/** Gateways decode a header's bytes; the web has them as they came, one character each. */
function toByteString(text: string): string {
  return Buffer.from(text.replace(/[\0\r\n]/g, ' '), 'utf8').toString('latin1');
}

/** The result; bodies are text. */
export async function toHttpResult(response: Response): Promise<HttpResult> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
}

/** HTTP APIs put a stage's name in front of the path, unless it is the default one. */
function pathOf({ rawPath, requestContext: { stage = '$default' } }: HttpEvent): string {
  const path = withoutDotSegments(escapePath(rawPath.startsWith('/') ? rawPath : `/${rawPath}`));
  return stage !== '$default' && path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
}

/**
 * A Request resolves `..`, encoded or not. The gateway has asked for the path as it came whether the caller may call it,
 * so nothing else may come of it: what is empty in the place of such a segment is no address.
 */
function withoutDotSegments(path: string): string {
  return path
    .split('/')
    .map((segment) => (/^(?:\.|%2e){1,2}$/i.test(segment) ? '' : segment))
    .join('/');
}

/** HTTP APIs decode the path, function URLs do not: characters that no encoded path has are encoded again. */
function escapePath(path: string): string {
  return path.replace(/%(?![0-9A-Fa-f]{2})|[^!$&'()*+,\-./0-9:;=@A-Z_a-z~%]+/gu, (characters) =>
    encodeURIComponent(characters.replace(/\p{Surrogate}/gu, '\uFFFD')),
  );
}
