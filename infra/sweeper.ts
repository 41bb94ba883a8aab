/** The sweeper, and how long it takes until a dead worker's run goes on. */
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { LONGEST_WAKE_DELAY_MS } from '../lib/ports/limits.ts';
import { OPERATIONS } from './grants.ts';
import { createFunction, type EngineParts } from './workflow-function.ts';

/**
 * What comes on top of the sweeper's period before the run of a dead worker takes a turn again, at the worst: the rule
 * is late (some seconds), the sweeper starts cold and reads (10 s), the index is behind (1 s), the wake is on its way
 * (5 s).
 */
const SWEEP_SLACK = Duration.seconds(30);

/**
 * A worker that died leaves a lease that runs on for at most one lease time; then the next sweep finds its run. That
 * sweep is within another lease time, which is what is promised (I7), if the lease is at least so long.
 */
export function shortestLease(sweepInterval: Duration): Duration {
  return sweepInterval.plus(SWEEP_SLACK);
}

export const SWEEP_INTERVAL = Duration.minutes(1);

/** A wake is sent for what falls due before the next sweep, however late that is; the queue takes 15 minutes at most. */
function sweepAhead(sweepInterval: Duration): Duration {
  return Duration.millis(Math.min(LONGEST_WAKE_DELAY_MS, sweepInterval.plus(SWEEP_SLACK).toMilliseconds()));
}

export function createSweeper(
  scope: Construct,
  parts: EngineParts,
  { version, worker }: { readonly version: string | undefined; readonly worker: NodejsFunction },
): { sweeper: NodejsFunction; sweeperRule: Rule } {
  const { sweepInterval = SWEEP_INTERVAL, sweeperOptions } = parts.props;
  const sweeper = createFunction(scope, 'Sweeper', parts, {
    handler: 'sweeper',
    description: 'Wakes the runs that are due and that no worker runs',
    memorySize: 256,
    timeout: Duration.minutes(1),
    environment: {
      LULL_SWEEP_AHEAD_MS: String(sweepAhead(sweepInterval).toMilliseconds()),
      // Not read: with other code of the workflows it starts anew, and its first sweep wakes the runs that are blocked.
      ...(version === undefined ? {} : { LULL_VERSION: version }),
    },
    options: sweeperOptions,
    operations: OPERATIONS.sweeper,
    hasPayloads: false,
  });
  sweeper.node.addDependency(worker); // the runs that it wakes are to meet the new code
  const sweeperRule = new Rule(scope, 'SweeperRule', {
    schedule: Schedule.rate(sweepInterval),
    // A sweep that fails is not tried again: the next one is on its way.
    targets: [new LambdaFunction(sweeper, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
  });
  return { sweeper, sweeperRule };
}
