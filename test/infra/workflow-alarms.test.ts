import { Annotations as ConstructAnnotations, Duration, NestedStack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, test } from 'vitest';
import { SILENT_ALARMS, WorkflowAlarms, WorkflowDashboard, WorkflowEngine } from '../../infra/index.ts';
import { METRIC_UNITS } from '../../lib/lambda/metric-names.ts';
import { createEngine, ENTRY, propertiesOf } from './synthesized.ts';

let template: Template;
let alarms: WorkflowAlarms;

beforeAll(() => {
  const { stack, engine } = createEngine();
  alarms = new WorkflowAlarms(stack, 'Alarms', { engine, actions: [new SnsAction(new Topic(stack, 'Topic'))] });
  new WorkflowDashboard(stack, 'Dashboard', { engine });
  template = Template.fromStack(stack);
});

test('each alarm tells the topic, when it goes off and when it is over, and says what to do', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', alarms.all.length);
  for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
    const { AlarmActions, OKActions, AlarmDescription } = Properties as Record<string, unknown>;
    expect(AlarmActions).toHaveLength(1);
    expect(OKActions).toEqual(AlarmActions);
    expect(JSON.stringify(AlarmDescription).length).toBeGreaterThan(60);
  }
});

test('alarms without actions are warned of at synth, until that is acknowledged', () => {
  const { stack, engine } = createEngine();
  const silent = new WorkflowAlarms(stack, 'Silent', { engine });
  const warnings = (): unknown[] =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => entry.data);
  expect(warnings()).toEqual([expect.stringMatching(/these \d+ alarms have no actions: give WorkflowAlarms actions/)]);
  ConstructAnnotations.of(silent).acknowledgeWarning(SILENT_ALARMS);
  expect(warnings()).toEqual([]);
});

test('alarms with actions are no warning', () => {
  const { stack, engine } = createEngine();
  new WorkflowAlarms(stack, 'Alarms', { engine, actions: [new SnsAction(new Topic(stack, 'Topic'))] });
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('one dead letter is an alarm, none is none', () => {
  expect(propertiesOf(template, 'AWS::CloudWatch::Alarm', 'DeadLetters')).toMatchObject({
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    Dimensions: [
      { Name: 'QueueName', Value: { 'Fn::GetAtt': [expect.stringContaining('DeadLetterQueue'), 'QueueName'] } },
    ],
  });
});

test('five minutes without a sweep are an alarm, also where nothing is counted', () => {
  expect(propertiesOf(template, 'AWS::CloudWatch::Alarm', 'SweeperStopped')).toMatchObject({
    MetricName: 'Invocations',
    Period: 60,
    EvaluationPeriods: 5,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

test('the dashboard shows metrics of every part', () => {
  const body = JSON.stringify(propertiesOf(template, 'AWS::CloudWatch::Dashboard')['DashboardBody']);
  for (const part of [
    'WorkflowsQueue',
    'DeadLetterQueue',
    'WorkflowsWorker',
    'WorkflowsSweeper',
    'WorkflowsApi',
    'WorkflowsTable',
  ]) {
    expect(body).toContain(part);
  }
});

describe('on the engine’s own metrics', () => {
  const dimensions = [{ Name: 'engine', Value: 'Shop/Workflows' }];

  test('a blocked run is an alarm within a minute, and none when no look at one falls into the longest pause', () => {
    expect(propertiesOf(template, 'AWS::CloudWatch::Alarm', 'BlockedRuns')).toMatchObject({
      Namespace: 'lull',
      MetricName: 'RunsBlocked',
      Dimensions: dimensions,
      Statistic: 'Sum',
      Period: 60,
      Threshold: 0,
      // 10 minutes of pause, a sweep, and a minute
      EvaluationPeriods: 12,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('a run that is due for 5 minutes at two sweeps is an alarm', () => {
    expect(propertiesOf(template, 'AWS::CloudWatch::Alarm', 'OldestDueRun')).toMatchObject({
      MetricName: 'OldestDueRunAge',
      Dimensions: dimensions,
      Statistic: 'Maximum',
      Period: 60,
      Threshold: 300_000,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
    });
  });

  test('turns that end in errors for a quarter of an hour are an alarm, one of them is none', () => {
    expect(propertiesOf(template, 'AWS::CloudWatch::Alarm', 'FailedTurns')).toMatchObject({
      MetricName: 'TurnsFailed',
      Dimensions: dimensions,
      Statistic: 'Sum',
      Period: 300,
      Threshold: 0,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
    });
  });

  test('one snapshot that an audit has found wrong is an alarm, where there are snapshots', () => {
    template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { MetricName: 'SnapshotsWrong' }, 0);
    const { stack, engine } = createEngine({ frames: true });
    new WorkflowAlarms(stack, 'Alarms', { engine });
    expect(propertiesOf(Template.fromStack(stack), 'AWS::CloudWatch::Alarm', 'WrongSnapshots')).toMatchObject({
      MetricName: 'SnapshotsWrong',
      Statistic: 'Sum',
      Threshold: 0,
      EvaluationPeriods: 1,
    });
  });

  test('windows follow the sweep interval', () => {
    const { stack, engine } = createEngine({ sweepInterval: Duration.minutes(5) });
    new WorkflowAlarms(stack, 'Alarms', { engine });
    const slow = Template.fromStack(stack);
    expect(propertiesOf(slow, 'AWS::CloudWatch::Alarm', 'BlockedRuns')).toMatchObject({ EvaluationPeriods: 16 });
    expect(propertiesOf(slow, 'AWS::CloudWatch::Alarm', 'OldestDueRun')).toMatchObject({
      Period: 300,
      Threshold: 900_000,
    });
  });

  test('the dashboard shows those that the functions write, and no others', () => {
    const body = JSON.stringify(propertiesOf(template, 'AWS::CloudWatch::Dashboard')['DashboardBody']);
    const shown = [...body.matchAll(/lull\\+",\\+"(\w+)\\+"/g)].map(([, name]) => name);
    expect([...new Set(shown)].sort()).toEqual(Object.keys(METRIC_UNITS).sort());
  });

  test('without metrics there are no such alarms and graphs, and asking for one is an error', () => {
    const { stack, engine } = createEngine({ metrics: false });
    const without = new WorkflowAlarms(stack, 'Alarms', { engine });
    new WorkflowDashboard(stack, 'Dashboard', { engine });
    const { blockedRuns, oldestDueRun, failedTurns, wrongSnapshots } = without;
    expect([blockedRuns, oldestDueRun, failedTurns, wrongSnapshots]).toEqual(Array(4).fill(undefined));
    const synthesized = Template.fromStack(stack);
    synthesized.resourceCountIs('AWS::CloudWatch::Alarm', without.all.length);
    expect(JSON.stringify(synthesized.toJSON())).not.toMatch(/LULL_ENGINE|RunsStarted/);
    expect(() => engine.metric('RunsFailed')).toThrow('WorkflowEngine Shop/Workflows has no metric RunsFailed');
  });
});

test('a metric can be had for a workflow, and named by the place of the engine, nested stacks included', () => {
  const { stack, engine } = createEngine();
  expect(engine.metric('RunsFailed', { workflow: 'order' }).dimensions).toEqual({
    engine: 'Shop/Workflows',
    workflow: 'order',
  });
  const inner = new WorkflowEngine(new NestedStack(stack, 'Inner'), 'Größe', { entry: ENTRY });
  expect(inner.engineName).toBe('Shop/Inner/Gr--e');
});
