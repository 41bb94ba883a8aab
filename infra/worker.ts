/** The worker: takes the turns of the runs that the queue names. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, RecursiveLoop, type IVersion } from 'aws-cdk-lib/aws-lambda';
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

export function createWorker(scope: Construct, parts: EngineParts, version: string | undefined): NodejsFunction {
  const { props } = parts;
  const worker = createFunction(scope, 'Worker', parts, {
    handler: 'worker',
    description: 'Takes turns of runs',
    memorySize: 1024,
    timeout: WORKER_TIMEOUT,
    // A run that wakes itself by its timers is a loop through the queue, and none that has to be stopped.
    recursiveLoop: RecursiveLoop.ALLOW,
    environment: {
      ...turnEnvironment(props, version),
      ...(props.versions === 'pinned' ? { LULL_PIN_RUNS: 'true' } : {}),
    },
    options: {
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...props.workerOptions,
    },
    operations: OPERATIONS.worker,
    hasFrames: true,
  });
  const fed = props.versions === 'pinned' ? createLiveAlias(scope, worker) : worker;
  fed.addEventSource(
    new SqsEventSource(parts.queue, {
      batchSize: props.batchSize ?? 1,
      maxConcurrency: maxConcurrencyOf(props),
      reportBatchItemFailures: true,
    }),
  );
  return worker;
}

/** The environment of each function that takes turns. */
export function turnEnvironment(props: WorkflowEngineProps, version: string | undefined): Record<string, string> {
  return {
    LULL_LEASE_MS: String(leaseDurationOf(props).toMilliseconds()),
    ...(version === undefined ? {} : { LULL_VERSION: version }),
    ...(props.settings === undefined ? {} : { LULL_SETTINGS: JSON.stringify(props.settings) }),
  };
}

/**
 * The queue feeds the version that was deployed last; the versions before it stay, for the runs that they began. Not by
 * `grantInvoke`: in the role's own policy, on which the function depends, it would depend on itself.
 */
function createLiveAlias(scope: Construct, worker: NodejsFunction): Alias {
  const alias = new Alias(scope, 'WorkerLive', { aliasName: 'live', version: worker.currentVersion as IVersion });
  const policy = new Policy(scope, 'WorkerForwards', {
    statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [`${worker.functionArn}:*`] })],
  });
  worker.role?.attachInlinePolicy(policy);
  return alias;
}

export function leaseDurationOf({ leaseDuration, sweepInterval = SWEEP_INTERVAL }: WorkflowEngineProps): Duration {
  return leaseDuration ?? shortestLease(sweepInterval);
}

export function maxConcurrencyOf({ maxConcurrency, workerOptions }: WorkflowEngineProps): number {
  const reserved = workerOptions?.reservedConcurrentExecutions ?? MAX_CONCURRENCY;
  return maxConcurrency ?? Math.max(2, Math.min(MAX_CONCURRENCY, reserved));
}
