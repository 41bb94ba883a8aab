/** The worker: takes the turns of the runs that the queue names. */
import { Duration } from 'aws-cdk-lib';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { OPERATIONS } from './grants.ts';
import { shortestLease, SWEEP_INTERVAL } from './sweeper.ts';
import { createFunction, type EngineParts } from './workflow-function.ts';
import type { WorkflowEngineProps } from './workflow-engine-props.ts';

export const WORKER_TIMEOUT = Duration.minutes(5);

/** Of an account that has the usual 1000 Lambdas at a time, a backlog leaves most. */
const MAX_CONCURRENCY = 100;

export function createWorker(scope: Construct, parts: EngineParts, defaultVersion: string | undefined): NodejsFunction {
  const { props } = parts;
  const version = props.version ?? defaultVersion;
  const worker = createFunction(scope, 'Worker', parts, {
    handler: 'worker',
    description: 'Takes turns of runs',
    memorySize: 1024,
    timeout: WORKER_TIMEOUT,
    // A run that wakes itself by its timers is a loop through the queue, and none that has to be stopped.
    recursiveLoop: RecursiveLoop.ALLOW,
    environment: {
      LULL_LEASE_MS: String(leaseDurationOf(props).toMilliseconds()),
      ...(version === undefined ? {} : { LULL_VERSION: version }),
    },
    options: props.workerOptions,
    operations: OPERATIONS.worker,
  });
  worker.addEventSource(
    new SqsEventSource(parts.queue, {
      batchSize: props.batchSize ?? 1,
      maxConcurrency: maxConcurrencyOf(props),
      reportBatchItemFailures: true,
    }),
  );
  return worker;
}

export function leaseDurationOf({ leaseDuration, sweepInterval = SWEEP_INTERVAL }: WorkflowEngineProps): Duration {
  return leaseDuration ?? shortestLease(sweepInterval);
}

export function maxConcurrencyOf({ maxConcurrency, workerOptions }: WorkflowEngineProps): number {
  const reserved = workerOptions?.reservedConcurrentExecutions ?? MAX_CONCURRENCY;
  return maxConcurrency ?? Math.max(2, Math.min(MAX_CONCURRENCY, reserved));
}
