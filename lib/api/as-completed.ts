/** Results in the order in which they come (asyncio's `as_completed`). */
import type { Awaitable, Coroutine, Result } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { describeDuration, type Duration, toMilliseconds } from '../core/duration.ts';
import { TimeoutError, WorkflowCodeError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { checkAwaitable, isPromise } from '../core/check-awaitable.ts';
import { currentLoop } from '../core/loop.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { ensureFutures } from './ensure-future.ts';
import { Queue } from './queue.ts';
import type { AwaitablesOf, Tuple } from './shapes.ts';
import { setTimer } from './timer.ts';

/** How long `asCompleted` waits. */
export interface AsCompletedOptions {
  /** For all of them together, from the call on. Default: no limit. */
  timeout?: Duration;
}

/**
 * Starts all awaitables at once, at the call, and gives as many awaitables: the first is done when the first of them
 * is, and so on. asyncio: `as_completed`.
 *
 * Awaiting one throws the error of what it stands for. After the timeout those that are left throw a TimeoutError; what
 * they stand for goes on. The same awaitable given twice counts once. After a `break` the next loop over it goes on with
 * those that are left.
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
  const { limitMs, todo } = closeOnRefusal(awaitables, () => {
    for (const awaitable of awaitables) checkAwaitable(awaitable, 'asCompleted()');
    return {
      limitMs: timeout === undefined ? undefined : toMilliseconds(timeout, 'the timeout of asCompleted()'),
      todo: new Set(ensureFutures(awaitables as Awaitable<unknown>[], 'asCompleted()')),
    };
  });
  const done = new Queue<Future<unknown> | 'timeout'>();
  let cancelTimer = (): void => undefined;

  const ended = (future: Future<unknown>): void => {
    // The timeout was here first.
    if (!todo.delete(future)) return;
    done.putNowait(future);
    if (todo.size === 0) cancelTimer();
  };
  const timeOut = (): void => {
    for (const future of todo) {
      future.removeDoneCallback(ended);
      done.putNowait('timeout');
    }
    todo.clear();
  };
  for (const future of todo) future.addDoneCallback(ended);
  if (todo.size > 0 && limitMs !== undefined) {
    cancelTimer = setTimer('asCompleted', currentLoop('asCompleted()').nowMs() + limitMs, 'next-round', timeOut);
  }
  return nexts(todo.size, () => next(done, timeout));
}

/** One awaitable for each that was started: made when the loop asks for it. It goes on where a `break` has left it. */
function nexts(count: number, next: () => Coroutine<unknown>): IterableIterator<Awaitable<unknown>> {
  let left = count;
  // No generator: that would be over at the first `break`.
  return {
    [Symbol.iterator]() {
      return this;
    },
    next() {
      if (left === 0) return { done: true, value: undefined };
      left -= 1;
      return { done: false, value: { [Symbol.iterator]: next } };
    },
  };
}

function* next(done: Queue<Future<unknown> | 'timeout'>, limit?: Duration): Coroutine<unknown> {
  const future = yield* done.get();
  if (future === 'timeout') {
    throw new TimeoutError(`the time limit of asCompleted(), ${describeDuration(limit ?? null)}, was up`);
  }
  return future.result();
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
