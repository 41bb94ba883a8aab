/** The API: serves the HTTP routes from a Lambda behind an HTTP API or a function URL. */
import { Client } from '../lib/client/client.ts';
import { createRegistry, type WorkflowSource } from '../lib/core/workflow-registry.ts';
import { rememberFrames } from '../lib/engine/frames-of-process.ts';
import { createApi } from '../lib/http/api.ts';
import { readApiSettings } from '../lib/lambda/environment.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import { toHttpResult, toRequest, type HttpEvent, type HttpResult } from '../lib/aws/http-event.ts';
import type { FirstTurns } from '../lib/ports/first-turns.ts';
import { oncePerProcess, openPorts } from './function-ports.ts';
import type { WorkerOverrides } from './open-engine.ts';
import { openTableForCallers } from './open-table.ts';
import { serveInvocation } from './serve-invocation.ts';

/** What the API may be given besides. */
export interface ApiOverrides extends WorkerOverrides {
  /** It takes the first turns of the runs that it starts. Default: as `LULL_FIRST_TURNS` says. */
  readonly firstTurns?: boolean;
}

/** A Lambda handler for HTTP events of payload format 2.0. */
export type ApiHandler = (event: HttpEvent, context: HandlerContext) => Promise<HttpResult>;

/** What is left of an invocation when a request stops waiting for a run: enough to answer. */
const ANSWER_MS = 2_000;

/** What is left of it when a request is answered 503, whatever it waits for: the gateway waits no longer. */
const LAST_MS = 1_000;

/** A start or a message, with all its tries. */
const CALL_TIMEOUT_MS = 10_000;

/**
 * Makes the handler of the HTTP API, for a Lambda behind an HTTP API (payload format 2.0) or a function URL.
 * `GET /openapi.json` describes what it serves. The gateway in front of it decides which callers it lets in.
 *
 * `workflows` is an array or a module's namespace. Its environment: `LULL_TABLE_NAME`, `LULL_QUEUE_URL`, and if you
 * like `LULL_LOG_LEVEL`. With `LULL_FIRST_TURNS`, `true`, it takes the first turns of the runs that it starts: then it needs the
 * environment of the worker and its permissions, see `createFirstTurns`.
 *
 * @example
 * ```ts no-run
 * import { createApiHandler } from 'lull/lambda';
 *
 * const greet = workflow('greet', function* (name: string) {
 *   yield* sleep('1 day');
 *   return `Good morning, ${name}`;
 * });
 * export const handler = createApiHandler([greet]);
 * ```
 */
export function createApiHandler(workflows: WorkflowSource, overrides: ApiOverrides = {}): ApiHandler {
  const registry = createRegistry(workflows);
  rememberFrames(overrides.frames); // for queries, and for what runs wait for
  const open = oncePerProcess(() => {
    const settings = readApiSettings(overrides.environment ?? process.env);
    const ports = openPorts(settings, overrides, openTableForCallers);
    const firstTurns = (overrides.firstTurns ?? settings.firstTurns) ? lazyFirstTurns(workflows, overrides) : undefined;
    return createApi({
      client: new Client({ workflows, ...ports, firstTurns, callTimeout: CALL_TIMEOUT_MS }),
      workflows: registry.names(),
      log: ports.log,
    });
  });
  const handle: ApiHandler = async (event, context) => {
    const api = open();
    const remainingMs = context.getRemainingTimeInMillis();
    const maxWaitMs = Math.max(0, remainingMs - ANSWER_MS);
    const answersWithinMs = Math.max(0, remainingMs - LAST_MS);
    return await toHttpResult(await api.fetch(toRequest(event), { maxWaitMs, answersWithinMs }));
  };
  return (event, context) => serveInvocation(context, () => handle(event, context));
}

/** The engine is loaded by the first start alone: an API that takes no first turns never has it. */
function lazyFirstTurns(workflows: WorkflowSource, overrides: WorkerOverrides): FirstTurns {
  let made: Promise<FirstTurns> | undefined;
  const make = async (): Promise<FirstTurns> => {
    const { createFirstTurns } = await import('./create-first-turns.ts');
    return createFirstTurns(workflows, overrides);
  };
  return { take: async (request) => (await (made ??= make())).take(request) };
}
