/** A time limit for one awaitable (asyncio's `wait_for`, case for case). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import type { Duration } from '../core/duration.ts';
import { isCancelled, TimeoutError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { currentLoop } from '../core/loop.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { ensureFuture } from './ensure-future.ts';
import { lazy } from './lazy.ts';
import { type Limit, toLimit, within } from './timeout.ts';

/**
 * Awaits for as long as `limit` at most; `null` sets no limit. asyncio: `wait_for`.
 *
 * As `timeout` around the awaitable, in the caller's own task: when the time is up, what is awaited is cancelled, and
 * once it has ended a TimeoutError is thrown, or what its clean-up threw; if it returned a result all the same, that is
 * given. Cancelling who waits cancels what is awaited, a task too. With a limit of zero nothing of a coroutine runs: it
 * gives the result of a task that is done, or throws the TimeoutError.
 *
 * @example
 * ```ts
 * let outcome = 'in time';
 * try {
 *   yield* waitFor(sleep('2h'), '1h');
 * } catch (error) {
 *   if (!(error instanceof TimeoutError)) throw error;
 *   outcome = error.message;
 * }
 * outcome; // => 'the time limit of waitFor("1h") was up'
 * ```
 */
export function waitFor<T>(awaitable: Awaitable<T>, limit: Duration | null): Awaitable<T> {
  const timeLimit = closeOnRefusal([awaitable], () => toLimit('waitFor', limit));
  checkAwaitable(awaitable, 'waitFor()');
  const loop = currentLoop('waitFor()');
  if (timeLimit.ms === 0) {
    loop.awaited(awaitable);
    return lazy('waitFor()', () => notAtAll(awaitable, timeLimit));
  }
  loop.consume(awaitable);
  return lazy('waitFor()', () =>
    within(timeLimit, function* () {
      return yield* awaitable;
    }),
  );
}

function* notAtAll<T>(awaitable: Awaitable<T>, { call }: Limit): Coroutine<T> {
  const future = ensureFuture(awaitable, 'waitFor()');
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    throw isCancelled(error) ? new TimeoutError(`the time limit of ${call} was up`, { cause: error }) : error;
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
