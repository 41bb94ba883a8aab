/** Keeps a cancellation away from what must go on. */
import type { Awaitable } from '../core/awaitable.ts';
import { type Future, IS_CERTAIN, ON_CERTAIN } from '../core/future.ts';
import { EagerFuture, noticeIfForgotten } from './eager-future.ts';
import { ensureFuture } from './ensure-future.ts';

/**
 * Starts an awaitable, and gives what waits for it: cancelling who waits does not cancel it. asyncio: `shield`.
 *
 * Who waits still gets the CancelledError; what is shielded goes on, until the workflow's body returns. Keep the task
 * if you want to wait for it later: a failure that nothing takes stands in the log.
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
  const outer = new ShieldingFuture(inner);
  const innerDone = (): void => {
    if (outer.cancelled()) return;
    if (inner.cancelled()) {
      outer.cancel();
      return;
    }
    const error = inner.exception();
    if (error === undefined) outer.setResult(inner.result());
    else outer.setException(error);
  };
  inner.addDoneCallback(innerDone);
  outer.addDoneCallback(() => {
    if (!inner.done()) inner.removeDoneCallback(innerDone);
  });
  return noticeIfForgotten(outer, 'shield()', shield);
}

class ShieldingFuture<T> extends EagerFuture<T> {
  readonly #inner: Future<T>;

  constructor(inner: Future<T>) {
    super();
    this.#inner = inner;
    inner[ON_CERTAIN](() => this.becomeCertain());
  }

  override get [IS_CERTAIN](): boolean {
    return this.#inner[IS_CERTAIN] || super[IS_CERTAIN];
  }
}
