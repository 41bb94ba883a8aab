import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScheduleResource } from '../../../lib/local/resources.ts';
import { startSchedules } from '../../../lib/local/triggers/schedules.ts';
import { SystemClock } from '../../../lib/memory/system-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function startSchedule({ invoke }: { invoke: (event: unknown) => Promise<unknown> }, everyMs: number): () => void {
  const schedule: ScheduleResource = {
    ...{ id: 'sweeper', name: 'sweeper', arn: 'arn', source: 'events', expression: '', timezone: 'UTC', enabled: true },
    ...{ everyMs, targets: [{ functionArn: 'arn' }] },
  };
  return startSchedules({
    resources: { schedules: [schedule], region: 'us-east-1', accountId: '000000000000' },
    clock: new SystemClock(),
    send: (_schedule, _target, event) => invoke(event).catch(() => undefined),
  });
}

it('the schedule fires at once and then at each interval, until it is stopped', async () => {
  let calls = 0;
  const stop = startSchedule({ invoke: async () => (calls += 1) }, 1_000);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(calls).toBe(3);
  stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(calls).toBe(3);
});

it('the schedule leaves out what would overlap, and goes on after a failure', async () => {
  const pending: (() => void)[] = [];
  const invoke = () => new Promise((_resolve, reject) => pending.push(() => reject(new Error('killed'))));
  const stop = startSchedule({ invoke }, 1_000);
  await vi.advanceTimersByTimeAsync(3_500);
  expect(pending).toHaveLength(1);
  pending[0]!();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(pending).toHaveLength(2);
  stop();
});

it('the event is that of an EventBridge schedule', async () => {
  const events: unknown[] = [];
  startSchedule({ invoke: async (event) => events.push(event) }, 1_000)();
  expect(events).toMatchObject([{ version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }]);
});
