/** asyncio's queues. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { InvalidStateError, QueueEmpty, QueueFull, QueueShutDown, WorkflowCodeError } from '../core/errors.ts';
import { FifoQueue } from '../core/fifo-queue.ts';
import { Future } from '../core/future.ts';
import { Event } from './event.ts';
import { type ItemStore, LifoStore } from './item-store.ts';
import { type Compare, PriorityStore } from './priority-store.ts';
import { RunBound } from './run-bound.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * Passes items from task to task, first in, first out (asyncio's `Queue`). It belongs to one run. Its items are not
 * stored: a replay puts them in again.
 *
 * @example
 * ```ts
 * const queue = new Queue<number>(2);
 * const producer = function* () {
 *   for (const n of [1, 2, 3]) yield* queue.put(n);
 *   queue.shutdown();
 * };
 * const consumer = function* () {
 *   const items: number[] = [];
 *   try {
 *     for (;;) items.push(yield* queue.get());
 *   } catch (error) {
 *     if (error instanceof QueueShutDown) return items;
 *     throw error;
 *   }
 * };
 * const [, items] = yield* gather([producer(), consumer()]);
 * items; // => [1, 2, 3]
 * ```
 */
export class Queue<T> extends RunBound {
  /** How many items it holds at most; no limit at zero and below. */
  readonly maxsize: number;
  /** How this kind of queue keeps its items. */
  protected items: ItemStore<T> = new FifoQueue();
  /** Tasks that wait for an item, and for room. */
  readonly #getters = new WaitQueue();
  readonly #putters = new WaitQueue();
  /** Items that were put and for which `taskDone` was not called; `#finished` is set while there is none. */
  #unfinished = 0;
  readonly #finished = new Event();
  #isShutDown = false;

  constructor(maxsize = 0) {
    super();
    if (typeof maxsize !== 'number' || Number.isNaN(maxsize)) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `maxsize of ${new.target.name} cannot be ${describeValue(maxsize)}: give a number, 0 for no limit`,
      );
    }
    this.maxsize = maxsize;
    this.#finished.set();
  }

  /**
   * Adds an item; waits while the queue is full. Cancelled while it waits, it adds nothing. QueueShutDown after
   * `shutdown`.
   */
  put(item: T): Awaitable<void> {
    return this.lazy('queue.put()', 'put', item);
  }

  /** Takes the next item; waits while there is none. QueueShutDown after `shutdown`, once there is none left. */
  get(): Awaitable<T> {
    return this.lazy('queue.get()', 'get');
  }

  /** Adds an item now. QueueFull if there is no room, QueueShutDown after `shutdown`. */
  putNowait(item: T): void {
    this.checkRun('queue.putNowait()');
    if (this.#isShutDown) throw new QueueShutDown();
    if (this.full()) throw new QueueFull();
    this.items.add(item);
    this.#unfinished += 1;
    this.#finished.clear();
    this.#getters.wakeNext();
  }

  /** Takes the next item now. QueueEmpty if there is none; then QueueShutDown after `shutdown`. */
  getNowait(): T {
    this.checkRun('queue.getNowait()');
    if (this.empty()) throw this.#isShutDown ? new QueueShutDown() : new QueueEmpty();
    const item = this.items.take();
    this.#putters.wakeNext();
    return item;
  }

  /** How many items are in it. */
  qsize(): number {
    return this.items.size;
  }

  empty(): boolean {
    return this.items.size === 0;
  }

  /** Says whether it holds `maxsize` items. Without a limit it is never full. */
  full(): boolean {
    return this.maxsize > 0 && this.items.size >= this.maxsize;
  }

  /**
   * Marks the work on an item that was taken as done: call it once for each item. `join` waits for it.
   * InvalidStateError if called more often than items were put (asyncio: `ValueError`).
   */
  taskDone(): void {
    this.checkRun('queue.taskDone()');
    if (this.#unfinished <= 0) throw new InvalidStateError('taskDone() called too many times');
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#finished.set();
  }

  /** Waits until `taskDone` was called for every item that was put. */
  join(): Awaitable<void> {
    return this.lazy('queue.join()', 'join');
  }

  /**
   * Closes it: `put` raises QueueShutDown from now on, also where it waits already, and `get` does once the items
   * that are left were taken. `immediate` drops these, as if taken and done.
   */
  shutdown(immediate = false): void {
    this.checkRun('queue.shutdown()');
    this.#isShutDown = true;
    if (immediate) this.#drop();
    this.#getters.wakeAll();
    this.#putters.wakeAll();
  }

  protected override begin(method: string, argument: unknown): Coroutine<unknown> {
    if (method === 'put') return this.#put(argument as T);
    if (method === 'get') return this.#get();
    if (method === 'join') return this.#join();
    return super.begin(method, argument);
  }

  *#put(item: T): Coroutine<void> {
    while (this.full()) {
      if (this.#isShutDown) throw new QueueShutDown();
      yield* this.#waitForRoom();
    }
    try {
      this.putNowait(item);
    } catch (error) {
      // An item that cannot be ordered: the room that this task was woken for is the next one's.
      if (!this.full()) this.#putters.wakeNext();
      throw error;
    }
  }

  *#get(): Coroutine<T> {
    while (this.empty()) {
      if (this.#isShutDown) throw new QueueShutDown();
      yield* this.#waitForItem();
    }
    return this.getNowait();
  }

  *#join(): Coroutine<void> {
    if (this.#unfinished > 0) yield* this.#finished.wait();
  }

  *#waitForRoom(): Coroutine<void> {
    const waiter = new Future<void>();
    try {
      yield* this.#putters.wait(waiter);
    } catch (error) {
      // Woken and cancelled at once: the next in line gets the wake-up.
      if (!this.full() && !waiter.cancelled()) this.#putters.wakeNext();
      throw error;
    }
  }

  *#waitForItem(): Coroutine<void> {
    const waiter = new Future<void>();
    try {
      yield* this.#getters.wait(waiter);
    } catch (error) {
      // As above.
      if (!this.empty() && !waiter.cancelled()) this.#getters.wakeNext();
      throw error;
    }
  }

  #drop(): void {
    while (!this.empty()) {
      this.items.take();
      if (this.#unfinished > 0) this.#unfinished -= 1;
    }
    if (this.#unfinished === 0) this.#finished.set();
  }
}

/**
 * A queue that returns the item that was put last (asyncio's `LifoQueue`).
 *
 * @example
 * ```ts
 * const stack = new LifoQueue<string>();
 * stack.putNowait('a');
 * stack.putNowait('b');
 * yield* stack.get(); // => 'b'
 * ```
 */
export class LifoQueue<T> extends Queue<T> {
  protected override items: ItemStore<T> = new LifoStore();
}

/**
 * A queue that returns the smallest item first, and among equal ones the one that was put first (asyncio's
 * `PriorityQueue`, which leaves the order of equal ones open).
 *
 * By itself it orders numbers, bigints, strings (by UTF-16 units), Dates, and arrays of these element by element, as
 * Python orders tuples. For anything else pass `compare`: negative if the first goes first, 0 if they are equal. An
 * item that cannot be ordered is refused by `put` with a WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * const queue = new PriorityQueue<[number, string]>();
 * queue.putNowait([2, 'later']);
 * queue.putNowait([1, 'first']);
 * yield* queue.get(); // => [1, 'first']
 * ```
 */
export class PriorityQueue<T> extends Queue<T> {
  protected override items: ItemStore<T>;

  constructor(maxsize = 0, { compare }: { compare?: Compare<T> } = {}) {
    super(maxsize);
    this.items = new PriorityStore(compare);
  }
}
