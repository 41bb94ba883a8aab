/** asyncio's `Condition`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { InvalidStateError, isCancelled, WorkflowCodeError } from '../core/errors.ts';
import { plainAnswer } from '../core/plain-answer.ts';
import { Acquirable } from './acquirable.ts';
import { Lock } from './lock.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * A lock under which tasks wait until others notify them that something changed (asyncio's `Condition`). Several
 * conditions may share one lock.
 *
 * @example
 * ```ts
 * const changed = new Condition();
 * let stock = 0;
 * const buyer = createTask(
 *   changed.with(function* () {
 *     yield* changed.waitFor(() => stock >= 3);
 *     return stock;
 *   }),
 * );
 * for (let n = 0; n < 3; n += 1) {
 *   yield* sleep('1s');
 *   yield* changed.with(function* () {
 *     stock += 1;
 *     changed.notifyAll();
 *   });
 * }
 * yield* buyer; // => 3
 * ```
 */
export class Condition extends Acquirable {
  readonly #lock: Lock;
  readonly #waiters = new WaitQueue();

  /** Without a lock it makes one of its own. */
  constructor(lock: Lock = new Lock()) {
    super();
    if (!(lock instanceof Lock)) {
      throw new WorkflowCodeError('INVALID_ARGUMENT', `new Condition() takes a Lock, not ${describeValue(lock)}`);
    }
    this.#lock = lock;
  }

  /** Acquires the lock. */
  acquire(): Awaitable<true> {
    return this.lazy('condition.acquire()', 'acquire');
  }

  /** Releases the lock. InvalidStateError if it is not locked. */
  release(): void {
    this.#lock.release();
  }

  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Releases the lock, waits until it is notified, and acquires the lock again, also when it is cancelled. It may
   * return without a notification (a cancelled task passes its own on): check again, or use `waitFor`.
   * InvalidStateError if the lock is not acquired (asyncio: `RuntimeError`).
   */
  wait(): Awaitable<true> {
    return this.lazy('condition.wait()', 'wait');
  }

  /**
   * Waits until the predicate, a plain function that is called at once and after each notification, returns something
   * truthy; returns that. InvalidStateError if it has to wait and the lock is not acquired. A predicate that would have
   * to be awaited is a WorkflowCodeError `INVALID_ARGUMENT`.
   */
  waitFor<T>(predicate: () => T): Awaitable<T> {
    return this.lazy('condition.waitFor()', 'waitFor', predicate);
  }

  /**
   * Wakes the `n` tasks that wait longest, or all if there are fewer. InvalidStateError if the lock is not acquired.
   */
  notify(n = 1): void {
    this.checkRun('condition.notify()');
    if (!this.locked()) throw new InvalidStateError('cannot notify on un-acquired lock');
    this.#notify(n);
  }

  /** Wakes all tasks that wait. InvalidStateError if the lock is not acquired. */
  notifyAll(): void {
    this.notify(this.#waiters.size);
  }

  protected override begin(method: string, argument: unknown): Coroutine<unknown> {
    if (method === 'acquire') return this.#acquire();
    if (method === 'wait') return this.#wait();
    if (method === 'waitFor') return this.#waitFor(argument as () => unknown);
    return super.begin(method, argument);
  }

  *#acquire(): Coroutine<true> {
    return yield* this.#lock.acquire();
  }

  *#wait(): Coroutine<true> {
    if (!this.locked()) throw new InvalidStateError('cannot wait on un-acquired lock');
    this.release();
    try {
      try {
        yield* this.#waiters.wait();
      } finally {
        yield* this.#reacquire();
      }
      return true;
    } catch (error) {
      // It may have been notified before it was cancelled: the next task gets the notification.
      this.#notify(1);
      throw error;
    }
  }

  /** However often it is cancelled, it acquires the lock; then it throws the last cancellation. */
  *#reacquire(): Coroutine<void> {
    let cancellation: { readonly error: unknown } | undefined;
    for (;;) {
      try {
        yield* this.acquire();
        break;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        cancellation = { error };
      }
    }
    if (cancellation !== undefined) throw cancellation.error;
  }

  *#waitFor<T>(predicate: () => T): Coroutine<T> {
    for (;;) {
      const result = plainAnswer(predicate(), 'condition.waitFor()');
      if (result) return result;
      yield* this.#wait();
    }
  }

  #notify(n: number): void {
    for (let left = n; left > 0 && this.#waiters.wakeNext(); left -= 1);
  }
}
