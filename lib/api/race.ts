/** Several awaitables at once, of which one counts. */
import type { Awaitable } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { CancelledError, WorkflowCodeError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { currentLoop } from '../core/loop.ts';
import { ensureFutures } from './ensure-future.ts';
import { type AwaitablesOf, type Entries, type Shape, toEntries, type Tuple } from './shapes.ts';

/**
 * Starts all awaitables at once, at the call; the first to end wins, with its result or its error. The others are
 * cancelled, and have ended, clean-up included, before the race does. asyncio has none; it is `wait` for the first
 * one, then `cancel` and `wait` for the rest.
 *
 * A record gives `{ key, value }`, so that one can ask who won. Cancelling who waits cancels all of them. What a loser's
 * clean-up throws goes to the log. A race of none would never end: a WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * yield* race([sleep('1 day', 'slow'), sleep('1h', 'fast')]); // => 'fast'
 * const approved = signal<string>('approved');
 * const first = yield* race({ approval: approved.receive(), deadline: sleep('7 days') });
 * first.key; // => 'deadline'
 * ```
 */
export function race<T extends Tuple>(awaitables: AwaitablesOf<T>): Awaitable<T[number]>;
export function race<T extends Shape>(
  awaitables: AwaitablesOf<T>,
): Awaitable<{ [K in keyof T]: { key: K; value: T[K] } }[keyof T]>;
export function race(of: unknown): Awaitable<unknown> {
  currentLoop('race()');
  const entries = toEntries(of, 'race()');
  if (entries.awaitables.length === 0) {
    throw new WorkflowCodeError('INVALID_ARGUMENT', 'race() was given nothing to wait for: it would never end');
  }
  for (const awaitable of entries.awaitables) checkAwaitable(awaitable, 'race()');
  return new RacingFuture(entries);
}

/** Done when all of its children are; the first of them decides how. */
class RacingFuture extends Future<unknown> {
  readonly #keys: readonly string[] | undefined;
  readonly #children: readonly Future<unknown>[];
  #running: number;
  #winner: Future<unknown> | undefined;
  #cancelRequested = false;
  #cancelMessage = '';

  constructor({ keys, awaitables }: Entries) {
    super();
    this.#keys = keys;
    this.#children = ensureFutures(awaitables, 'race()');
    const distinct = new Set(this.#children);
    this.#running = distinct.size;
    for (const child of distinct) child.addDoneCallback(() => this.#ended(child));
  }

  override cancel(message = ''): boolean {
    if (this.done()) return false;
    this.#cancelRequested = true;
    this.#cancelMessage = message;
    for (const child of this.#children) child.cancel(message);
    return true;
  }

  #ended(child: Future<unknown>): void {
    this.#running -= 1;
    if (this.#winner === undefined) {
      this.#winner = child;
      // If the race itself was cancelled they were, too: once is enough, they may be cleaning up.
      if (!this.#cancelRequested) for (const loser of this.#children) if (loser !== child) loser.cancel();
    } else if (!child.cancelled()) {
      const error = child.exception();
      if (error !== undefined) currentLoop('race()').log('error', ['A loser of a race failed:', error]);
    }
    if (this.#running === 0) this.#end(this.#winner);
  }

  #end(winner: Future<unknown>): void {
    if (this.#cancelRequested) {
      this.setException(new CancelledError(this.#cancelMessage));
      return;
    }
    try {
      const value = winner.result();
      this.setResult(this.#keys === undefined ? value : { key: this.#keys[this.#children.indexOf(winner)], value });
    } catch (error) {
      this.setException(error as Error);
    }
  }
}
