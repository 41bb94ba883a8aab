import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, expect, test } from 'vitest';
import { WorkflowAlarms, WorkflowDashboard } from '../../infra/index.ts';
import { createEngine, propertiesOf } from './synthesized.ts';

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
