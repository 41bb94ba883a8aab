/** What a route gets of a request. */
import type { HonoRequest } from 'hono';
import type { Client } from '../client/client.ts';
import { describeValue } from '../core/describe-value.ts';
import { readJsonBody } from './json-body.ts';
import { InvalidRequestError } from './problem.ts';
import { type Call, pathParametersOf, type Route } from './route.ts';

/** What comes with each request. */
export interface ApiContext {
  /** How long this request may wait for a run. Default, and most: 25 s. */
  readonly maxWaitMs?: number;
  /** What has no answer by then is a 503. Default: no limit. */
  readonly answersWithinMs?: number;
}

/** API Gateway gives an answer 30 s. */
const LONGEST_WAIT_MS = 25_000;

export function readCall(
  route: Route,
  request: HonoRequest,
  given: ApiContext & { readonly client: Client; readonly workflows: readonly string[] },
): Call<Record<string, unknown>> {
  const { client, workflows, maxWaitMs = LONGEST_WAIT_MS } = given;
  return {
    client,
    workflows,
    path: Object.fromEntries(pathParametersOf(route.path).map((name) => [name, request.param(name) ?? ''])),
    query: readQuery(route, request.queries()),
    idempotencyKey: request.header('idempotency-key'),
    events: takesEvents(request) ? { lastId: request.header('last-event-id') } : undefined,
    maxWaitMs: Math.min(LONGEST_WAIT_MS, maxWaitMs),
    body: () => readJsonBody(request.raw),
  };
}

/** Asked for by name: a caller that takes anything gets JSON. */
function takesEvents(request: HonoRequest): boolean {
  return (request.header('accept') ?? '').split(',').some((type) => type.split(';')[0]?.trim() === 'text/event-stream');
}

/** The caller's, or the gateway's, if it is harmless in a log line; else a new one. */
export function requestIdOf(request: HonoRequest): string {
  const given = request.header('x-request-id') ?? '';
  return /^[\w.:=+/-]{1,128}$/.test(given) ? given : crypto.randomUUID();
}

/** A parameter that a route does not know is an error: a filter that is misspelt would show everything. */
function readQuery({ query = {} }: Route, given: Readonly<Record<string, string[]>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, texts]) => {
      const parameter = Object.hasOwn(query, name) ? query[name] : undefined;
      if (parameter === undefined) throw unknownParameter(name, Object.keys(query));
      return [name, parameter.read(texts.join(','), name)];
    }),
  );
}

function unknownParameter(name: string, known: readonly string[]): InvalidRequestError {
  const which = known.length === 0 ? 'this address takes none' : `there are ${known.join(', ')}`;
  return new InvalidRequestError('INVALID_ARGUMENT', `there is no parameter ${describeValue(name)} here: ${which}`);
}
