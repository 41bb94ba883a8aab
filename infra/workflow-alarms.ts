/** Alarms on an engine. The description of each alarm says what it means, and what to do. */
import { Annotations, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  TreatMissingData,
  type IAlarmAction,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { LONGEST_BLOCKED_PAUSE_MS } from '../lib/ports/limits.ts';
import type { WorkflowEngine } from './workflow-engine.ts';

/**
 * The id of the warning about alarms without actions.
 *
 * @example
 * ```ts no-run
 * import { Annotations } from 'aws-cdk-lib';
 * import type { Construct } from 'constructs';
 *
 * declare const alarms: Construct;
 * Annotations.of(alarms).acknowledgeWarning(SILENT_ALARMS, 'the alarms are watched in the console');
 * ```
 */
export const SILENT_ALARMS = 'lull:silentAlarms';

/** Which engine is watched, and what its alarms do. */
export interface WorkflowAlarmsProps {
  readonly engine: WorkflowEngine;
  /**
   * What an alarm does when it goes off, and when it is over: such as `new SnsAction(topic)`.
   *
   * @default - nothing: alarms are seen in the console alone, and synth warns of it
   */
  readonly actions?: readonly IAlarmAction[];
}

/**
 * Alarms of an engine: $0.10 a month each. Three of them are on the engine's own metrics, and missing where it writes
 * none. `docs/operations.md` says of each what to do.
 *
 * @example
 * ```ts no-run
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import type { ITopic } from 'aws-cdk-lib/aws-sns';
 *
 * declare const engine: WorkflowEngine;
 * declare const topic: ITopic;
 * new WorkflowAlarms(engine, 'Alarms', { engine, actions: [new SnsAction(topic)] });
 * ```
 */
export class WorkflowAlarms extends Construct {
  /** A wake was received too often, or a schedule could start nothing. */
  readonly deadLetters: Alarm;
  /** Invocations of the worker crashed, ran out of memory or out of time. */
  readonly workerErrors: Alarm;
  /** The worker is asked for more often than it may run. */
  readonly workerThrottles: Alarm;
  /** Sweeps failed. */
  readonly sweeperErrors: Alarm;
  /** No sweeps at all: long timers do not fire, and dead workers' runs stay where they are. */
  readonly sweeperStopped: Alarm;
  /** The API answered with 5xx. */
  readonly apiErrors: Alarm;
  /** Runs are blocked, because the code cannot follow their journals. Undefined without metrics, as the next two. */
  readonly blockedRuns: Alarm | undefined;
  /** Runs are due, and no worker takes their turns. */
  readonly oldestDueRun: Alarm | undefined;
  /** Turns end in errors, again and again. */
  readonly failedTurns: Alarm | undefined;
  /** An audit has found a snapshot that differs from the replay of its run. Undefined without metrics or frames. */
  readonly wrongSnapshots: Alarm | undefined;

  constructor(scope: Construct, id: string, { engine, actions = [] }: WorkflowAlarmsProps) {
    super(scope, id);
    const period = Duration.minutes(5);
    const { queueName } = engine.deadLetterQueue;
    this.deadLetters = this.#above('DeadLetters', 0, {
      metric: engine.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'max' }),
      description:
        `A wake was received too often, or a schedule could start nothing: read the messages in ${queueName}, and the ` +
        "worker's log for the run that they name. The sweeper wakes the run again: nothing is lost.",
    });
    this.workerErrors = this.#above('WorkerErrors', 0, {
      metric: engine.worker.metricErrors({ period }),
      description:
        'The worker crashed, ran out of memory or out of time. Its runs go on by themselves; a step that does it again ' +
        'and again fails after 10 times. See its log for the step.',
    });
    this.workerThrottles = this.#above('WorkerThrottles', 0, {
      periods: 3,
      metric: engine.worker.metricThrottles({ period }),
      description: 'The account has no room for the worker: raise its concurrency, or lower maxConcurrency.',
    });
    this.sweeperErrors = this.#above('SweeperErrors', 0, {
      periods: 2,
      metric: engine.sweeper.metricErrors({ period }),
      description: 'Sweeps fail: long timers and the runs of dead workers are late. See the log of the sweeper.',
    });
    this.sweeperStopped = this.#stopped(engine);
    this.apiErrors = this.#above('ApiErrors', 0, {
      metric: engine.api.metricServerError({ period }),
      description: 'The HTTP API answered with 5xx: see the access log for the requests, and the API function for why.',
    });
    const hasMetrics = engine.engineName !== undefined;
    this.blockedRuns = hasMetrics ? this.#blocked(engine) : undefined;
    this.oldestDueRun = hasMetrics ? this.#overdue(engine) : undefined;
    this.failedTurns = hasMetrics ? this.#failing(engine) : undefined;
    this.wrongSnapshots = hasMetrics && engine.hasFrames ? this.#wrongSnapshots(engine) : undefined;
    if (actions.length === 0) this.#warnOfSilence();
    else {
      for (const alarm of this.all) {
        alarm.addAlarmAction(...actions);
        alarm.addOkAction(...actions);
      }
    }
  }

  /** Every alarm. */
  get all(): readonly Alarm[] {
    const { deadLetters, workerErrors, workerThrottles, sweeperErrors, sweeperStopped, apiErrors } = this;
    const own = [this.blockedRuns, this.oldestDueRun, this.failedTurns, this.wrongSnapshots].filter(
      (alarm) => alarm !== undefined,
    );
    return [deadLetters, workerErrors, workerThrottles, sweeperErrors, sweeperStopped, apiErrors, ...own];
  }

  #warnOfSilence(): void {
    Annotations.of(this).addWarningV2(
      SILENT_ALARMS,
      `these ${this.all.length} alarms have no actions: give WorkflowAlarms actions, such as [new SnsAction(topic)] with a ` +
        'topic that has subscribers. If seeing them in the console is enough, acknowledge this warning',
    );
  }

  #above(id: string, threshold: number, { metric, description, periods = 1, toAlarm = periods }: Watched): Alarm {
    return new Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: toAlarm,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
  }

  /** Where nothing is counted nothing ran. */
  #stopped(engine: WorkflowEngine): Alarm {
    return new Alarm(this, 'SweeperStopped', {
      metric: engine.sweeper.metricInvocations({ period: engine.sweepInterval }),
      threshold: 1,
      evaluationPeriods: 5,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription:
        'The sweeper does not run: long timers do not fire, and the runs of dead workers stay where they are. See ' +
        'whether its rule is enabled, and whether the account has room for it.',
    });
  }

  /**
   * A blocked run is seen at its first look. It is looked at again after as long as it is blocked already, 10 minutes at
   * most, by the sweep after that: as long as one look falls into the window, it is blocked still.
   */
  #blocked(engine: WorkflowEngine): Alarm {
    const windowMs = LONGEST_BLOCKED_PAUSE_MS + engine.sweepInterval.toMilliseconds() + LOOK_SLACK_MS;
    return this.#above('BlockedRuns', 0, {
      metric: engine.metric('RunsBlocked', { period: Duration.minutes(1) }),
      periods: Math.ceil(windowMs / 60_000),
      toAlarm: 1,
      description:
        'Runs are blocked: the code cannot follow their journals, mostly since a deployment changed it. See the log of ' +
        'the worker for both sides, and deploy code that can follow: they go on by themselves. Nothing is lost.',
    });
  }

  /** After so long some sweeps have woken the run already, and no worker took it. */
  #overdue(engine: WorkflowEngine): Alarm {
    const { sweepInterval } = engine;
    const thresholdMs = Math.max(SHORTEST_LAG_MS, 3 * sweepInterval.toMilliseconds());
    return this.#above('OldestDueRun', thresholdMs, {
      metric: engine.metric('OldestDueRunAge', { period: sweepInterval }),
      periods: 2,
      description:
        'Runs are due for minutes, and no worker takes their turns: the worker is throttled, stopped or too slow for what ' +
        'there is, or its event source is disabled. See maxConcurrency and the alarms of the worker.',
    });
  }

  /** One error is nothing: the turn is taken again. One in each of three periods is a run that cannot get on. */
  #failing(engine: WorkflowEngine): Alarm {
    return this.#above('FailedTurns', 0, {
      metric: engine.metric('TurnsFailed', { period: Duration.minutes(5) }),
      periods: 3,
      description:
        'Turns end in errors for a quarter of an hour, and are taken again: the table or a permission is missing, or one ' +
        'run cannot get on. See the log of the worker for "a turn ended in an error".',
    });
  }

  #wrongSnapshots(engine: WorkflowEngine): Alarm {
    return this.#above('WrongSnapshots', 0, {
      metric: engine.metric('SnapshotsWrong', { period: Duration.minutes(5) }),
      description:
        'An audit has found a snapshot that differs from the replay of its run. That run went on from the replay; others ' +
        'may be restored from such snapshots. Deploy without frames, and see the log of the worker for "a snapshot is wrong".',
    });
  }
}

interface Watched {
  readonly metric: IMetric;
  readonly description: string;
  readonly periods?: number;
  /** How many of the periods have to be above. Default: all. */
  readonly toAlarm?: number;
}

/** Until the wake is there and the look is counted. */
const LOOK_SLACK_MS = 60_000;
const SHORTEST_LAG_MS = 300_000;
