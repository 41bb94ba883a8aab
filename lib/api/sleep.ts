/** Waiting for time to pass: a timer in the table, and nothing that runs meanwhile. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { toEpochMs } from '../core/date.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { currentLoop } from '../core/loop.ts';
import { type Call, lazy } from './lazy.ts';

/**
 * Waits for `duration`, from milliseconds to years, and returns `result`. asyncio: `sleep`.
 *
 * Zero lets the other ready tasks go first and sets no timer. A negative duration, or one that is not understood, is a
 * WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * yield* sleep('3 days');
 * yield* sleep(500, 'half a second later'); // => 'half a second later'
 * ```
 */
export function sleep(duration: Duration): Awaitable<void>;
export function sleep<T>(duration: Duration, result: T): Awaitable<T>;
export function sleep(duration: Duration, result?: unknown): Awaitable<unknown> {
  const delayMs = toMilliseconds(duration, 'the duration of sleep()');
  return lazy(`sleep(${describeValue(duration)})`, new SleepCall(delayMs, result));
}

/**
 * Waits until that time, and not at all if it is over: then only the other ready tasks go first. A text is in ISO 8601
 * with its zone (`'2027-01-31T09:00:00Z'`, `'2027-01-31T09:00:00+01:00'`); a date alone is its beginning in UTC. What
 * is no date of the calendar, or names no zone, is a WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * const tomorrow = new Date(now().getTime() + 86_400_000);
 * yield* sleepUntil(tomorrow);
 * now() >= tomorrow; // => true
 * ```
 */
export function sleepUntil(date: Date | string): Awaitable<void> {
  const dueAtMs = toEpochMs(date, 'the date of sleepUntil()');
  return lazy('sleepUntil()', new SleepUntilCall(dueAtMs));
}

class SleepCall<T> implements Call<T> {
  readonly delayMs: number;
  readonly result: T;

  constructor(delayMs: number, result: T) {
    this.delayMs = delayMs;
    this.result = result;
  }

  start(): Coroutine<T> {
    const dueAtMs = this.delayMs === 0 ? 0 : currentLoop('sleep()').clock.nowMs() + this.delayMs;
    return sleepTo(dueAtMs, 'sleep', this.result);
  }
}

class SleepUntilCall implements Call<void> {
  readonly dueAtMs: number;

  constructor(dueAtMs: number) {
    this.dueAtMs = dueAtMs;
  }

  start(): Coroutine<void> {
    return sleepTo(this.dueAtMs, 'sleepUntil', undefined);
  }
}

function* sleepTo<T>(dueAtMs: number, name: string, result: T): Coroutine<T> {
  if (dueAtMs <= currentLoop('sleep()').clock.nowMs()) yield { kind: 'pause' };
  else yield { kind: 'sleep', name, dueAtMs };
  return result;
}
