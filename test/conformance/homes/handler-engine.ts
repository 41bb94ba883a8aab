/**
 * The testing kit with the functions that are deployed in the place of its engine: each turn is an SQS event for the
 * worker's handler, each sweep an event for the sweeper's, with their own loggers, metrics and settings. Table, queue
 * and clock are those of the kit, so that time jumps.
 */
import { createSweeperHandler } from '../../../functions/create-sweeper-handler.ts';
import { createWorkerHandler } from '../../../functions/create-worker-handler.ts';
import type { WorkerOverrides } from '../../../functions/open-engine.ts';
import type { WorkflowSource } from '../../../lib/core/workflow-registry.ts';
import { createEngine, type RunningEngine } from '../../../lib/engine/engine.ts';
import type { EngineOptions } from '../../../lib/engine/settings.ts';
import type { StartEngine } from '../../../lib/testing/cloud.ts';
import { sqsEvent } from '../../lambda/sample-events.ts';

export interface HandlerOptions {
  /** A new worker for each turn, which has nothing in memory. */
  readonly isCold: boolean;
  /** Takes what the functions write to their standard output. */
  readonly writeLine: (line: string) => void;
}

/** What a deployment tells its functions. */
export const ENVIRONMENT = {
  LULL_TABLE_NAME: 'runs',
  LULL_QUEUE_URL: 'https://sqs.example/wakes',
  LULL_ENGINE: 'Shop/Workflows',
  LULL_LOG_LEVEL: 'debug',
  LULL_SWEEP_AHEAD_MS: '60000',
  LULL_PUBLIC_URL: 'https://api.example',
};

function settingsOf({ strict = false, frames }: EngineOptions): object {
  return frames === undefined ? { strict } : { strict, snapshotRecords: 1, maxSnapshotPercent: 1_000_000 };
}

/** Runs that are looked at from beside (what a stuck run waits for) are looked at by an engine of the kit. */
export function startHandlers({ isCold, writeLine }: HandlerOptions): StartEngine {
  return (options: EngineOptions, workflows: WorkflowSource): RunningEngine => {
    const { store, wakes, clock, callBody, errorsToShow } = options;
    const overrides: WorkerOverrides = {
      store,
      wakes,
      clock,
      writeLine,
      environment: { ...ENVIRONMENT, LULL_SETTINGS: JSON.stringify(settingsOf(options)) },
      ...(options.frames && { frames: options.frames }),
      ...(callBody === undefined ? {} : { callBody }),
      ...(errorsToShow && { turnOfTheLoop: errorsToShow }),
    };
    const newWorker = (): ReturnType<typeof createWorkerHandler> => createWorkerHandler(workflows, overrides);
    const warmWorker = newWorker();
    const sweeper = createSweeperHandler(overrides);
    let invocations = 0;
    const contextUntil = (deadlineAtMs: number) => {
      invocations += 1;
      return {
        getRemainingTimeInMillis: () => Math.max(0, deadlineAtMs - clock.nowMs()),
        awsRequestId: `request-${invocations}`,
        functionName: 'worker',
      };
    };
    return {
      takeTurn: async ({ runId, deadlineAtMs }) => {
        const worker = isCold ? newWorker() : warmWorker;
        const event = sqsEvent(JSON.stringify({ runId }));
        const { batchItemFailures } = await worker(event, contextUntil(deadlineAtMs));
        if (batchItemFailures.length > 0) throw new Error(`the turn of run "${runId}" failed`);
        const run = await store.readRun(runId);
        if (run?.status !== 'blocked') return { kind: 'skipped', reason: 'not-due' };
        return { kind: 'blocked', error: new Error(`run "${runId}" is blocked: ${JSON.stringify(run.blocked)}`) };
      },
      sweep: () => sweeper({}, contextUntil(clock.nowMs() + 60_000)),
      inspectRun: (runId) => createEngine(options).inspectRun(runId),
      answerQuery: (query) => createEngine(options).answerQuery(query),
    };
  };
}
