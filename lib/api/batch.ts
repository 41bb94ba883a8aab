/** Many items of one kind, some at a time: a task for each item that has begun, and none for the others. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { Batch, type BatchEnd, type BatchItem } from '../core/batch.ts';
import { isCancelled } from '../core/errors.ts';
import { type Future, WATCH_CERTAINTY } from '../core/future.ts';
import type { CertaintyWatcher } from '../core/job.ts';
import { currentLoop, type LoopTask } from '../core/loop.ts';
import { toError } from '../core/to-error.ts';
import { type BatchOptions, type BatchPlan, toBatchPlan } from './batch-plan.ts';
import { asAwaitable, checkBody } from './body.ts';
import { Latch } from './latch.ts';
import { type Call, lazy } from './lazy.ts';

/**
 * Calls the worker for each item, some at a time, and gives how each item ended, in the order of the items.
 *
 * An item that fails stops no other, unless more fail than `toleratedFailures`; the batch itself does not throw, but
 * `throwIfFailed()` of what it gives does. Once `enough` have succeeded, or too many have failed, no further item
 * begins, and the items that run are cancelled and have ended before the batch returns. The same happens when the
 * awaiting task is cancelled, or the iterable throws; then that error is thrown.
 *
 * It takes an item from the iterable when there is room for it, so a generator may give 100,000 items of which only
 * `limit` are in memory. Of a generator that is left early, the items that it did not give are not in the result, and
 * its `finally` runs. An iterable that has to be awaited, a worker that returns no awaitable, and options that make no
 * sense are a WorkflowCodeError.
 *
 * @example
 * ```ts
 * const orders = ['A-1', 'A-2', 'A-3'];
 * const shipped = yield* batch(orders, (order) => step('ship', () => `${order} is on its way`), { limit: 2 });
 * shipped.throwIfFailed();
 * shipped.values().length; // => 3
 * ```
 */
export function batch<A, R>(
  items: Iterable<A>,
  worker: (item: A, index: number) => Awaitable<R>,
  options: BatchOptions = {},
): Awaitable<Batch<R>> {
  currentLoop('batch()');
  checkBody('batch()', worker);
  const plan = toBatchPlan(items, options);
  return lazy('batch()', new BatchCall<R>(items, worker as Worker<R>, plan));
}

type Worker<R> = (item: unknown, index: number) => Awaitable<R>;

class BatchCall<R> implements Call<Batch<R>> {
  /** The author's. */
  readonly items: Iterable<unknown>;
  readonly worker: Worker<R>;
  readonly plan: BatchPlan;

  constructor(items: Iterable<unknown>, worker: Worker<R>, plan: BatchPlan) {
    this.items = items;
    this.worker = worker;
    this.plan = plan;
  }

  start(): Coroutine<Batch<R>> {
    return runBatch(this);
  }
}

function* runBatch<R>({ items, worker, plan }: BatchCall<R>): Coroutine<Batch<R>> {
  const running = new RunningBatch<R>(iteratorOf(items), worker, plan);
  try {
    for (;;) {
      running.beginItems();
      if (running.hasEnded()) break;
      yield* running.waitForEnds();
    }
  } catch (error) {
    // The batch is cancelled, or its iterable throws: the items end first, however often it is cancelled meanwhile.
    running.stop();
    let last = error;
    while (!running.hasEnded()) {
      try {
        yield* running.waitForEnds();
      } catch (again) {
        last = again;
      }
    }
    throw last;
  }
  return running.result();
}

/** Of an array, an object that says how far it is: the language's own iterator keeps that to itself. */
function iteratorOf(items: Iterable<unknown>): Iterator<unknown> {
  const iterate = items[Symbol.iterator];
  return iterate === Array.prototype.values ? new ArrayItems(items as readonly unknown[]) : iterate.call(items);
}

/** As an array's own: it sees what was added meanwhile, and nothing after its end. */
class ArrayItems implements Iterator<unknown> {
  readonly array: readonly unknown[];
  /** The next one's index; undefined from the end on. */
  at: number | undefined = 0;

  constructor(array: readonly unknown[]) {
    this.array = array;
  }

  next(): IteratorResult<unknown> {
    const { at } = this;
    this.at = at === undefined || at >= this.array.length ? undefined : at + 1;
    return this.at === undefined ? { done: true, value: undefined } : { done: false, value: this.array[this.at - 1] };
  }
}

/** An item that was given to a task. */
interface Running {
  readonly index: number;
  readonly task: LoopTask<unknown>;
  /** The worker was called. */
  hasBegun: boolean;
}

