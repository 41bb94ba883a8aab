/** A time limit for one awaitable, which is cancelled and awaited when it is over (asyncio's `wait_for`). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { isCancelled, TimeoutError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { currentLoop } from '../core/loop.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { ensureFuture } from './ensure-future.ts';
import { lazy } from './lazy.ts';
import { setTimer } from './timer.ts';

/**
 * Awaits in a task of its own, for as long as `limit` at most; `null` sets no limit. asyncio: `wait_for`.
 *
 * When the time is up the task is cancelled, and once it has ended a TimeoutError is thrown, or what its clean-up threw;
 * if it returned a result all the same, that is given. Cancelling who waits cancels the task. With `timeout` the code
 * runs in the same task, which is mostly what is wanted.
 *
 * @example
 * ```ts
 * let outcome = 'in time';
 * try {
 *   yield* waitFor(sleep('2h'), '1h');
 * } catch (error) {
 *   if (!(error instanceof TimeoutError)) throw error;
 *   outcome = 'too late';
 * }
 * outcome; // => 'too late'
 * ```
 */
export function waitFor<T>(awaitable: Awaitable<T>, limit: Duration | null): Awaitable<T> {
  const limitMs = closeOnRefusal([awaitable], () =>
    limit === null ? null : toMilliseconds(limit, 'the timeout of waitFor()'),
  );
  checkAwaitable(awaitable, 'waitFor()');
  const loop = currentLoop('waitFor()');
  if (limitMs === null) {
    loop.claim(awaitable);
    return lazy('waitFor()', () => plainly(awaitable));
  }
  loop.awaited(awaitable);
  return lazy('waitFor()', () => limited(awaitable, limitMs));
}

function* plainly<T>(awaitable: Awaitable<T>): Coroutine<T> {
  return yield* awaitable;
}

function* limited<T>(awaitable: Awaitable<T>, limitMs: number): Coroutine<T> {
  if (limitMs === 0) {
    const future = ensureFuture(awaitable, 'waitFor()');
    return future.done() ? future.result() : yield* timeOut(future);
  }
  const waiter = new Future<void>();
  const release = (): void => {
    if (!waiter.done()) waiter.setResult();
  };
  const cancelTimer = setTimer('waitFor', currentLoop('waitFor()').nowMs() + limitMs, 'next-round', release);
  const future = ensureFuture(awaitable, 'waitFor()');
  future.addDoneCallback(release);
  try {
    try {
      yield* waiter;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      if (future.done()) return future.result();
      future.removeDoneCallback(release);
      yield* cancelAndWait(future);
      throw error;
    }
    if (future.done()) return future.result();
    future.removeDoneCallback(release);
    return yield* timeOut(future);
  } finally {
    cancelTimer();
  }
}

function* timeOut<T>(future: Future<T>): Coroutine<T> {
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    throw isCancelled(error) ? new TimeoutError('', { cause: error }) : error;
  }
}

/** Does not wait for the future itself: so that this wait can be cancelled, and nothing else with it. */
function* cancelAndWait(future: Future<unknown>): Coroutine<void> {
  const waiter = new Future<void>();
  const release = (): void => {
    if (!waiter.done()) waiter.setResult();
  };
  future.addDoneCallback(release);
  try {
    future.cancel();
    yield* waiter;
  } finally {
    future.removeDoneCallback(release);
  }
}
