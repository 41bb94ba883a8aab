/** A time limit around a block of awaits (asyncio's `timeout`, case for case). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { InvalidStateError, isCancelled, TimeoutError } from '../core/errors.ts';
import { checkOwnLoop, currentLoop } from '../core/loop.ts';
import type { Task } from '../core/task.ts';
import { asCoroutine } from './body.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { currentTask } from './create-task.ts';
import { lazy } from './lazy.ts';
import { toEpochMs } from './sleep.ts';
import { setTimer } from './timer.ts';

/** What the body of `timeout` is given. */
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
 * with the CancelledError as its `cause`. If the task was cancelled from elsewhere too, that goes through instead. A
 * limit of zero ends the body at its first await.
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
  const limitMs = closeOnRefusal([of], () =>
    duration === null ? null : toMilliseconds(duration, 'the duration of timeout()'),
  );
  if (typeof of === 'function') return lazy('timeout()', () => limit(limitMs, of));
  checkAwaitable(of, 'timeout()');
  currentLoop('timeout()').claim(of);
  return lazy('timeout()', () =>
    limit(limitMs, function* () {
      return yield* of;
    }),
  );
}

/** The coroutine of `timeout`; `limitMs` counts from its first step. */
export function* limit<T>(limitMs: number | null, body: (scope: TimeoutScope) => Coroutine<T>): Coroutine<T> {
  const scope = new Scope(limitMs === null ? null : currentLoop('timeout()').nowMs() + limitMs);
  let thrown: unknown;
  try {
    return yield* asCoroutine('timeout()', body(scope));
  } catch (error) {
    thrown = error;
    throw error;
  } finally {
    // eslint-disable-next-line no-unsafe-finally -- this error takes the place of the one that it explains
    if (scope.leave(thrown)) throw new TimeoutError('', { cause: thrown });
  }
}

class Scope implements TimeoutScope {
  #state: 'active' | 'expiring' | 'expired' | 'finished' = 'active';
  #whenMs: number | null = null;
  #cancelTimer: () => void = () => undefined;
  readonly #loop = currentLoop('timeout()');
  readonly #task: Task<unknown>;
  readonly #cancelling: number;

  constructor(whenMs: number | null) {
    this.#task = currentTask();
    this.#cancelling = this.#task.cancelling();
    this.#setTimer(whenMs);
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
  }

  /** The body has ended; says whether what it threw stands for this timeout. */
  leave(thrown: unknown): boolean {
    this.#cancelTimer();
    if (this.#state === 'active') this.#state = 'finished';
    if (this.#state !== 'expiring') return false;
    this.#state = 'expired';
    return this.#task.uncancel() <= this.#cancelling && isCancelled(thrown);
  }

  #setTimer(whenMs: number | null): void {
    this.#whenMs = whenMs;
    this.#cancelTimer();
    this.#cancelTimer = whenMs === null ? () => undefined : setTimer('timeout', whenMs, 'soon', () => this.#expire());
  }

  #expire(): void {
    currentLoop('timeout()').cancelFromInside(this.#task);
    this.#state = 'expiring';
  }
}
