/**
 * Metrics as lines of the log in CloudWatch's embedded metric format: no call outside, no wait. One line for a turn, one
 * for a sweep that found something. What is zero is left out: a metric that is not written costs nothing.
 *
 * Written here and not by Powertools Metrics: that has one set of dimensions for all metrics of a line, and one of its
 * own that cannot be left out; each name and dimension is paid for.
 */
import type { TurnEnded, TurnOutcome } from '../ports/observer.ts';
import {
  ENGINE_DIMENSION,
  METRICS_BY_WORKFLOW,
  METRIC_NAMESPACE,
  METRIC_UNITS,
  WORKFLOW_DIMENSION,
  type MetricName,
} from './metric-names.ts';

export interface MetricsOptions {
  /** Names the engine: a dimension of every metric. */
  readonly engine: string;
  /** Takes one line, without its line break. */
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

/** As much of a sweep as is counted. */
export interface SweepCounts {
  readonly woken: number;
  readonly oldestDueMs: number | undefined;
}

export interface Metrics {
  turnEnded(event: TurnEnded, writeUnits: number): void;
  /** A turn ended in an error. The run is undefined where the message that led to it named none. */
  turnFailed(runId: string): void;
  swept(sweep: SweepCounts): void;
}

type Values = Partial<Record<MetricName, number>>;

export function createMetrics(options: MetricsOptions): Metrics {
  const emit = (values: Values, properties: Record<string, string | number> = {}): void => {
    const line = toMetricLine(options, values, properties);
    if (line !== undefined) options.write(line);
  };
  return {
    turnEnded(event, writeUnits) {
      const { runId, workflow, epoch, outcome } = event;
      emit({ ...valuesOf(event), WriteUnits: writeUnits }, { workflow, runId, epoch, outcome });
    },
    turnFailed: (runId) => emit({ TurnsFailed: 1 }, { runId }),
    swept: ({ woken, oldestDueMs = 0 }) => emit({ SweptRuns: woken, OldestDueRunAge: oldestDueMs }),
  };
}

/** Used where metrics are switched off. */
export const NO_METRICS: Metrics = {
  turnEnded: () => undefined,
  turnFailed: () => undefined,
  swept: () => undefined,
};

const RUNS: Readonly<Partial<Record<TurnOutcome, MetricName>>> = {
  completed: 'RunsCompleted',
  failed: 'RunsFailed',
  cancelled: 'RunsCancelled',
  terminated: 'RunsTerminated',
  blocked: 'RunsBlocked',
};

function valuesOf(event: TurnEnded): Values {
  const runs = RUNS[event.outcome];
  return {
    ...(runs === undefined ? {} : { [runs]: 1 }),
    RunsStarted: event.startsRun ? 1 : 0,
    TurnTime: event.atMs - event.beganAtMs,
    ReplayedEvents: event.replayedEvents,
    Steps: event.stepsBegun,
    StepRetries: event.stepRetries,
    TakeOvers: event.takesOver ? 1 : 0,
    ...snapshotsOf(event),
  };
}

function snapshotsOf({
  snapshots: { writtenBytes, restored, audited, wrong, refused, dropped } = {},
}: TurnEnded): Values {
  return {
    ...(writtenBytes === undefined ? {} : { SnapshotsWritten: 1 }),
    ...(restored === undefined ? {} : { SnapshotsRestored: 1 }),
    ...(audited === undefined ? {} : { SnapshotsAudited: 1 }),
    ...(wrong === undefined ? {} : { SnapshotsWrong: 1 }),
    ...(refused === undefined ? {} : { SnapshotsRefused: 1 }),
    ...(dropped === undefined ? {} : { SnapshotsDropped: 1 }),
  };
}

/** One line; undefined if there is nothing to say. `TurnTime` alone is said when it is zero: turns are counted by it. */
function toMetricLine(
  { engine, nowMs }: MetricsOptions,
  values: Values,
  properties: Record<string, string | number>,
): string | undefined {
  const said = (Object.entries(values) as [MetricName, number][]).filter(([name, n]) => n !== 0 || name === 'TurnTime');
  if (said.length === 0) return undefined;
  const names = said.map(([name]) => name);
  const byWorkflow = names.filter((name) => METRICS_BY_WORKFLOW.has(name));
  const others = names.filter((name) => !METRICS_BY_WORKFLOW.has(name));
  const directives = [
    directive(byWorkflow, [[ENGINE_DIMENSION], [ENGINE_DIMENSION, WORKFLOW_DIMENSION]]),
    directive(others, [[ENGINE_DIMENSION]]),
  ].flat();
  return JSON.stringify({
    _aws: { Timestamp: nowMs(), CloudWatchMetrics: directives },
    [ENGINE_DIMENSION]: engine,
    ...properties,
    ...Object.fromEntries(said),
  });
}

function directive(names: readonly MetricName[], dimensions: readonly string[][]): object[] {
  if (names.length === 0) return [];
  const metrics = names.map((name) => ({ Name: name, Unit: METRIC_UNITS[name] }));
  return [{ Namespace: METRIC_NAMESPACE, Dimensions: dimensions, Metrics: metrics }];
}
