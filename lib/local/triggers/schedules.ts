/**
 * Calls functions by the rules and schedules of a template: at their times, on a clock that may be moved.
 *
 * Where the clock leaps over several times of one rule, only the last of them is made up for: a sweep each minute is not
 * swept 4000 times because somebody moves the clock by three days.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Resources, ScheduleResource } from '../resources.ts';
import { readSchedule, type ScheduleTimes } from './schedule-times.ts';

export interface SchedulesOptions {
  readonly resources: Pick<Resources, 'rules' | 'region' | 'accountId'>;
  readonly clock: Clock;
  /** Sends the event and does not wait. */
  send(rule: ScheduleResource, target: ScheduleResource['targets'][number], event: unknown): void;
}

/** Raises a CloudError for an expression that cannot be followed. Gives the way to end all of it. */
export function startSchedules(parts: SchedulesOptions): () => void {
  const startedAtMs = parts.clock.nowMs();
  const enabled = parts.resources.rules.filter((rule) => rule.enabled);
  const schedules = enabled.map((rule) => {
    return { rule, times: readSchedule(rule.expression, rule.timezone, startedAtMs) };
  });
  const stops = schedules.map(({ rule, times }) =>
    follow(times, parts.clock, (atMs) => {
      for (const target of rule.targets)
        parts.send(rule, target, eventOf({ rule, target, atMs, resources: parts.resources }));
    }),
  );
  return () => stops.forEach((stop) => stop());
}

/** Calls at each time, or once for those that were leapt over: then with the last of them. */
function follow(times: ScheduleTimes, clock: Clock, call: (atMs: number) => void): () => void {
  let seenMs = clock.nowMs();
  let cancel = (): void => undefined;
  const wait = (): void => {
    const nextMs = times.nextAfter(seenMs);
    if (nextMs !== undefined) cancel = clock.callAt(nextMs, fire);
  };
  const fire = (): void => {
    const nowMs = clock.nowMs();
    const lastMs = times.lastWithin(seenMs, nowMs);
    seenMs = nowMs;
    wait();
    if (lastMs !== undefined) call(lastMs);
  };
  wait();
  return () => cancel();
}

function eventOf(call: {
  readonly rule: ScheduleResource;
  readonly target: ScheduleResource['targets'][number];
  readonly atMs: number;
  readonly resources: SchedulesOptions['resources'];
}): unknown {
  const { rule, target, atMs } = call;
  const time = new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
  if (target.input === undefined) return scheduledEvent(rule, time, call.resources);
  return readInput(rule.source === 'scheduler' ? fillIn(target.input, rule, time) : target.input);
}

/** What a target without an input of its own is sent. */
function scheduledEvent(
  rule: ScheduleResource,
  time: string,
  { region, accountId }: SchedulesOptions['resources'],
): unknown {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: rule.source === 'scheduler' ? 'aws.scheduler' : 'aws.events',
    account: accountId,
    time,
    region,
    resources: [rule.arn],
    detail: rule.source === 'scheduler' ? '{}' : {}, // the two services do differ there
  };
}

/** EventBridge Scheduler's keywords, wherever they stand in the text. */
function fillIn(input: string, rule: ScheduleResource, time: string): string {
  const values: Record<string, string> = {
    'schedule-arn': rule.arn,
    'scheduled-time': time,
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => values[name] ?? whole);
}

/** A text that is no JSON reaches a function as a string. */
function readInput(input: string): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}
