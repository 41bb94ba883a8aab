/**
 * An HTTP API of a template over HTTP, as API Gateway answers for it: throttle, CORS, the route, who may take it, the
 * function behind it.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../ports/clock.ts';
import {
  gatewayReply,
  MalformedPathError,
  toHttpReply,
  type HttpEvent,
  type HttpReply,
  type HttpRequest,
} from './http-event.ts';
import type { Invocation } from '../../functions/invocation.ts';
import { CloudError } from '../../cloud-error.ts';
import type { RouteResource } from '../../resources.ts';
import { accessLine } from './access-line.ts';
import { isPreflight, preflightReply, withCors } from './cors.ts';
import { decideAccess, type AccessDecision, type AccessPorts } from './http-access.ts';
import { readEvent, toCall, type HttpApiContext } from './http-call.ts';
import { findRoute } from './http-routes.ts';
import { TokenBucket } from './token-bucket.ts';

/** API Gateway waits no longer for a function. */
const LONGEST_INTEGRATION_MS = 30_000;

export interface HttpApiOptions extends HttpApiContext {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly access: AccessPorts;
  /** Calls the function behind a route. `method` is that of the request. */
  invoke(route: RouteResource, payload: string, method: string): Promise<Invocation>;
  /** Hears of each request: the line of the access log, and why it was refused. */
  onRequest(line: string, reason: string | undefined): void;
}

/** How an HTTP API answers. Raises a CloudError for what it cannot do here. */
export function createHttpApi(options: HttpApiOptions): (request: HttpRequest) => Promise<HttpReply> {
  checkRoutes(options);
  const { throttling, cors } = options.api;
  const bucket = throttling && new TokenBucket({ ...throttling, clock: options.clock });
  return async (request) => {
    const answer = await answerTo(request, options, bucket);
    const { event, reply } = answer;
    options.onRequest(accessLine(options.api.accessLogFormat, answer), answer.reason);
    if (!cors || !event || isPreflight(request.method, event.headers)) return reply;
    return withCors(reply, cors, event.headers);
  };
}

/** What became of a request. */
export interface HttpAnswer {
  readonly reply: HttpReply;
  readonly tookMs: number;
  /** None if the path cannot be read. */
  readonly event?: HttpEvent;
  readonly callerArn?: string | undefined;
  /** Why it got no answer of a function. */
  readonly reason?: string;
}

function checkRoutes({ api }: HttpApiContext): void {
  for (const { routeKey, authorization } of api.routes) {
    if (authorization.kind !== 'jwt') continue;
    throw new CloudError(
      'NOT_SUPPORTED',
      `the route "${routeKey}" of ${api.id} takes JSON Web Tokens of ${authorization.issuer}, whose keys are not ` +
        `available on this machine: synthesize the resources with another authorizer (such as IAM) for runs on this machine`,
    );
  }
}

async function answerTo(
  request: HttpRequest,
  options: HttpApiOptions,
  bucket: TokenBucket | undefined,
): Promise<HttpAnswer> {
  const startedAtMs = performance.now();
  const withTime = (answer: Omit<HttpAnswer, 'tookMs'>): HttpAnswer => {
    return { ...answer, tookMs: Math.round(performance.now() - startedAtMs) };
  };
  try {
    const event = readEvent(request, options, randomUUID(), options.clock.nowMs());
    if (bucket && !bucket.take())
      return withTime({ event, ...said(429, 'Too Many Requests', 'the throttle of the API') });
    const { cors } = options.api;
    if (cors && isPreflight(request.method, event.headers)) {
      return withTime({ event, reply: preflightReply(cors, event.headers) });
    }
    const match = findRoute(options.api.routes, request.method, event.rawPath);
    if (!match) return withTime({ event, ...said(404, 'Not Found', 'no route of the API') });
    const call = toCall(request, event, match, options);
    const access = await decideAccess(call, options.access);
    if (access.kind === 'refused') return withTime({ event: call.event, reply: access.reply, reason: access.reason });
    const result = await inTime(
      options.invoke(match.route, JSON.stringify(withAuthorizer(call.event, access)), request.method),
    );
    return withTime({ event: call.event, callerArn: access.callerArn, ...replyOf(result) });
  } catch (error) {
    if (error instanceof MalformedPathError) return withTime(said(400, 'Bad Request', error.message));
    throw error;
  }
}

function withAuthorizer(event: HttpEvent, { authorizer }: Extract<AccessDecision, { kind: 'allowed' }>): unknown {
  if (authorizer === undefined) return event;
  return { ...event, requestContext: { ...event.requestContext, authorizer } };
}

function replyOf(result: Invocation | 'late'): { readonly reply: HttpReply; readonly reason?: string } {
  if (result === 'late') return said(503, 'Service Unavailable', `no answer in ${LONGEST_INTEGRATION_MS / 1000} s`);
  switch (result.kind) {
    case 'succeeded':
      return { reply: toHttpReply(JSON.parse(result.payload || 'null')) };
    case 'failed':
      return said(500, 'Internal Server Error', `the function failed: ${result.payload}`);
    case 'throttled':
      return said(503, 'Service Unavailable', 'the function was throttled');
    case 'refused':
      if (result.statusCode === 503)
        return said(503, 'Service Unavailable: the local cloud is stopping', result.message);
      if (result.statusCode === 413) return said(413, 'Request Entity Too Large', result.message);
      return said(500, 'Internal Server Error', result.message);
  }
}

function said(statusCode: number, message: string, reason: string): { readonly reply: HttpReply; reason: string } {
  return { reply: gatewayReply(statusCode, message), reason };
}

/** The function goes on all the same. */
async function inTime(invocation: Promise<Invocation>): Promise<Invocation | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), LONGEST_INTEGRATION_MS);
  });
  try {
    return await Promise.race([invocation, late]);
  } finally {
    clearTimeout(timer);
  }
}
