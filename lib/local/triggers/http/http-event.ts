/**
 * HTTP to the events of an HTTP API (payload format 2.0) and its answers back, as API Gateway translates them.
 *
 * As there, the path arrives decoded and the query as it was sent; what is no text arrives in base64.
 */

export interface HttpRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  /** Names and values in turn, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
}

export interface HttpEvent {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  /** Only where a route has variables. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: '$default';
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export interface HttpReply {
  readonly statusCode: number;
  /** A name comes once for each of its values. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The path cannot be decoded (`%zz`): API Gateway answers 400 before any Lambda sees it. */
export class MalformedPathError extends Error {}

/** What the Lambda is given for a request. */
export function toHttpEvent(request: HttpRequest, requestId: string, nowMs: number): HttpEvent {
  const queryAt = request.target.indexOf('?');
  const encodedPath = queryAt < 0 ? request.target : request.target.slice(0, queryAt);
  const rawQueryString = queryAt < 0 ? '' : request.target.slice(queryAt + 1);
  const rawPath = decodePath(encodedPath);
  const { headers, cookies } = readHeaders(request.rawHeaders);
  const isText = isTextual(headers['content-type']) && headers['content-encoding'] === undefined;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(rawQueryString === '' ? {} : { queryStringParameters: readQuery(rawQueryString) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers['host'] ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: new Date(nowMs).toISOString(),
      timeEpoch: nowMs,
    },
    ...(request.body.length > 0 ? { body: request.body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** What is answered for a Lambda's result. A result without a status code is a 200 with that result as JSON. */
export function toHttpReply(result: unknown): HttpReply {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const text = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    return { statusCode: 200, headers: [['content-type', 'application/json']], body: Buffer.from(text) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as Record<string, unknown>;
  if (!Number.isInteger(statusCode) || Number(statusCode) < 200 || Number(statusCode) > 599) {
    return internalError(`statusCode is ${JSON.stringify(statusCode)}`);
  }
  if (body !== undefined && typeof body !== 'string') return internalError('body is no string');
  const pairs = Object.entries((headers ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : JSON.stringify(value)] as const);
  if (!pairs.some(([name]) => name === 'content-type')) pairs.push(['content-type', 'text/plain; charset=utf-8']);
  const setCookies = ((cookies ?? []) as string[]).map((cookie) => ['set-cookie', cookie] as const);
  return {
    statusCode: Number(statusCode),
    headers: [...pairs, ...setCookies],
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** API Gateway's own answer: a message and nothing of what went on inside. */
export function gatewayReply(statusCode: number, message: string): HttpReply {
  return {
    statusCode,
    headers: [['content-type', 'application/json']],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** As API Gateway, but with the reason: it is the author who reads it here. */
function internalError(reason: string): HttpReply {
  return gatewayReply(
    500,
    `Internal Server Error: the function's result is not in the format of an HTTP API: ${reason}`,
  );
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new MalformedPathError(`the path ${path} is not percent-encoded as it should be`);
  }
}

/** Lower case; a name that comes several times has its values joined by commas; cookies stand apart. */
function readHeaders(rawHeaders: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/; */).filter((cookie) => cookie !== ''));
    else headers.set(name, headers.has(name) ? `${headers.get(name) ?? ''},${value}` : value);
  }
  return { headers: Object.fromEntries(headers), cookies };
}

function readQuery(rawQueryString: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    parameters.set(name, parameters.has(name) ? `${parameters.get(name) ?? ''},${value}` : value);
  }
  return Object.fromEntries(parameters);
}

/** The types that API Gateway hands on as text; all else, and a body without a type, comes in base64. */
function isTextual(contentType = ''): boolean {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || ['application/json', 'application/javascript', 'application/xml'].includes(type);
}
