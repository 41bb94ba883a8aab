/** The HTTP API: the web's own requests in, responses out. It knows nothing of Lambda. */
import { Hono } from 'hono';
import type { Client } from '../client/client.ts';
import { LullError } from '../core/errors.ts';
import { toError } from '../core/to-error.ts';
import type { Logger } from '../core/logger.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { callbackRoutes } from './callback-routes.ts';
import { entityRoutes } from './entity-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { describeApi } from './openapi.ts';
import { internalProblem, type Problem, problemOf, toProblem } from './problem.ts';
import { type ApiContext, readCall, requestIdOf } from './read-call.ts';
import type { Answer, Call, Route } from './route.ts';
import { queryRoutes } from './query-routes.ts';
import { repairRoutes } from './repair-routes.ts';
import { runRoutes } from './run-routes.ts';
import { poolRoutes } from './pool-routes.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { startRoute } from './start-route.ts';
import { streamRoutes } from './stream-routes.ts';
import { toJson } from './to-json.ts';
import { updateRoutes } from './update-routes.ts';
import { withStartRoutes } from './with-start-routes.ts';
import { workflowRoutes } from './workflow-routes.ts';

export interface ApiOptions {
  readonly client: Client;
  /** Names of the workflows that there are. */
  readonly workflows: readonly string[];
  readonly log: Logger;
}

interface ApiEnv {
  Bindings: ApiContext;
  Variables: { requestId: string };
}

/** `api.fetch(request, context)` answers a request. */
export type Api = Hono<ApiEnv>;

export const ROUTES: readonly Route[] = [
  startRoute,
  ...runRoutes,
  ...messageRoutes,
  ...repairRoutes,
  ...queryRoutes,
  ...updateRoutes,
  ...streamRoutes,
  ...withStartRoutes,
  ...entityRoutes,
  ...callbackRoutes,
  ...bulkRoutes,
  ...scheduleRoutes,
  ...poolRoutes,
  ...workflowRoutes,
];

export function createApi({ client, workflows, log }: ApiOptions): Api {
  const api: Api = new Hono();
  api.use(async (context, next) => {
    context.set('requestId', requestIdOf(context.req));
    await next();
    context.header('x-request-id', context.get('requestId'));
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
  });
  for (const route of ROUTES) {
    api.on(route.method, toPattern(route.path), async (context) =>
      toResponse(
        // Without an environment it is undefined, whatever its type says.
        await inTime({ ...context.env }.answersWithinMs, () =>
          handle(route, readCall(route, context.req, { client, workflows, ...context.env })),
        ),
      ),
    );
  }
  api.get('/openapi.json', (context) => context.json(describeApi(ROUTES, workflows)));
  api.notFound((context) => refuseAddress(context.req));
  api.onError((error, context) => refuse(error, { log, requestId: context.get('requestId') }));
  return api;
}

/** After the gateway's time limit an answer would not arrive: there is one before that. */
async function inTime(answersWithinMs: number = Infinity, answer: () => Promise<Answer>): Promise<Answer> {
  if (answersWithinMs === Infinity) return answer();
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<never>((_resolve, reject) => {
    const problem = `there was no answer within ${Math.round(answersWithinMs)} ms: it may have happened, so ask again with the same id or key`;
    timer = setTimeout(() => reject(new LullError('STORE_UNAVAILABLE', problem)), answersWithinMs);
  });
  try {
    return await Promise.race([answer(), isOver]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a schema of the author's throws need not be an Error. */
async function handle(route: Route, call: Call<Record<string, unknown>>): Promise<Answer> {
  try {
    return await route.handle(call);
  } catch (error) {
    throw toError(error);
  }
}

/** The name of a signal, a query, an update or a stream ends its path, and may have slashes in it. */
const NAME_AT_THE_END = /\/(signals|queries|updates|streams)\/\{(\w+)\}$/;

/** As hono writes it. */
function toPattern(path: string): string {
  return path.replace(NAME_AT_THE_END, '/$1/:$2{.+}').replace(/\/\{(\w+)\}/g, '/:$1');
}

function toResponse({ status, body, eventStream, headers = {} }: Answer): Response {
  if (status === 204) return new Response(null, { status, headers });
  if (eventStream !== undefined) {
    return new Response(eventStream, { status, headers: { 'content-type': 'text/event-stream', ...headers } });
  }
  const text = JSON.stringify(toJson(body));
  checkAnswerSize(text);
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** Lambda gives 6 MB, and has an answer as a text in JSON, in which quotes and backslashes count twice. */
const ANSWER_LIMIT_BYTES = 6_200_000;

function checkAnswerSize(text: string): void {
  if (text.length < ANSWER_LIMIT_BYTES / 6) return; // no character makes more bytes than six
  const bytes = Buffer.byteLength(JSON.stringify(text));
  if (bytes <= ANSWER_LIMIT_BYTES) return;
  throw new LullError(
    'VALUE_TOO_LARGE',
    `the answer has ${bytes} bytes, and can have ${ANSWER_LIMIT_BYTES}: read it with the client`,
  );
}

/** The caller gets its own mistakes and temporary failures; our failures are logged and answered with the request id. */
function refuse(error: Error, { log, requestId }: { log: Logger; requestId: string }): Response {
  const known = toProblem(error);
  if (known?.problem.code === 'PAYLOAD_KEY') log.warn('a request needs the payload key', { requestId, error });
  else if (known?.problem.status === 503) log.warn('a request found the store silent', { requestId, error });
  if (known !== undefined) return problemResponse(known.problem, known.headers);
  log.error('a request failed', { requestId, error });
  return problemResponse(internalProblem(requestId));
}

function refuseAddress({ method, path }: { method: string; path: string }): Response {
  const methods: string[] = ROUTES.filter((route) => toRegExp(route.path).test(path)).map((route) => route.method);
  if (path === '/openapi.json') methods.push('GET');
  const allow = methods.join(', ');
  return allow === ''
    ? problemResponse(problemOf('NOT_FOUND', `there is nothing at ${path}: GET /openapi.json says what there is`))
    : problemResponse(problemOf('METHOD_NOT_ALLOWED', `${path} does not take ${method}: it takes ${allow}`), { allow });
}

function toRegExp(path: string): RegExp {
  return new RegExp(`^${path.replace(NAME_AT_THE_END, '/$1/.+').replace(/\{\w+\}/g, '[^/]+')}$`);
}

function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}
