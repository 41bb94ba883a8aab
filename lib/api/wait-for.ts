/** A time limit for one awaitable (asyncio's `wait_for`, case for case). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import type { Duration } from '../core/duration.ts';
import { isCancelled, TimeoutError } from '../core/errors.ts';
import { ADD_WATCHER, type Future, REMOVE_WATCHER } from '../core/future.ts';
import { currentLoop } from '../core/loop.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { ensureFuture } from './ensure-future.ts';
import { Latch } from './latch.ts';
import { type Call, lazy } from './lazy.ts';
import { type Limit, LimitedCall, toLimit } from './timeout.ts';

/**
 * Awaits for as long as `limit` at most; `null` sets no limit. asyncio: `wait_for`.
 *
 * As `timeout` around the awaitable, in the caller's own task: when the time is up, what is awaited is cancelled, and
 * once it has ended a TimeoutError is thrown, or what its clean-up threw; if it returned a result all the same, that is
 * returned. Cancelling the awaiting task cancels what is awaited, a task too. With a limit of zero nothing of a
 * coroutine runs: it returns the result of a task that is done, or throws the TimeoutError.
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
  const { awaitables } = currentLoop('waitFor()');
  if (timeLimit.ms === 0) {
    awaitables.awaited(awaitable);
    return lazy('waitFor()', new UnwaitedCall(awaitable, timeLimit));
  }
  awaitables.consume(awaitable);
  return lazy('waitFor()', new LimitedCall(timeLimit, awaitable));
}

/** A limit of zero. */
class UnwaitedCall<T> implements Call<T> {
  readonly awaitable: Awaitable<T>;
  readonly limit: Limit;

  constructor(awaitable: Awaitable<T>, limit: Limit) {
    this.awaitable = awaitable;
    this.limit = limit;
  }

  start(): Coroutine<T> {
    return resultOrCancel(this.awaitable, this.limit);
  }
}

function* resultOrCancel<T>(awaitable: Awaitable<T>, { call }: Limit): Coroutine<T> {
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
  const latch = new Latch();
  future[ADD_WATCHER](latch);
  try {
    future.cancel();
    yield* latch;
  } finally {
    future[REMOVE_WATCHER](latch);
  }
}
