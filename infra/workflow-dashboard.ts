/** An engine on one page, by its own metrics and those that AWS counts anyway. */
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { WorkflowEngine } from './workflow-engine.ts';

/** Which engine is shown. */
export interface WorkflowDashboardProps {
  readonly engine: WorkflowEngine;
}

/**
 * A CloudWatch dashboard of an engine: what becomes of its runs, what waits, what the worker does, what the API answers, what the table takes.
 * $3 a month, after the first three of an account.
 *
 * @example
 * ```ts no-run
 * declare const engine: WorkflowEngine;
 * new WorkflowDashboard(engine, 'Dashboard', { engine });
 * ```
 */
export class WorkflowDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { engine }: WorkflowDashboardProps) {
    super(scope, id);
    const { worker, sweeper, apiFunction, api, queue, deadLetterQueue, table } = engine;
    if (engine.engineName !== undefined) this.addWidgets(...ownGraphs(engine));
    this.addWidgets(
      graph('Wakes', [
        queue.metricApproximateNumberOfMessagesVisible({ label: 'waiting' }),
        queue.metricApproximateNumberOfMessagesDelayed({ label: 'later' }),
        deadLetterQueue.metricApproximateNumberOfMessagesVisible({ label: 'dead letters' }),
      ]),
      graph('Worker', [
        worker.metricInvocations({ label: 'invocations' }),
        worker.metricErrors({ label: 'errors' }),
        worker.metricThrottles({ label: 'throttles' }),
      ]),
      graph(
        'Worker, ms',
        percentiles((statistic) => worker.metricDuration({ statistic, label: statistic })),
      ),
      graph('Sweeper', [
        sweeper.metricInvocations({ label: 'invocations' }),
        sweeper.metricErrors({ label: 'errors' }),
        sweeper.metricDuration({ label: 'ms', statistic: 'max' }),
      ]),
    );
    this.addWidgets(
      graph('API', [
        api.metricCount({ label: 'requests' }),
        api.metricClientError({ label: '4xx' }),
        api.metricServerError({ label: '5xx' }),
      ]),
      graph(
        'API, ms',
        percentiles((statistic) => api.metricLatency({ statistic, label: statistic })),
      ),
      graph('API function', [
        apiFunction.metricErrors({ label: 'errors' }),
        apiFunction.metricThrottles({ label: 'throttles' }),
      ]),
      graph('Table, units', [
        table.metricConsumedWriteCapacityUnits({ label: 'written' }),
        table.metricConsumedReadCapacityUnits({ label: 'read' }),
        table.metricThrottledRequestsForOperations({
          label: 'throttled',
          operations: [Operation.PUT_ITEM, Operation.UPDATE_ITEM, Operation.GET_ITEM, Operation.QUERY],
        }),
      ]),
    );
  }
}

function ownGraphs(engine: WorkflowEngine): GraphWidget[] {
  return [
    graph('Runs', [
      engine.metric('RunsStarted', { label: 'started' }),
      engine.metric('RunsCompleted', { label: 'completed' }),
      engine.metric('RunsFailed', { label: 'failed' }),
      engine.metric('RunsCancelled', { label: 'cancelled' }),
      engine.metric('RunsTerminated', { label: 'terminated' }),
      engine.metric('RunsBlocked', { label: 'looks at blocked runs' }),
    ]),
    graph('Turns, ms', [
      ...percentiles((statistic) => engine.metric('TurnTime', { statistic, label: statistic })),
      engine.metric('OldestDueRunAge', { label: 'oldest due run' }),
    ]),
    graph('Turns', [
      engine.metric('TurnTime', { statistic: 'n', label: 'turns' }),
      engine.metric('TurnsFailed', { label: 'ended in errors' }),
      engine.metric('TakeOvers', { label: 'taken over' }),
      engine.metric('SweptRuns', { label: 'woken by the sweeper' }),
    ]),
    graph('Steps', [
      engine.metric('Steps', { label: 'bodies begun' }),
      engine.metric('StepRetries', { label: 'of these, again' }),
      engine.metric('ReplayedEvents', { label: 'events replayed' }),
      engine.metric('SnapshotsWritten', { label: 'snapshots written' }),
      engine.metric('SnapshotsRestored', { label: 'snapshots restored' }),
      engine.metric('SnapshotsAudited', { label: 'snapshots audited' }),
      engine.metric('SnapshotsWrong', { label: 'wrong snapshots' }),
      engine.metric('SnapshotsRefused', { label: 'runs that have none' }),
      engine.metric('SnapshotsDropped', { label: 'snapshots dropped' }),
      engine.metric('WriteUnits', { label: 'write units' }),
    ]),
  ];
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 6 });
}

function percentiles(metric: (statistic: string) => IMetric): IMetric[] {
  return ['p50', 'p90', 'p99'].map(metric);
}
