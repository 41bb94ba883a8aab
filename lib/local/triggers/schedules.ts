/**
 * Calls functions by the schedules of a cloud: at their times, on a clock that may be moved.
 *
 * Where the clock is moved over several times of one schedule, only the last of them counts: three days are not 4000
 * sweeps.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Resources, ScheduleResource } from '../resources.ts';
import type { ScheduleTimes } from '../../schedule/schedule-times.ts';
import { readSchedule } from './schedule-times.ts';

export interface SchedulesOptions {
  readonly resources: Pick<Resources, 'schedules' | 'region' | 'accountId'>;
  readonly clock: Clock;
  /** Sends the event. What it returns is waited for only where a schedule says `everyMs`. */
  send(schedule: ScheduleResource, target: ScheduleResource['targets'][number], event: unknown): unknown;
}

/** Raises a CloudError for an expression that cannot be followed. Returns a function that ends all schedules. */
export function startSchedules(options: SchedulesOptions): () => void {
  const { clock, resources } = options;
  const startedAtMs = clock.nowMs();
  const enabled = resources.schedules.filter((schedule) => schedule.enabled);
  const starts = enabled.map((schedule) => {
    const fire = (atMs: number): unknown => sendAll(schedule, atMs, options);
    const { everyMs } = schedule;
    if (everyMs !== undefined) return () => repeat(everyMs, clock, fire);
    const times = readSchedule(schedule.expression, schedule.timezone, startedAtMs);
    return () => follow(times, clock, fire);
  });
  const stops = starts.map((start) => start());
  return () => stops.forEach((stop) => stop());
}

function sendAll(schedule: ScheduleResource, atMs: number, options: SchedulesOptions): Promise<unknown> {
  const { resources } = options;
  return Promise.all(
    schedule.targets.map((target) => options.send(schedule, target, eventOf({ schedule, target, atMs, resources }))),
  );
}

/** The first time is now. A time at which the last call still goes on is left out. */
function repeat(everyMs: number, clock: Clock, call: (atMs: number) => unknown): () => void {
  let isBusy = false;
  let cancel = (): void => undefined;
  const fire = async (): Promise<void> => {
    cancel = clock.callAt(clock.nowMs() + everyMs, () => void fire());
    if (isBusy) return;
    isBusy = true;
    try {
      await call(clock.nowMs());
    } finally {
      isBusy = false;
    }
  };
  void fire();
  return () => cancel();
}

/** Calls at each time, or once for those that were leapt over: then with the last of them. */
function follow(times: ScheduleTimes, clock: Clock, call: (atMs: number) => unknown): () => void {
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
  readonly schedule: ScheduleResource;
  readonly target: ScheduleResource['targets'][number];
  readonly atMs: number;
  readonly resources: SchedulesOptions['resources'];
}): unknown {
  const { schedule: rule, target, atMs } = call;
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

/** EventBridge Scheduler's keywords, wherever they are in the text. */
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
