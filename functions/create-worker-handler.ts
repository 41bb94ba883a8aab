/** The worker: takes turns of the runs that the queue of wakes names. */
import { checkInterceptors, interceptorsOf } from '../lib/engine/interceptors.ts';
import { createRegistry, type WorkflowSource } from '../lib/core/workflow-registry.ts';
import type { Logger } from '../lib/core/logger.ts';
import type { RunningEngine } from '../lib/engine/engine.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import type { Metrics } from '../lib/lambda/metrics.ts';
import { withScope } from '../lib/lambda/scope.ts';
import { readRecords, readWake, type SqsBatchResponse, type SqsEvent, type SqsRecord } from '../lib/aws/sqs-event.ts';
import { oncePerProcess } from './function-ports.ts';
import { openEngine, type WorkerOverrides } from './open-engine.ts';
import { serveInvocation } from './serve-invocation.ts';

/** A Lambda handler for SQS events. */
export type WorkerHandler = (event: SqsEvent, context: HandlerContext) => Promise<SqsBatchResponse>;

/**
 * Makes the handler of the worker, for a Lambda that is fed by the queue of wakes. The event source needs
 * `ReportBatchItemFailures`: a turn that could not be taken comes again, the others of its batch do not.
 *
 * `workflows` is an array or a module's namespace. Its environment: `LULL_TABLE_NAME`, `LULL_QUEUE_URL`, and if you
 * like `LULL_LEASE_MS`, `LULL_VERSION`, `LULL_LOG_LEVEL`, `LULL_SETTINGS` (JSON, such as `{"maxTasks":20000}`),
 * `LULL_PUBLIC_URL` (the address of the API where callbacks are completed without credentials), `LULL_EVENT_BUS` (the
 * name or the ARN of an EventBridge bus, which gets an event for each run that starts, ends or is blocked), `LULL_EVENT_ENGINE` (how
 * the engine is named there), and `LULL_PIN_RUNS`: `true` pins each run to the Lambda version that began it.
 *
 * @example
 * ```ts no-run
 * import { createWorkerHandler } from 'lull/lambda';
 *
 * const greet = workflow('greet', function* (name: string) {
 *   yield* sleep('1 day');
 *   return `Good morning, ${name}`;
 * });
 * export const handler = createWorkerHandler([greet]);
 * ```
 */
export function createWorkerHandler(workflows: WorkflowSource, overrides: WorkerOverrides = {}): WorkerHandler {
  const interceptors = checkInterceptors(overrides.interceptors ?? interceptorsOf(workflows));
  const registry = createRegistry(workflows);
  const open = oncePerProcess(() => openEngine({ registry, interceptors }, overrides));
  const handle: WorkerHandler = async (event, context) => {
    const { engine, log, clock, metrics, traces } = open();
    const deadlineAtMs = clock.nowMs() + context.getRemainingTimeInMillis();
    const { turns, malformed } = sortOut(event, log);
    const failed = await Promise.all(
      [...turns].map(async ([runId, records]) => {
        const isTaken = await withScope({ runId }, () => takeTurn({ engine, log, metrics }, { runId, deadlineAtMs }));
        return isTaken ? [] : records;
      }),
    );
    await traces.flush();
    return { batchItemFailures: [...malformed, ...failed.flat()].map(toFailure) };
  };
  return (event, context) => serveInvocation(context, () => handle(event, context));
}

/** Several wakes of one run are one turn. What is no wake fails each time, until the dead-letter queue has it. */
function sortOut(event: SqsEvent, log: Logger): { turns: Map<string, SqsRecord[]>; malformed: SqsRecord[] } {
  const turns = new Map<string, SqsRecord[]>();
  const malformed: SqsRecord[] = [];
  for (const record of readRecords(event)) {
    const wake = readWake(record);
    if (wake.kind === 'wake') {
      turns.set(wake.runId, [...(turns.get(wake.runId) ?? []), record]);
    } else {
      log.error(wake.problem, { messageId: record.messageId });
      malformed.push(record);
    }
  }
  return { turns, malformed };
}

/** False if the turn ended in an error: then the wake comes again. */
async function takeTurn(
  { engine, log, metrics }: { engine: RunningEngine; log: Logger; metrics: Metrics },
  wanted: { runId: string; deadlineAtMs: number },
): Promise<boolean> {
  try {
    await engine.takeTurn(wanted);
    return true;
  } catch (error) {
    log.error('a turn ended in an error; it is taken again', { runId: wanted.runId, error });
    metrics.turnFailed(wanted.runId);
    return false;
  }
}

function toFailure({ messageId }: SqsRecord): { itemIdentifier: string } {
  return { itemIdentifier: messageId };
}
