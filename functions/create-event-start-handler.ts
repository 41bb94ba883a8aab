/** The event starts: starts the runs that rules of EventBridge ask for. */
import { beginCall } from '../lib/client/call-budget.ts';
import { startByEvent, type EventStarted, type EventStartRequest } from '../lib/client/start-by-event.ts';
import type { WorkflowSource } from '../lib/core/workflow-registry.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import { oncePerProcess, type Overrides } from './function-ports.ts';
import { openCallPorts } from './open-call-ports.ts';
import { serveInvocation } from './serve-invocation.ts';

/** A Lambda handler for what the rule of an event start sends. */
export type EventStartHandler = (request: EventStartRequest, context?: HandlerContext) => Promise<EventStarted>;

/**
 * Makes the handler that starts a run for each event of a rule. An event that comes twice starts one run: its id is made of
 * the names of the event start and of the event. An input that the workflow's schema refuses is an error: Lambda tries
 * again, and gives the event to the function's dead-letter queue.
 *
 * `workflows` is an array or a module's namespace. Its environment: `LULL_TABLE_NAME`, `LULL_QUEUE_URL`, and if you
 * like `LULL_LOG_LEVEL`.
 *
 * @example
 * ```ts no-run
 * import { createEventStartHandler } from 'lull/lambda';
 *
 * const thumbnails = workflow('thumbnails', function* (event: { detail: { object: { key: string } } }) {
 *   yield* step('resize', () => console.log(event.detail.object.key));
 * });
 * export const handler = createEventStartHandler([thumbnails]);
 * ```
 */
export function createEventStartHandler(workflows: WorkflowSource, overrides: Overrides = {}): EventStartHandler {
  const open = oncePerProcess(() => openCallPorts(workflows, overrides));
  const handle = async (request: EventStartRequest): Promise<EventStarted> => {
    const ports = open();
    const about = describe(request);
    try {
      const started = await startByEvent(beginCall(ports), request);
      ports.log.info('an event started a run', { ...about, ...started });
      return started;
    } catch (error) {
      ports.log.error('an event started no run: after two more tries it is a dead letter', { ...about, error });
      throw error;
    }
  };
  return (request, context) => serveInvocation(context, () => handle(request));
}

/** Of what may be anything: nothing of its detail is logged. */
function describe(request: Partial<EventStartRequest> | null | undefined): Record<string, unknown> {
  const { start, workflow, event } = request ?? {};
  const { id: eventId, source, 'detail-type': detailType } = event ?? ({} as Record<string, undefined>);
  return { start, workflow, eventId, source, detailType };
}
