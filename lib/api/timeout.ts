/** A time limit around a block of awaits (asyncio's `timeout`, case for case). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { toEpochMs } from '../core/date.ts';
import { describeDuration, type Duration, toMilliseconds } from '../core/duration.ts';
import { InvalidStateError, isCancelled, TimeoutError } from '../core/errors.ts';
import { checkOwnLoop, currentLoop, type LoopTask } from '../core/loop.ts';
import { asCoroutine } from './body.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { currentLoopTask } from './create-task.ts';
import { type Call, lazy } from './lazy.ts';
import { Timer, type TimerTarget } from './timer.ts';

/** The argument of a `timeout` body. */
export interface TimeoutScope {
  /** When the time is up; null: never. */
  when(): Date | null;
  /** Says whether the time was up while the body ran. */
  expired(): boolean;
  /** Sets another end; one that is over already ends the body soon. InvalidStateError unless the body is running. */
  reschedule(date: Date | null): void;
}

/**
 * Runs a body, or awaits an awaitable, for as long as `duration` at most; `null` sets no limit (the scope can, later).
 * asyncio: `timeout`.
 *
 * When the time is up the task is cancelled at its await, its `finally` blocks run, and a TimeoutError is thrown here,
 * with the CancelledError as its `cause` and a message that names the limit. If the task was cancelled from elsewhere
 * too, that goes through instead. A limit of zero ends the body at its first await. When nested timeouts are up at the
 * same moment, the outermost one throws.
 *
 * @example
 * ```ts
 * const answer = signal<string>('answer');
 * let said = 'nothing';
 * try {
 *   said = yield* timeout('7 days', answer.receive());
 * } catch (error) {
 *   if (!(error instanceof TimeoutError)) throw error;
 * }
 * said; // => 'nothing'
 * ```
 */
export function timeout<T>(duration: Duration | null, body: (scope: TimeoutScope) => Coroutine<T>): Awaitable<T>;
export function timeout<T>(duration: Duration | null, awaitable: Awaitable<T>): Awaitable<T>;
export function timeout<T>(
  duration: Duration | null,
  of: Awaitable<T> | ((scope: TimeoutScope) => Coroutine<T>),
): Awaitable<T> {
  const limit = closeOnRefusal([of], () => toLimit('timeout', duration));
  if (typeof of !== 'function') {
    checkAwaitable(of, 'timeout()');
    currentLoop('timeout()').awaitables.consume(of);
  }
  return lazy('timeout()', new LimitedCall(limit, of));
}

/** An awaitable, or the author's body, to be run within a limit. */
export class LimitedCall<T> implements Call<T> {
  readonly limit: Limit;
  readonly of: Awaitable<T> | ((scope: TimeoutScope) => Coroutine<T>);

  constructor(limit: Limit, of: Awaitable<T> | ((scope: TimeoutScope) => Coroutine<T>)) {
    this.limit = limit;
    this.of = of;
  }

  start(): Coroutine<T> {
    return within(this.limit, this.of);
  }
}

/** A time limit as an author gave it. */
export interface Limit {
  /** Which call sets it; its timer has that name in the journal. */
  readonly name: string;
  /** null: none. */
  readonly ms: number | null;
  /** For the error, `the time limit of ... was up`: `timeout("7 days")`. */
  readonly call: string;
}

export function toLimit(name: string, duration: Duration | null): Limit {
  const ms = duration === null ? null : toMilliseconds(duration, `the duration of ${name}()`);
  return { name, ms, call: `${name}(${describeDuration(duration)})` };
}

/** The coroutine of `timeout`; the limit counts from its first step. */
export function* within<T>(limit: Limit, of: Awaitable<T> | ((scope: TimeoutScope) => Coroutine<T>)): Coroutine<T> {
  const scope = new Scope(limit);
  let thrown: unknown;
  try {
    return yield* typeof of === 'function' ? asCoroutine('timeout()', of(scope)) : of;
  } catch (error) {
    thrown = error;
    throw error;
  } finally {
    // eslint-disable-next-line no-unsafe-finally -- this error takes the place of the one that it explains
    if (scope.leave(thrown)) throw new TimeoutError(scope.describeEnd(), { cause: thrown });
  }
}

class Scope implements TimeoutScope, TimerTarget {
  readonly #loop = currentLoop('timeout()');
  readonly #limit: Limit;
  /** The task in whose code the block is: cancelled when the time is up. */
  readonly #task: LoopTask<unknown>;
  /** Requests to cancel that the task had when the block began. */
  readonly #cancelling: number;
  /** `expiring`: the time was up and the body has not ended; set by the timer. `leave` sets the other two. */
  #state: 'active' | 'expiring' | 'expired' | 'finished' = 'active';
  /** null: no limit. Changed by `reschedule`. */
  #whenMs: number | null = null;
  /** Undefined without a limit. */
  #timer: Timer | undefined;
  #isRescheduled = false;

  constructor(limit: Limit) {
    this.#limit = limit;
    this.#task = currentLoopTask();
    this.#cancelling = this.#task.cancelling();
    this.#setTimer(limit.ms === null ? null : this.#loop.clock.nowMs() + limit.ms);
  }

  when(): Date | null {
    return this.#whenMs === null ? null : new Date(this.#whenMs);
  }

  expired(): boolean {
    return this.#state === 'expiring' || this.#state === 'expired';
  }

  reschedule(date: Date | null): void {
    checkOwnLoop(this.#loop, 'scope.reschedule()');
    if (this.#state !== 'active') {
      throw new InvalidStateError(`The timeout is ${this.#state}: it cannot be rescheduled any more.`);
    }
    this.#setTimer(date === null ? null : toEpochMs(date, 'the date of reschedule()'));
    this.#isRescheduled = true;
  }

  /** Which limit was up, for the error. */
  describeEnd(): string {
    const until = this.#isRescheduled ? `, rescheduled to ${this.when()?.toISOString()},` : '';
    return `the time limit of ${this.#limit.call}${until} was up`;
  }

  /** The body has ended; says whether a TimeoutError takes the place of what it threw. */
  leave(thrown: unknown): boolean {
    this.#timer?.cancel();
    if (this.#state === 'active') this.#state = 'finished';
    if (this.#state !== 'expiring') return false;
    this.#state = 'expired';
    return this.#task.uncancelFromInside() <= this.#cancelling && isCancelled(thrown);
  }

  #setTimer(whenMs: number | null): void {
    this.#whenMs = whenMs;
    this.#timer?.cancel();
    const { name } = this.#limit;
    this.#timer =
      whenMs === null ? undefined : new Timer(this, { name, dueAtMs: whenMs, ifDue: 'soon', owner: this.#task });
  }

  timerDue(): void {
    this.#task.cancelFromInside();
    this.#state = 'expiring';
  }
}
