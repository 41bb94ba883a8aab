/** The worker: takes turns of the runs that the queue of wakes names. */
import { randomBytes } from 'node:crypto';
import { createRegistry, type WorkflowSource } from '../lib/core/workflow-registry.ts';
import type { Logger } from '../lib/core/logger.ts';
import { createEngine, type RunningEngine } from '../lib/engine/engine.ts';
import { readWorkerSettings } from '../lib/lambda/environment.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import { readWake, type SqsBatchResponse, type SqsEvent, type SqsRecord } from '../lib/lambda/sqs-event.ts';
import { openPorts, oncePerProcess, type Overrides } from './function-ports.ts';

/** A Lambda handler for SQS events. */
export type WorkerHandler = (event: SqsEvent, context: HandlerContext) => Promise<SqsBatchResponse>;

/**
 * Makes the handler of the worker, for a Lambda that is fed by the queue of wakes. The event source needs
 * `ReportBatchItemFailures`: a turn that could not be taken comes again, the others of its batch do not.
 *
 * `workflows` is an array or a module's namespace. Its environment: `LULL_TABLE_NAME`, `LULL_QUEUE_URL`, and if you
 * like `LULL_LEASE_MS`, `LULL_VERSION`, `LULL_LOG_LEVEL`.
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
export function createWorkerHandler(workflows: WorkflowSource, overrides: Overrides = {}): WorkerHandler {
  const registry = createRegistry(workflows);
  const open = oncePerProcess(() => {
    const { version, leaseMs, ...settings } = readWorkerSettings(overrides.environment ?? process.env);
    const ports = openPorts(settings, overrides);
    const engine = createEngine({
      ...ports,
      registry,
      version,
      ...(leaseMs === undefined ? {} : { leaseMs }),
      newNonce: () => randomBytes(9).toString('base64url'),
      random: Math.random,
    });
    return { engine, log: ports.log, clock: ports.clock };
  });
  return async (event, context) => {
    const { engine, log, clock } = open();
    const deadlineAtMs = clock.nowMs() + context.getRemainingTimeInMillis();
    const { turns, malformed } = sortOut(event, log);
    const failed = await Promise.all(
      [...turns].map(async ([runId, records]) => {
        const isTaken = await takeTurn({ engine, log }, { runId, deadlineAtMs });
        return isTaken ? [] : records;
      }),
    );
    return { batchItemFailures: [...malformed, ...failed.flat()].map(toFailure) };
  };
}

/** Several wakes of one run are one turn. What is no wake fails each time, until the dead-letter queue has it. */
function sortOut(event: SqsEvent, log: Logger): { turns: Map<string, SqsRecord[]>; malformed: SqsRecord[] } {
  const turns = new Map<string, SqsRecord[]>();
  const malformed: SqsRecord[] = [];
  for (const record of event.Records) {
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
  { engine, log }: { engine: RunningEngine; log: Logger },
  wanted: { runId: string; deadlineAtMs: number },
): Promise<boolean> {
  try {
    await engine.takeTurn(wanted);
    return true;
  } catch (error) {
    log.error('a turn ended in an error; it is taken again', { runId: wanted.runId, error });
    return false;
  }
}

function toFailure({ messageId }: SqsRecord): { itemIdentifier: string } {
  return { itemIdentifier: messageId };
}
