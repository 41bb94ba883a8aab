import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MovableClock } from '../../../lib/local/time/movable-clock.ts';
import { startSchedules } from '../../../lib/local/triggers/schedules.ts';
import { CloudError } from '../../../lib/local/cloud-error.ts';
import type { ScheduleResource } from '../../../lib/local/resources.ts';
import { ManualClock } from '../manual-clock.ts';

const TARGET = { functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:sweeper' };

function rule(of: Partial<ScheduleResource>): ScheduleResource {
  return {
    id: 'Shop/Rule',
    name: 'Rule',
    arn: 'arn:aws:events:eu-west-1:000000000000:rule/Rule',
    source: 'events',
    expression: 'rate(1 minute)',
    timezone: 'UTC',
    enabled: true,
    targets: [TARGET],
    ...of,
  };
}

const STACK = { schedules: [rule({})], region: 'eu-west-1', accountId: '000000000000' };

function start(...rules: ScheduleResource[]) {
  const clock = new ManualClock();
  clock.advance(Date.parse('2026-11-22T12:00:00Z') - clock.nowMs());
  const sent: { at: string; event: unknown }[] = [];
  const stop = startSchedules({
    resources: { ...STACK, schedules: rules },
    clock,
    send: (_rule, _target, event) => sent.push({ at: new Date(clock.nowMs()).toISOString(), event }),
  });
  return { clock, sent, stop };
}

describe('rules', () => {
  it('fire for the first time one period after the start, and then each period', () => {
    const { clock, sent } = start(rule({}));
    clock.advance(59_999);
    expect(sent).toEqual([]);
    clock.advance(120_001);
    expect(sent.map(({ at }) => at)).toEqual([
      '2026-11-22T12:01:00.000Z',
      '2026-11-22T12:02:00.000Z',
      '2026-11-22T12:03:00.000Z',
    ]);
  });

  it('fire once for all the times that the clock leapt over: for the last of them', () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-22T12:00:00Z') });
    onTestFinished(() => void vi.useRealTimers());
    const clock = new MovableClock();
    const sent: unknown[] = [];
    startSchedules({
      resources: STACK,
      clock: clock.coalescingTimers,
      send: (_rule, _target, event) => sent.push(event),
    });
    clock.advance(3 * 86_400_000 + 30_000);
    expect(sent).toMatchObject([{ time: '2026-11-25T12:00:00Z' }]);
    vi.advanceTimersByTime(30_000);
    expect(sent).toMatchObject([{}, { time: '2026-11-25T12:01:00Z' }]);
  });

  it('send the event that EventBridge sends, or the input of their target', () => {
    const { clock, sent } = start(
      rule({ targets: [TARGET, { ...TARGET, input: '{"a":"<aws.scheduler.scheduled-time>"}' }] }),
    );
    clock.advance(60_000);
    expect(sent.map(({ event }) => event)).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '000000000000',
        time: '2026-11-22T12:01:00Z',
        region: 'eu-west-1',
        resources: ['arn:aws:events:eu-west-1:000000000000:rule/Rule'],
        detail: {},
      },
      { a: '<aws.scheduler.scheduled-time>' },
    ]);
  });

  it('that are disabled or were stopped fire no more', () => {
    const { clock, sent, stop } = start(rule({}), rule({ enabled: false }));
    clock.advance(60_000);
    stop();
    clock.advance(600_000);
    expect(sent).toHaveLength(1);
  });
});

describe('schedules', () => {
  const arn = 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/nightly';

  it('fill in what their input asks for', () => {
    const input = JSON.stringify({
      scheduledAt: '<aws.scheduler.scheduled-time>',
      arn: '<aws.scheduler.schedule-arn>',
      attempt: '<aws.scheduler.attempt-number>',
      id: '<aws.scheduler.execution-id>',
      other: '<aws.scheduler.nonsense>',
    });
    const nightly = rule({
      source: 'scheduler',
      arn,
      expression: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Berlin',
      targets: [{ ...TARGET, input }],
    });
    const { clock, sent } = start(nightly);
    clock.advance(86_400_000);
    expect(sent).toEqual([
      {
        at: '2026-11-23T02:00:00.000Z',
        event: {
          scheduledAt: '2026-11-23T02:00:00Z',
          arn,
          attempt: '1',
          id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          other: '<aws.scheduler.nonsense>',
        },
      },
    ]);
  });

  it('for one time fire once, and not at all if it is past', () => {
    const once = rule({ source: 'scheduler', arn, expression: 'at(2026-11-22T13:00:00)' });
    const past = rule({ source: 'scheduler', arn, expression: 'at(2026-11-22T11:00:00)' });
    const { clock, sent } = start(once, past);
    clock.advance(7 * 86_400_000);
    expect(sent).toMatchObject([
      { at: '2026-11-22T13:00:00.000Z', event: { source: 'aws.scheduler', detail: '{}', resources: [arn] } },
    ]);
  });
});

it('an expression that cannot be followed keeps all of it from starting', () => {
  expect(() => start(rule({}), rule({ expression: 'cron(0 3 ? * ? *)' }))).toThrow(CloudError);
});
