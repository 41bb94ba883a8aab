/** Several awaitables at once, all results together (asyncio's `gather`, case for case). */
import type { Awaitable } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { CancelledError, WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER, CANCEL_MESSAGE, type Future, IS_CERTAIN, WATCH_CERTAINTY } from '../core/future.ts';
import type { CertaintyWatcher, Watcher } from '../core/job.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { currentLoop } from '../core/loop.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { EagerFuture, noticeIfForgotten } from './eager-future.ts';
import { ensureFuture } from './ensure-future.ts';
import { type AwaitablesOf, type Entries, type Shape, toEntries, toShape, type Tuple } from './shapes.ts';

/** How `gather` deals with errors, and how much it does at once. */
export interface GatherOptions {
  /** Errors are among the results, in their place, and none is thrown. Default false. */
  returnExceptions?: boolean;
  /** How many run at once at most, begun in order; a task in the argument runs already. Default: no limit. */
  limit?: number;
}

type Results<T> = { -readonly [K in keyof T]: T[K] };
type Settled<T> = { -readonly [K in keyof T]: T[K] | Error };

/**
 * Starts all awaitables at once, at the call, and returns their results in the shape of the argument: an array or a
 * record. asyncio: `gather`.
 *
 * The first error is thrown as soon as it comes, and the others go on (cancel them, or use `taskGroup`, if that is not
 * wanted); with `returnExceptions` errors are among the results. Cancelling the awaiting task cancels all of them.
 * A task that is given twice is awaited once. An empty array gives an empty array.
 *
 * With `limit`, the next one begins when one has ended. After an error the rest still runs, as it would without.
 *
 * @example
 * ```ts
 * const [a, b] = yield* gather([sleep('1s', 'a'), sleep('2s', 'b')]);
 * a + b; // => 'ab'
 * const { stock, label } = yield* gather({ stock: step('reserve', () => 3), label: step('print', () => 'L-7') });
 * `${stock} ${label}`; // => '3 L-7'
 * yield* gather([1, 2, 3, 4].map((n) => step('square', () => n * n)), { limit: 2 }); // => [1, 4, 9, 16]
 * ```
 */
export function gather<T extends Tuple>(
  awaitables: AwaitablesOf<T>,
  options?: { returnExceptions?: false; limit?: number },
): Awaitable<Results<T>>;
export function gather<T extends Shape>(
  awaitables: AwaitablesOf<T>,
  options?: { returnExceptions?: false; limit?: number },
): Awaitable<Results<T>>;
export function gather<T extends Tuple>(
  awaitables: AwaitablesOf<T>,
  options: { returnExceptions: boolean; limit?: number },
): Awaitable<Settled<T>>;
export function gather<T extends Shape>(
  awaitables: AwaitablesOf<T>,
  options: { returnExceptions: boolean; limit?: number },
): Awaitable<Settled<T>>;
export function gather(
  of: unknown,
  { returnExceptions = false, limit = Infinity }: GatherOptions = {},
): Awaitable<unknown> {
  const entries = toEntries(of, 'gather()');
  return closeOnRefusal(entries.awaitables, () => {
    entries.awaitables.forEach((awaitable, index) =>
      checkAwaitable(awaitable, `gather(), at ${placeOf(entries, index)},`),
    );
    if (!(limit >= 1)) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `the limit of gather() is ${describeValue(limit)}: give the number that may run at once, 1 or more`,
      );
    }
    return noticeIfForgotten(new GatheringFuture(entries, returnExceptions, limit), 'gather()', gather);
  });
}

function placeOf({ keys }: Entries, index: number): string {
  return keys === undefined ? `position ${index}` : `"${keys[index] ?? ''}"`;
}

/** asyncio's `_GatheringFuture`: cancelling it cancels its children, and it ends when they have. */
class GatheringFuture extends EagerFuture<unknown> implements Watcher, CertaintyWatcher {
  readonly #entries: Entries;
  readonly #returnExceptions: boolean;
  /** What it starts, in order: the same awaitable once. */
  readonly #queued: Awaitable<unknown>[];
  /** How many of `#queued` were begun: the index of the next one. */
  #begun = 0;
  /** Children that were begun and have not ended. */
  #running = 0;
  /** Children, begun or not, of which it is open how they end. */
  #uncertain: number;
  /** It is certain how the gather ends: all children are, or one that fails it. */
  #isCertain = false;
  readonly #children = new Map<Awaitable<unknown>, Future<unknown>>();
  /** Children that were done when they were begun; taken at once, in `#takeDone`. */
  readonly #doneBefore: Future<unknown>[] = [];
  /** The gather was cancelled: it ends with a CancelledError once its children have ended. */
  #cancelRequested = false;

