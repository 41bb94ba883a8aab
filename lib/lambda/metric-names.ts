/** The metrics of an engine, as CloudWatch has them. What CDK's alarms watch is what the functions write. */

export const METRIC_NAMESPACE = 'lull';

/** Every metric is there for an engine; those of `METRICS_BY_WORKFLOW` also for each of its workflows. */
export const METRIC_UNITS = {
  RunsStarted: 'Count',
  RunsCompleted: 'Count',
  RunsFailed: 'Count',
  RunsCancelled: 'Count',
  RunsTerminated: 'Count',
  RunsBlocked: 'Count',
  TurnTime: 'Milliseconds',
  TurnsFailed: 'Count',
  ReplayedEvents: 'Count',
  Steps: 'Count',
  StepRetries: 'Count',
  TakeOvers: 'Count',
  WriteUnits: 'Count',
  SnapshotsWritten: 'Count',
  SnapshotsRestored: 'Count',
  SnapshotsAudited: 'Count',
  SnapshotsWrong: 'Count',
  SnapshotsRefused: 'Count',
  SnapshotsDropped: 'Count',
  SweptRuns: 'Count',
  OldestDueRunAge: 'Milliseconds',
} as const;

/** The name of a metric that an engine writes: `docs/operations.md` says what each counts. */
export type MetricName = keyof typeof METRIC_UNITS;

/** Few, since each costs as much again for each workflow. */
export const METRICS_BY_WORKFLOW: ReadonlySet<string> = new Set<MetricName>([
  'RunsStarted',
  'RunsCompleted',
  'RunsFailed',
  'RunsBlocked',
]);

/** Names of dimensions. */
export const ENGINE_DIMENSION = 'engine';
export const WORKFLOW_DIMENSION = 'workflow';
