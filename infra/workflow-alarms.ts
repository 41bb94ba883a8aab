/** What somebody should be told of: each alarm says in its description what it means, and what to do. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  TreatMissingData,
  type IAlarmAction,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { WorkflowEngine } from './workflow-engine.ts';

/** Which engine is watched, and who is told. */
export interface WorkflowAlarmsProps {
  readonly engine: WorkflowEngine;
  /**
   * What an alarm does when it goes off, and when it is over: such as `new SnsAction(topic)`.
   *
   * @default - nothing; alarms are seen in the console
   */
  readonly actions?: readonly IAlarmAction[];
}

/**
 * Alarms of an engine, on metrics that AWS counts anyway: $0.10 a month each.
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
    for (const alarm of this.all) {
      if (actions.length > 0) {
        alarm.addAlarmAction(...actions);
        alarm.addOkAction(...actions);
      }
    }
  }

  /** Every alarm. */
  get all(): readonly Alarm[] {
    const { deadLetters, workerErrors, workerThrottles, sweeperErrors, sweeperStopped, apiErrors } = this;
    return [deadLetters, workerErrors, workerThrottles, sweeperErrors, sweeperStopped, apiErrors];
  }

  #above(
    id: string,
    threshold: number,
    { metric, description, periods = 1 }: { metric: IMetric; description: string; periods?: number },
  ): Alarm {
    return new Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: periods,
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
}
