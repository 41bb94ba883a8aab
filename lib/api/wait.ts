/** Waiting for some of several tasks, without touching the others (asyncio's `wait`, case for case). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { ignoreRejection, isPromise } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER, Future, REMOVE_WATCHER } from '../core/future.ts';
import type { Watcher } from '../core/job.ts';
import { currentLoop } from '../core/loop.ts';
import type { Task } from '../core/task.ts';
import { Latch } from './latch.ts';
import { type Call, lazy } from './lazy.ts';
import { Timer } from './timer.ts';

/** What `wait` waits for: the first to end, the first to fail, or all (asyncio's `return_when`). */
export type ReturnWhen = 'FIRST_COMPLETED' | 'FIRST_EXCEPTION' | 'ALL_COMPLETED';

/** How long `wait` waits, and for what. */
export interface WaitOptions {
  /** Default `'ALL_COMPLETED'`. `'FIRST_EXCEPTION'`: also when all have ended. */
  returnWhen?: ReturnWhen;
  /** Return after this time at the latest. Default: no limit. */
  timeout?: Duration;
}

const RETURN_WHEN: readonly ReturnWhen[] = ['FIRST_COMPLETED', 'FIRST_EXCEPTION', 'ALL_COMPLETED'];

/**
 * Waits for tasks or futures and returns two sets: those that are done and those that are not. asyncio: `wait`.
 *
 * It cancels nothing and throws nothing of theirs, also when the timeout is over; look into `done` for results and
 * errors. None at all, and what is neither a task nor a future, is a WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * const slow = createTask(sleep('2h', 'slow'));
 * const fast = createTask(sleep('1h', 'fast'));
 * const { done, pending } = yield* wait([slow, fast], { returnWhen: 'FIRST_COMPLETED' });
 * done.has(fast) && pending.has(slow); // => true
 * ```
 */
export function wait<A extends Task<unknown> | Future<unknown>>(
  tasks: Iterable<A>,
  { returnWhen = 'ALL_COMPLETED', timeout }: WaitOptions = {},
): Awaitable<{ done: Set<A>; pending: Set<A> }> {
  const futures = toFutures(tasks);
  if (!RETURN_WHEN.includes(returnWhen)) {
    throw invalid(`returnWhen of wait() is ${describeValue(returnWhen)}: give one of ${RETURN_WHEN.join(', ')}`);
  }
  const limitMs = timeout === undefined ? undefined : toMilliseconds(timeout, 'the timeout of wait()');
  return lazy('wait()', new WaitCall(futures, returnWhen, limitMs));
}

function toFutures<A extends Task<unknown> | Future<unknown>>(tasks: Iterable<A>): Set<A> {
  const given: unknown = tasks;
  const isIterable = typeof given === 'object' && given !== null && Symbol.iterator in given && !isPromise(given);
  if (!isIterable || given instanceof Future) {
    ignoreRejection(given);
    throw invalid(`wait() was given ${describeValue(given)}: give several tasks or futures, wait([task])`);
  }
  const futures = new Set<unknown>(given as Iterable<unknown>);
  if (futures.size === 0) throw invalid('wait() was given no task: it needs one to wait for');
  for (const future of futures) ignoreRejection(future);
  for (const future of futures) {
    if (future instanceof Future) continue;
    throw invalid(
      `wait() was given ${describeValue(future)}: it takes tasks and futures only; make a task of what else can be ` +
        `awaited, createTask(...), so that you can find it in the sets`,
    );
  }
  return futures as Set<A>;
}

type Either = Task<unknown> | Future<unknown>;

class WaitCall<A extends Either> implements Call<{ done: Set<A>; pending: Set<A> }>, Watcher {
  private readonly futures: Set<A>;
  private readonly returnWhen: ReturnWhen;
  private readonly limitMs: number | undefined;
  /** What the waiting task waits for; made when the wait starts, as is the timer. */
  private latch: Latch | undefined;
  /** Undefined without a limit. */
  private timer: Timer | undefined;
  /** Futures that are not done, as far as `futureDone` has been called. */
  private left: number;

  constructor(futures: Set<A>, returnWhen: ReturnWhen, limitMs: number | undefined) {
    this.futures = futures;
    this.returnWhen = returnWhen;
    this.limitMs = limitMs;
    this.left = futures.size;
  }

  *start(): Coroutine<{ done: Set<A>; pending: Set<A> }> {
    const latch = new Latch();
    this.latch = latch;
    currentLoop('wait()').awaits?.dependsOn(latch, [...this.futures].map(asFuture));
    if (this.limitMs !== undefined) {
      const dueAtMs = currentLoop('wait()').clock.nowMs() + this.limitMs;
      this.timer = new Timer(latch, { name: 'wait', dueAtMs, ifDue: 'next-round' });
    }
    for (const future of this.futures) asFuture(future)[ADD_WATCHER](this);
    try {
      yield* latch;
    } finally {
      this.timer?.cancel();
      for (const future of this.futures) asFuture(future)[REMOVE_WATCHER](this);
    }
    const done = new Set<A>();
    const pending = new Set<A>();
    for (const future of this.futures) (future.done() ? done : pending).add(future);
    return { done, pending };
  }

  futureDone(future: Future<unknown>): void {
    this.left -= 1;
    const isOver =
      this.left <= 0 ||
      this.returnWhen === 'FIRST_COMPLETED' ||
      (this.returnWhen === 'FIRST_EXCEPTION' && !future.cancelled() && future.exception() !== undefined);
    if (!isOver) return;
    this.timer?.cancel();
    this.latch?.release();
  }
}

/** Each task of a loop is a future. */
function asFuture(future: Either): Future<unknown> {
  return future as Future<unknown>;
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
