/** The schedules: starts the runs that EventBridge Scheduler asks for. */
import { beginCall } from '../lib/client/call-budget.ts';
import { startScheduled, type ScheduledRequest, type ScheduledStart } from '../lib/client/start-scheduled.ts';
import type { WorkflowSource } from '../lib/core/workflow-registry.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import { oncePerProcess, type Overrides } from './function-ports.ts';
import { openCallPorts } from './open-call-ports.ts';
import { serveInvocation } from './serve-invocation.ts';

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
  const open = oncePerProcess(() => openCallPorts(workflows, overrides));
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
