/** Several awaitables at once, of which the first to end decides. */
import type { Awaitable } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { CancelledError, isCancelled, WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER, Future, IS_CERTAIN, WATCH_CERTAINTY } from '../core/future.ts';
import type { CertaintyWatcher, Watcher } from '../core/job.ts';
import { currentLoop } from '../core/loop.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { EagerFuture, noticeIfForgotten } from './eager-future.ts';
import { ensureFutures } from './ensure-future.ts';
import { type AwaitablesOf, type Entries, type Shape, toEntries, type Tuple } from './shapes.ts';

/**
 * Begins the awaitables in order, at the call; the first to end wins, with its result or its error. The others are
 * cancelled, and have ended, clean-up included, before the race does. asyncio has none; it is `wait` for the first
 * one, then `cancel` and `wait` for the rest.
 *
 * The losers are cancelled at the very moment at which the winner ends. So a loser that waits for a signal or for a
 * queue takes nothing from it, and what comes after an awaitable that has ended at once is not begun. A loser that had
 * taken something, and waits for something else, loses what it has taken.
 *
 * A record gives `{ key, value }`, which names the winner. Cancelling the awaiting task cancels all of them. An error
 * that a loser's clean-up throws is logged. A race of none would never end: a WorkflowCodeError `INVALID_ARGUMENT`.
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
  return closeOnRefusal(entries.awaitables, () => {
    if (entries.awaitables.length === 0) {
      throw new WorkflowCodeError('INVALID_ARGUMENT', 'race() was given nothing to wait for: it would never end');
    }
    for (const awaitable of entries.awaitables) checkAwaitable(awaitable, 'race()');
    return noticeIfForgotten(new RacingFuture(entries), 'race()', race);
  });
}

interface Branch {
  readonly key: string | undefined;
  readonly awaitable: Awaitable<unknown>;
}

/** Done when all of its children are; the first of them decides how, at the moment at which it ends. */
class RacingFuture extends EagerFuture<unknown> implements Watcher, CertaintyWatcher {
  readonly #branches: readonly Branch[];
  readonly #children: readonly Future<unknown>[];
  /** Children that have not ended. */
  #running: number;
  /** Set once, by the first child of which it is certain how it ends. */
  #winner: Future<unknown> | undefined;
  /** The race was cancelled: it ends with a CancelledError once its children have ended. */
  #cancelRequested = false;
  #cancelMessage = '';

  constructor(entries: Entries) {
    super();
    this.#branches = toBegin(entries);
    this.#children = ensureFutures(
      this.#branches.map(({ awaitable }) => awaitable),
      'race()',
    );
    const distinct = new Set(this.#children);
    const { ready, awaits } = currentLoop('race()');
    awaits?.dependsOn(this, distinct);
    this.#running = distinct.size;
    for (const child of distinct) {
      // A child that has ended already is decided on after those that begin before it.
      if (child[IS_CERTAIN]) ready.enqueue({ kind: 'notify-certain', watcher: this, future: child });
      else child[WATCH_CERTAINTY](this);
      child[ADD_WATCHER](this);
    }
  }

  override get [IS_CERTAIN](): boolean {
    return this.#winner !== undefined || super[IS_CERTAIN];
  }

  override cancel(message = ''): boolean {
    if (this.done()) return false;
    this.#cancelRequested = true;
    this.#cancelMessage = message;
    for (const child of this.#children) child.cancel(message);
    return true;
  }

  /** Decides, before any other code goes on: a loser must not take what it was woken for. */
  futureCertain(winner: Future<unknown>): void {
    if (this.#winner !== undefined) return;
    this.#winner = winner;
    // If the race itself was cancelled they were, too: once is enough, they may be cleaning up.
    if (!this.#cancelRequested) for (const loser of this.#children) if (loser !== winner) loser.cancel();
    this.becomeCertain();
  }

  /** A child is done. */
  futureDone(child: Future<unknown>): void {
    this.#running -= 1;
    if (child !== this.#winner && !child.cancelled()) {
      const error = child.exception();
      // A gather that is cancelled fails with the CancelledError.
      if (error !== undefined && !isCancelled(error)) {
        currentLoop('race()').log.write('error', ['A loser of a race failed:', error]);
      }
    }
    if (this.#running === 0) this.#end(this.#winner ?? child);
  }

  #end(winner: Future<unknown>): void {
    if (this.#cancelRequested) {
      this.setException(new CancelledError(this.#cancelMessage));
      return;
    }
    try {
      const value = winner.result();
      const branch = this.#branches[this.#children.indexOf(winner)];
      this.setResult(branch?.key === undefined ? value : { key: branch.key, value });
    } catch (error) {
      this.setException(error as Error);
    }
  }
}

/** All branches; or, after the first that has ended already, only those that run already and have to be cancelled. */
function toBegin({ keys, awaitables }: Entries): Branch[] {
  const branches = awaitables.map((awaitable, index) => ({ key: keys?.[index], awaitable }));
  const ended = awaitables.findIndex((awaitable) => awaitable instanceof Future && awaitable[IS_CERTAIN]);
  if (ended < 0) return branches;
  return branches.filter(({ awaitable }, index) => {
    if (index <= ended || awaitable instanceof Future) return true;
    currentLoop('race()').awaitables.awaited(awaitable);
    return false;
  });
}
