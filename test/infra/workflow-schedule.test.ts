import { Duration, TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import { createScheduleHandler } from '../../functions/create-schedule-handler.ts';
import type { ScheduledRequest } from '../../lib/client/start-scheduled.ts';
import { workflow } from '../../lib/index.ts';
import { createWorld } from '../client/client-world.ts';
import { createEngine, propertiesOf } from './synthesized.ts';

const nightly = ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });

describe('a schedule', () => {
  test('asks the function of the schedules for a run, and what cannot be asked for is a dead letter', () => {
    const { stack, engine } = createEngine();
    expect(engine.scheduleFunction).toBeUndefined();
    engine.addSchedule('nightly', { workflow: 'report', schedule: nightly });
    engine.addSchedule('hourly', { workflow: 'sync', schedule: Schedule.rate(Duration.hours(1)), enabled: false });
    expect(engine.scheduleFunction).toBeDefined();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 4);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('SchedulesFunction'), 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetterQueue'), 'Arn'] } },
      },
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 hour)',
      State: 'DISABLED',
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetter'), 'Arn'] } },
      },
    });
  });

  test('sends what its function takes, once EventBridge has put the time in', async () => {
    const { stack, engine } = createEngine();
    engine.addSchedule('nightly', { workflow: 'report', schedule: nightly, input: { days: 7 }, overlap: 'allow' });
    const { Target } = propertiesOf(Template.fromStack(stack), 'AWS::Scheduler::Schedule') as {
      Target: { Input: string };
    };
    const sent = Target.Input.replace('<aws.scheduler.scheduled-time>', '2026-11-22T02:00:00Z');

    const world = createWorld();
    const report = workflow('report', function* (_input: { days: number }) {});
    const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };
    const handler = createScheduleHandler([report], { ...world, environment });
    expect(await handler(JSON.parse(sent) as ScheduledRequest)).toEqual({
      kind: 'started',
      runId: 'nightly:2026-11-22T02:00:00Z',
    });
    expect(await world.client.run('nightly:2026-11-22T02:00:00Z').describe()).toMatchObject({
      workflow: 'report',
      input: { days: 7 },
    });
  });

  test('has a name that can stand in a run’s id', () => {
    const { engine } = createEngine();
    expect(() => engine.addSchedule('every night', { workflow: 'report', schedule: nightly })).toThrow(
      'a schedule cannot be named "every night"',
    );
  });
});
