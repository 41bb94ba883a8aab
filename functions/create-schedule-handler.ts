/** The schedules: starts the runs that EventBridge Scheduler asks for. */
import { beginCall } from '../lib/client/call-budget.ts';
import type { CallPorts } from '../lib/client/call-ports.ts';
import { RANDOM_IDS } from '../lib/client/identifiers.ts';
import { startScheduled, type ScheduledRequest, type ScheduledStart } from '../lib/client/start-scheduled.ts';
import { createRegistry, type WorkflowSource } from '../lib/core/workflow-registry.ts';
import { readFunctionSettings } from '../lib/lambda/environment.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import { oncePerProcess, openPorts, type Overrides } from './function-ports.ts';
import { serveInvocation } from './serve-invocation.ts';

/** It ends before the invocation does, which lasts 30 s; EventBridge asks again. */
const CALL_TIMEOUT_MS = 20_000;

/** A Lambda handler for what a schedule sends. */
export type ScheduleHandler = (request: ScheduledRequest, context?: HandlerContext) => Promise<ScheduledStart>;

/**
 * Makes the handler that starts runs by a schedule. A request that comes twice starts one run: its id is made of the
 * schedule's name and the time it is for. With `overlap: 'skip'` nothing is started while the schedule's last run goes
 * on.
 *
 * `workflows` is an array or a module's namespace. Its environment: `LULL_TABLE_NAME`, `LULL_QUEUE_URL`, and if you
 * like `LULL_LOG_LEVEL`.
 *
 * @example
 * ```ts no-run
 * import { createScheduleHandler } from 'lull/lambda';
 *
 * const report = workflow('report', function* () {
 *   yield* sleep('1 minute');
 * });
 * export const handler = createScheduleHandler([report]);
 * ```
 */
export function createScheduleHandler(workflows: WorkflowSource, overrides: Overrides = {}): ScheduleHandler {
  const open = oncePerProcess((): CallPorts => {
    const settings = readFunctionSettings(overrides.environment ?? process.env);
    const { store, wakes, clock, log } = openPorts(settings, overrides, { isForCallers: true });
    return {
      ...{ registry: createRegistry(workflows), clock, log, ids: RANDOM_IDS, callTimeoutMs: CALL_TIMEOUT_MS },
      openStore: () => Promise.resolve(store),
      openWakes: () => Promise.resolve(wakes),
    };
  });
  const handle = async (request: ScheduledRequest): Promise<ScheduledStart> => {
    const ports = open();
    const start = await startScheduled(beginCall(ports), request);
    const { schedule, scheduledAt } = request;
    const said = start.kind === 'started' ? 'a schedule started a run' : 'the last run of a schedule goes on: no other';
    ports.log.info(said, { schedule, scheduledAt, ...start });
    return start;
  };
  return (request, context) => serveInvocation(context, () => handle(request));
}
