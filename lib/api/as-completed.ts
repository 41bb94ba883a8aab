/** Results in the order in which they come (asyncio's `as_completed`). */
import type { Awaitable, Coroutine, Result } from '../core/awaitable.ts';
import { captureCalls } from '../core/call-site.ts';
import { describeValue } from '../core/describe-value.ts';
import { describeDuration, type Duration, toMilliseconds } from '../core/duration.ts';
import { TimeoutError, WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER, Future, REMOVE_WATCHER } from '../core/future.ts';
import type { Watcher } from '../core/job.ts';
import { checkAwaitable, isPromise } from '../core/check-awaitable.ts';
import { currentLoop } from '../core/loop.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { ensureFutures } from './ensure-future.ts';
import { Queue } from './queue.ts';
import type { AwaitablesOf, Tuple } from './shapes.ts';
import { Timer, type TimerTarget } from './timer.ts';

/** How long `asCompleted` waits. */
export interface AsCompletedOptions {
  /** For all of them together, from the call on. Default: no limit. */
  timeout?: Duration;
}

/**
 * Starts all awaitables at once, at the call, and returns as many awaitables: the first is done when the first of them
 * is, and so on. asyncio: `as_completed`.
 *
 * Awaiting one returns the result, or throws the error, of the awaitable that ended. After the timeout those that are
 * left throw a TimeoutError, and the awaitables that have not ended go on. The same awaitable given twice counts once.
 * After a `break` the next loop over it goes on with those that are left.
 *
 * @example
 * ```ts
 * const order: string[] = [];
 * for (const next of asCompleted([sleep('2h', 'slow'), sleep('1h', 'fast')])) {
 *   order.push(yield* next);
 * }
 * order; // => ['fast', 'slow']
 * ```
 */
export function asCompleted<T extends Tuple>(
  awaitables: AwaitablesOf<T>,
  options?: AsCompletedOptions,
): Iterable<Awaitable<T[number]>>;
export function asCompleted<A extends Awaitable<unknown>>(
  awaitables: Iterable<A>,
  options?: AsCompletedOptions,
): Iterable<Awaitable<Result<A>>>;
export function asCompleted(of: unknown, { timeout }: AsCompletedOptions = {}): Iterable<Awaitable<unknown>> {
  const awaitables = toAwaitables(of);
  return closeOnRefusal(awaitables, () => {
    for (const awaitable of awaitables) checkAwaitable(awaitable, 'asCompleted()');
    const limitMs = timeout === undefined ? undefined : toMilliseconds(timeout, 'the timeout of asCompleted()');
    const futures = ensureFutures(awaitables as Awaitable<unknown>[], 'asCompleted()');
    return new Completions(futures, limitMs, describeDuration(timeout ?? null));
  });
}

/**
 * One awaitable for each future, made when the loop asks for it. It is no generator, which would be over at the first
 * `break`: the next loop over it goes on with those that are left.
 */
class Completions implements IterableIterator<Awaitable<unknown>>, Watcher, TimerTarget {
  /** Futures that are not done, and are not taken out by the timeout. */
  readonly #todo: Set<Future<unknown>>;
  /** Those that are done, in order; `'timeout'` for each that was not when the time was up. */
  readonly #done = new Queue<Future<unknown> | 'timeout'>();
  /** Undefined without a limit. */
  readonly #timer: Timer | undefined;
  readonly #limitText: string;
  /** How many awaitables the loop has not asked for yet. */
  #left: number;

  constructor(futures: readonly Future<unknown>[], limitMs: number | undefined, limitText: string) {
    this.#todo = new Set(futures);
    this.#left = this.#todo.size;
    this.#limitText = limitText;
    for (const future of this.#todo) future[ADD_WATCHER](this);
    if (this.#left === 0 || limitMs === undefined) return;
    const dueAtMs = currentLoop('asCompleted()').clock.nowMs() + limitMs;
    this.#timer = new Timer(this, { name: 'asCompleted', dueAtMs, ifDue: 'next-round' });
  }

  futureDone(future: Future<unknown>): void {
    // After the timeout it is no longer there.
    if (!this.#todo.delete(future)) return;
    this.#done.putNowait(future);
    if (this.#todo.size === 0) this.#timer?.cancel();
  }

  timerDue(): void {
    for (const future of this.#todo) {
      future[REMOVE_WATCHER](this);
      this.#done.putNowait('timeout');
    }
    this.#todo.clear();
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Awaitable<unknown>> {
    if (this.#left === 0) return { done: true, value: undefined };
    this.#left -= 1;
    return { done: false, value: new NextCompletion(this) };
  }

  /** The coroutine of one of its awaitables. */
  *waitForNext(): Coroutine<unknown> {
    const future = yield* this.#done.get();
    if (future === 'timeout') throw new TimeoutError(`the time limit of asCompleted(), ${this.#limitText}, was up`);
    return future.result();
  }
}

class NextCompletion implements Awaitable<unknown> {
  readonly #completions: Completions;

  constructor(completions: Completions) {
    this.#completions = completions;
    currentLoop('asCompleted()').awaits?.made(this, 'asCompleted()', captureCalls());
  }

  [Symbol.iterator](): Coroutine<unknown> {
    const coroutine = this.#completions.waitForNext();
    return currentLoop('yield* of asCompleted()').awaits?.during(this, coroutine) ?? coroutine;
  }
}

function toAwaitables(of: unknown): unknown[] {
  const isIterable = typeof of === 'object' && of !== null && Symbol.iterator in of && !isPromise(of);
  // An awaitable can be iterated too, but it is one, and not several.
  if (!isIterable || of instanceof Future || 'throw' in of) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `asCompleted() was given ${describeValue(of)}: give several awaitables, asCompleted([a, b])`,
    );
  }
  return [...new Set(of as Iterable<unknown>)];
}
