/** Keeps a cancellation away from what must go on. */
import type { Awaitable } from '../core/awaitable.ts';
import { ADD_WATCHER, type Future, IS_CERTAIN, REMOVE_WATCHER, WATCH_CERTAINTY } from '../core/future.ts';
import type { CertaintyWatcher, Watcher } from '../core/job.ts';
import { EagerFuture, noticeIfForgotten } from './eager-future.ts';
import { ensureFuture } from './ensure-future.ts';

/**
 * Starts an awaitable, and gives what waits for it: cancelling the waiting task does not cancel it. asyncio: `shield`.
 *
 * The waiting task still gets the CancelledError; what is shielded goes on, until the workflow's body returns. Keep the task
 * if you want to wait for it later: a failure that nothing takes is logged.
 *
 * @example
 * ```ts
 * const booking = createTask(step('book', () => 'booked'));
 * try {
 *   yield* timeout('0s', shield(booking));
 * } catch (error) {
 *   if (!(error instanceof TimeoutError)) throw error;
 * }
 * yield* booking; // => 'booked'
 * ```
 */
export function shield<T>(awaitable: Awaitable<T>): Awaitable<T> {
  const inner = ensureFuture(awaitable, 'shield()');
  if (inner.done()) return inner;
  return noticeIfForgotten(new ShieldedFuture(inner), 'shield()', shield);
}

/** Ends as `inner` does, unless it is cancelled before: it watches that one, and itself. */
class ShieldedFuture<T> extends EagerFuture<T> implements Watcher, CertaintyWatcher {
  readonly #inner: Future<T>;

  constructor(inner: Future<T>) {
    super();
    this.#inner = inner;
    inner[WATCH_CERTAINTY](this);
    inner[ADD_WATCHER](this);
    this[ADD_WATCHER](this);
  }

  futureCertain(): void {
    this.becomeCertain();
  }

  futureDone(future: Future<unknown>): void {
    const inner = this.#inner;
    if (future !== inner) {
      if (!inner.done()) inner[REMOVE_WATCHER](this);
      return;
    }
    if (this.cancelled()) return;
    if (inner.cancelled()) {
      this.cancel();
      return;
    }
    const error = inner.exception();
    if (error === undefined) this.setResult(inner.result());
    else this.setException(error);
  }

  override get [IS_CERTAIN](): boolean {
    return this.#inner[IS_CERTAIN] || super[IS_CERTAIN];
  }
}
