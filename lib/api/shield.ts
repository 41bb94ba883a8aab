/** Protects an awaitable from the cancellation of the task that waits for it. */
import type { Awaitable } from '../core/awaitable.ts';
import { ADD_WATCHER, type Future, IS_CERTAIN, REMOVE_WATCHER, WATCH_CERTAINTY } from '../core/future.ts';
import type { CertaintyWatcher, Watcher } from '../core/job.ts';
import { currentLoop } from '../core/loop.ts';
import { EagerFuture, noticeIfForgotten } from './eager-future.ts';
import { ensureFuture } from './ensure-future.ts';

/**
 * Starts an awaitable, and returns another that waits for it: cancelling the awaiting task does not cancel it. asyncio:
 * `shield`.
 *
 * The awaiting task still gets the CancelledError. The shielded awaitable goes on until the workflow's body returns.
 * Keep its task if you want to wait for it later: an error that no code takes is logged.
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
    currentLoop('shield()').awaits?.dependsOn(this, [inner]);
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
