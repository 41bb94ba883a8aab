/** A request to an HTTP API with the route that it takes: what functions and authorizers get of it. */
import { toHttpEvent, type HttpEvent, type HttpRequest } from './http-event.ts';
import type { Resources, HttpApiResource } from '../../resources.ts';
import type { RouteMatch } from './http-routes.ts';

export interface HttpCall {
  readonly request: HttpRequest;
  readonly match: RouteMatch;
  /** In payload format 2.0, without what an authorizer says. */
  readonly event: HttpEvent;
  /** What `execute-api:Invoke` has to be allowed on. */
  readonly resourceArn: string;
}

export type HttpApiContext = Pick<Resources, 'accountId'> & { readonly api: HttpApiResource };

/** An event in which no route was chosen. Raises a MalformedPathError. */
export function readEvent(request: HttpRequest, parts: HttpApiContext, requestId: string, nowMs: number): HttpEvent {
  const event = toHttpEvent(request, requestId, nowMs);
  const { host } = new URL(parts.api.url);
  return {
    ...event,
    requestContext: {
      ...event.requestContext,
      accountId: parts.accountId,
      apiId: parts.api.apiId,
      domainName: event.headers['host'] ?? host,
      domainPrefix: parts.api.apiId,
      time: toLogTime(nowMs),
    },
  };
}

export function toCall(request: HttpRequest, event: HttpEvent, match: RouteMatch, parts: HttpApiContext): HttpCall {
  const { routeKey } = match.route;
  const { stage, http } = event.requestContext;
  const hasParameters = Object.keys(match.pathParameters).length > 0;
  return {
    request,
    match,
    event: {
      ...event,
      routeKey,
      ...(hasParameters ? { pathParameters: match.pathParameters } : {}),
      requestContext: { ...event.requestContext, routeKey },
    },
    resourceArn: `${parts.api.arn}/${stage}/${http.method}${http.path}`,
  };
}

/** `22/Nov/2026:12:00:00 +0000` */
function toLogTime(ms: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day ?? ''}/${month ?? ''}/${year ?? ''}:${time ?? ''} +0000`;
}