  constructor(entries: Entries, returnExceptions: boolean, limit: number) {
    super();
    this.#entries = entries;
    this.#returnExceptions = returnExceptions;
    this.#queued = [...new Set(entries.awaitables)];
    this.#uncertain = this.#queued.length;
    // Including those that begin later, because of the limit.
    const { awaitables, awaits } = currentLoop('gather()');
    awaits?.dependsOn(this, { [Symbol.iterator]: () => this.#children.values() });
    for (const awaitable of this.#queued) awaitables.awaited(awaitable);
    if (this.#queued.length === 0) this.setResult(toShape(entries, []));
    try {
      while (this.#running < limit && this.#begun < this.#queued.length) this.#beginNext();
    } catch (error) {
      this.cancel(); // the caller gets an error, and never this future
      throw error;
    }
    this.#takeDone();
  }

  override get [IS_CERTAIN](): boolean {
    return this.#isCertain || super[IS_CERTAIN];
  }

  override cancel(message = ''): boolean {
    if (this.done()) return false;
    let cancelled = this.#begun < this.#queued.length;
    for (const child of this.#children.values()) if (child.cancel(message)) cancelled = true;
    if (cancelled) this.#cancelRequested = true;
    return cancelled;
  }

  #beginNext(): void {
    const awaitable = this.#queued[this.#begun] as Awaitable<unknown>;
    this.#begun += 1;
    this.#running += 1;
    const child = ensureFuture(awaitable, 'gather()');
    this.#children.set(awaitable, child);
    if (child.done()) this.#doneBefore.push(child);
    else child[ADD_WATCHER](this);
    if (child[IS_CERTAIN]) this.futureCertain(child);
    else child[WATCH_CERTAINTY](this);
  }

  /** It is certain how a child ends. */
  futureCertain(child: Future<unknown>): void {
    this.#uncertain -= 1;
    const isFailed = child.done() && (child.cancelled() || child.exception() !== undefined);
    if (this.#uncertain > 0 && (this.#returnExceptions || !isFailed)) return;
    this.#isCertain = true;
    this.becomeCertain();
  }

  /** A child that was done before counts at once: a gather of such tasks alone is done at its call. */
  #takeDone(): void {
    for (let child = this.#doneBefore.shift(); child !== undefined; child = this.#doneBefore.shift()) {
      this.#ended(child);
    }
  }

  /** A child is done. */
  futureDone(child: Future<unknown>): void {
    this.#ended(child);
    this.#takeDone();
  }

  /** For a job of the ready queue, where no code would catch the error. */
  #beginNextOrFail(): void {
    try {
      this.#beginNext();
    } catch (error) {
      this.#running -= 1;
      this.#begun = this.#queued.length;
      if (!this.done()) this.setException(error as Error);
    }
  }

  #ended(child: Future<unknown>): void {
    this.#running -= 1;
    // After the gather was cancelled no further child begins.
    if (!this.#cancelRequested && this.#begun < this.#queued.length) this.#beginNextOrFail();
    if (this.done()) {
      // The gather has the first error: this one counts as seen.
      if (!child.cancelled()) child.exception();
      return;
    }
    if (!this.#returnExceptions) {
      const error = errorOf(child);
      if (error !== undefined) {
        this.setException(error);
        return;
      }
    }
    if (this.#running > 0) return;
    const { awaitables } = this.#entries;
    // Even if every child swallowed its cancellation, the awaiting task is still cancelled.
    if (this.#cancelRequested) this.setException(this.#cancelledError(awaitables.at(-1)));
    else
      this.setResult(
        toShape(
          this.#entries,
          awaitables.map((awaitable) => this.#resultOf(awaitable)),
        ),
      );
  }

  #cancelledError(last: Awaitable<unknown> | undefined): Error {
    const child = last === undefined ? undefined : this.#children.get(last);
    const error = child?.cancelled() === true ? errorOf(child) : undefined;
    return error ?? new CancelledError(child?.[CANCEL_MESSAGE]);
  }

  #resultOf(awaitable: Awaitable<unknown>): unknown {
    const child = this.#children.get(awaitable) as Future<unknown>;
    // Asking a cancelled one for its error would use it up.
    if (child.cancelled()) return new CancelledError(child[CANCEL_MESSAGE]);
    return child.exception() ?? child.result();
  }
}

/** The error that a child ended with. The CancelledError of one that was cancelled is used up by it. */
function errorOf(child: Future<unknown>): Error | undefined {
  try {
    return child.exception();
  } catch (error) {
    return error as Error;
  }
}