class RunningBatch<R> implements CertaintyWatcher {
  private readonly loop = currentLoop('batch()');
  private readonly iterator: Iterator<unknown>;
  private readonly worker: Worker<R>;
  private readonly plan: BatchPlan;
  /** How the items ended; undefined for those that have not. */
  private readonly items: (BatchItem<R> | undefined)[] = [];
  private readonly running = new Map<Future<unknown>, Running>();
  private successes = 0;
  private failures = 0;
  /** The iterable has no more items, or is asked for none. */
  private isExhausted = false;
  /** Set by `stop`: the items that run were cancelled. */
  private isStopped = false;
  private endedBy: BatchEnd = 'all';
  /** What is wrong with the worker, or was with the end of the iterator: the batch fails with it. */
  private mistake: { readonly error: unknown } | undefined;
  /** What the batch's own task waits for; made anew for each wait. */
  private ends: Latch | undefined;

  constructor(iterator: Iterator<unknown>, worker: Worker<R>, plan: BatchPlan) {
    this.iterator = iterator;
    this.worker = worker;
    this.plan = plan;
  }

  hasEnded(): boolean {
    return this.isExhausted && this.running.size === 0;
  }

  /** As many as there is room for. Throws what the iterable throws. */
  beginItems(): void {
    while (!this.isExhausted && this.running.size < this.plan.limit) {
      const next = this.takeNext();
      if (next.done === true) this.isExhausted = true;
      else this.begin(next.value);
    }
  }

  private takeNext(): IteratorResult<unknown> {
    try {
      return this.iterator.next();
    } catch (error) {
      this.isExhausted = true; // as in a `for` loop, an iterator that has thrown is not closed
      throw error;
    }
  }

  private begin(item: unknown): void {
    const index = this.items.length;
    const call = new ItemCall(this, item, index);
    const task = this.loop.tasks.create(call);
    const future = task as unknown as Future<unknown>; // each task of a loop is one
    this.items.push(undefined);
    this.running.set(future, { index, task, hasBegun: false });
    call.future = future;
    future[WATCH_CERTAINTY](this);
  }

  /** Waits until an item has ended, or all have if no further one begins. */
  *waitForEnds(): Coroutine<void> {
    this.ends = new Latch();
    yield* this.ends;
  }

  /** Calls the worker, in the item's own task. */
  callWorker(future: Future<unknown>, item: unknown, index: number): Awaitable<R> {
    (this.running.get(future) as Running).hasBegun = true;
    const worker = this.worker; // so that the author's code is not called with the batch as `this`
    const made = worker(item, index);
    try {
      return asAwaitable('batch()', made);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** An item's task is done. */
  futureCertain(future: Future<unknown>): void {
    const ended = this.running.get(future) as Running;
    this.running.delete(future);
    this.items[ended.index] = this.endOf(future, ended);
    this.stopIfDecided();
    if (!this.isExhausted || this.running.size === 0) this.ends?.release();
  }

  private endOf(future: Future<unknown>, { hasBegun }: Running): BatchItem<R> {
    try {
      const value = future.result() as R;
      this.successes += 1;
      return { status: 'fulfilled', value };
    } catch (error) {
      if (isCancelled(error)) return { status: hasBegun ? 'cancelled' : 'not-started' };
      this.failures += 1;
      return { status: 'rejected', reason: toError(error) };
    }
  }

  private stopIfDecided(): void {
    if (this.isStopped) return;
    if (this.successes >= this.plan.enough) this.endedBy = 'enough';
    else if (this.failures > this.plan.tolerated) this.endedBy = 'failures';
    else return;
    this.stop();
  }

  private fail(error: unknown): void {
    this.mistake ??= { error };
    this.stop();
  }

  /** Begins no further item, and cancels those that run. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    if (!this.isExhausted) this.closeIterator();
    for (const { task } of this.running.values()) task.cancel();
  }

  private closeIterator(): void {
    this.isExhausted = true;
    try {
      this.iterator.return?.();
    } catch (error) {
      this.mistake ??= { error };
    }
  }

  /** Throws what was wrong with the worker or the iterator. */
  result(): Batch<R> {
    if (this.mistake !== undefined) throw this.mistake.error;
    const items = this.items as BatchItem<R>[]; // all of them have ended
    const { count = items.length } = this.plan;
    while (items.length < count) items.push({ status: 'not-started' });
    return new Batch(items, this.endedBy);
  }
}

/** Its first step calls the worker. */
class ItemCall<R> implements Awaitable<R> {
  private readonly batch: RunningBatch<R>;
  private readonly item: unknown;
  private readonly index: number;
  /** The task that runs it. */
  future: Future<unknown> | undefined;

  constructor(batch: RunningBatch<R>, item: unknown, index: number) {
    this.batch = batch;
    this.item = item;
    this.index = index;
  }

  *[Symbol.iterator](): Coroutine<R> {
    return yield* this.batch.callWorker(this.future as Future<unknown>, this.item, this.index);
  }
}
