import { Duration, TimeZone, Token } from 'aws-cdk-lib';
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

  test.each<[string, unknown, string]>([
    ['a Map', new Map([['a', 1]]), '$ is a Map'],
    ['a Set', { tags: new Set([1]) }, '$.tags is a Set'],
    ['a Date', { at: new Date(0) }, '$.at is a Date'],
    ['a bigint', { cents: 10n }, '$.cents is 10n'],
    ['NaN', { rate: NaN }, '$.rate is NaN'],
    ['Infinity', [Infinity], '$[0] is Infinity'],
    ['-0', { a: { b: -0 } }, '$.a.b is -0'],
    ['undefined in a list', ['a', undefined, 'c'], '$[1] is undefined'],
    ['undefined in an object', { a: undefined }, '$.a is undefined'],
    ['a hole', new Array(1), '$[0] is undefined'],
    ['a function', { run: () => 1 }, '$.run is a function run'],
    ['a symbol', Symbol('s'), '$ is a symbol (s)'],
    ['a RegExp', /a/, '$ is a RegExp'],
    ['an instance', new (class Order {})(), '$ is an instance of class Order'],
    ['bytes', new Uint8Array(2), '$ is an instance of class Uint8Array'],
    ['half a character', ['\ud800'], '$[0] is a text with half a character in it'],
  ])('refuses %s in its input, and says where', (_, input, problem) => {
    const { engine } = createEngine();
    expect(() => engine.addSchedule('nightly', { workflow: 'report', schedule: nightly, input })).toThrow(
      `schedule "nightly" cannot give its runs this input: ${problem}. A template carries what JSON can hold`,
    );
  });

  test('refuses an input that contains itself, and one that EventBridge does not send', () => {
    const { engine } = createEngine();
    const add = (input: unknown) => engine.addSchedule('nightly', { workflow: 'report', schedule: nightly, input });
    const loop: Record<string, unknown> = {};
    loop['again'] = [loop];
    expect(() => add(loop)).toThrow('$.again[0] is an object that it is part of');
    expect(() => add('x'.repeat(300_000))).toThrow('and EventBridge sends 262144');
  });

  test('takes all that JSON can hold, and what is known at the deployment only', () => {
    const { stack, engine } = createEngine();
    const shared = { x: 1 };
    const input = {
      a: [1, 'ä', true, null, { b: {} }],
      once: shared,
      twice: shared,
      stack: stack.stackId,
      n: Token.asNumber(7),
    };
    engine.addSchedule('nightly', { workflow: 'report', schedule: nightly, input });
    const { Target } = propertiesOf(Template.fromStack(stack), 'AWS::Scheduler::Schedule') as {
      Target: { Input: { 'Fn::Join': [string, unknown[]] } };
    };
    const [before, , after] = Target.Input['Fn::Join'][1];
    expect(`${String(before)}arn:aws:...${String(after)}`).toContain(
      '"input":{"a":[1,"ä",true,null,{"b":{}}],"once":{"x":1},"twice":{"x":1},"stack":"arn:aws:...","n":7}',
    );
  });
});
