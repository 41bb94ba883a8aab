/** The engine's own metrics: under which name they are written, and how they are looked at. */
import { Stack, Token } from 'aws-cdk-lib';
import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import {
  ENGINE_DIMENSION,
  METRIC_NAMESPACE,
  METRIC_UNITS,
  WORKFLOW_DIMENSION,
  type MetricName,
} from '../lib/lambda/metric-names.ts';

const LONGEST_NAME = 255;

/** The stack's name and the way to the construct within it, as in `Shop/Workflows`: no other engine of a region has it. */
export function engineNameOf(engine: Construct): string {
  let root = Stack.of(engine);
  while (root.nestedStackParent) root = root.nestedStackParent;
  const within = engine.node.scopes.slice(engine.node.scopes.indexOf(root) + 1).map(({ node }) => node.id);
  const name = [root.stackName, ...within].join('/');
  return Token.isUnresolved(name) ? name : name.replace(/[^\x20-\x7e]/g, '-').slice(-LONGEST_NAME);
}

/** Which of an engine's metrics. */
export interface WorkflowMetricOptions extends MetricOptions {
  /**
   * Of this workflow alone: for RunsStarted, RunsCompleted, RunsFailed, RunsBlocked. The others are there for the whole
   * engine.
   *
   * @default - of all workflows
   */
  readonly workflow?: string;
}

export function engineMetric(engineName: string, name: MetricName, options: WorkflowMetricOptions = {}): Metric {
  const { workflow, ...rest } = options;
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: {
      [ENGINE_DIMENSION]: engineName,
      ...(workflow === undefined ? {} : { [WORKFLOW_DIMENSION]: workflow }),
    },
    statistic: METRIC_UNITS[name] === 'Count' ? Stats.SUM : Stats.MAXIMUM,
    ...rest,
  });
}
