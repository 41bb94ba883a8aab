/** What an HTTP API answers to browsers of other origins. As there, it replaces what a function says of it. */
import type { HttpReply } from './http-event.ts';
import type { HttpApiResource } from '../../resources.ts';

type Cors = NonNullable<HttpApiResource['cors']>;
type Headers = Readonly<Record<string, string>>;

/** A browser asks first what it may send. Without CORS in the template only the routes answer. */
export function isPreflight(method: string, headers: Headers): boolean {
  return (
    method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined
  );
}

/** Says nothing to an origin that may not. */
export function preflightReply(cors: Cors, headers: Headers): HttpReply {
  const allowed = originHeaders(cors, headers);
  if (allowed.length === 0) return { statusCode: 204, headers: [], body: Buffer.alloc(0) };
  return {
    statusCode: 204,
    headers: [
      ...allowed,
      ...listed('access-control-allow-methods', cors.allowMethods),
      ...listed('access-control-allow-headers', cors.allowHeaders),
      ...(cors.maxAgeSeconds > 0 ? [['access-control-max-age', String(cors.maxAgeSeconds)] as const] : []),
    ],
    body: Buffer.alloc(0),
  };
}

export function withCors(reply: HttpReply, cors: Cors, headers: Headers): HttpReply {
  if (headers['origin'] === undefined) return reply;
  const others = reply.headers.filter(([name]) => !name.startsWith('access-control-'));
  const exposed = listed('access-control-expose-headers', cors.exposeHeaders);
  const allowed = originHeaders(cors, headers);
  return { ...reply, headers: [...others, ...allowed, ...(allowed.length > 0 ? exposed : [])] };
}

function originHeaders(cors: Cors, { origin = '' }: Headers): (readonly [string, string])[] {
  const isAny = cors.allowOrigins.includes('*');
  if (!isAny && !cors.allowOrigins.some((allowed) => matches(allowed, origin))) return [];
  return [
    ['access-control-allow-origin', isAny ? '*' : origin],
    ...(isAny ? [] : [['vary', 'Origin'] as const]),
    ...(cors.allowCredentials ? [['access-control-allow-credentials', 'true'] as const] : []),
  ];
}

/** `https://*` and `https://*.example.com` are taken too. */
function matches(allowed: string, origin: string): boolean {
  const pattern = allowed
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 'i').test(origin);
}

function listed(name: string, values: readonly string[]): (readonly [string, string])[] {
  return values.length === 0 ? [] : [[name, values.join(',')]];
}
