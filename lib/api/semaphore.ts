/** asyncio's `Semaphore` and `BoundedSemaphore`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { InvalidStateError, WorkflowCodeError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { Acquirable } from './acquirable.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * Lets a number of tasks through at a time (asyncio's `Semaphore`). It is fair: the task that waits longest is next,
 * and no later one overtakes it. Released more often than acquired, it lets more through.
 *
 * @example
 * ```ts
 * const two = new Semaphore(2);
 * const call = (n: number) =>
 *   two.with(function* () {
 *     yield* sleep('1s');
 *     return n;
 *   });
 * const startedAtMs = now().getTime();
 * yield* gather([call(1), call(2), call(3), call(4)]);
 * now().getTime() - startedAtMs; // => 2000
 * ```
 */
export class Semaphore extends Acquirable {
  #value: number;
  readonly #waiters = new WaitQueue();

  /** `value`: how many may hold it at once, a whole number of zero or more (then it waits for the first release). */
  constructor(value = 1) {
    super();
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `${new.target.name} cannot start at ${describeValue(value)}: give a whole number, zero or more`,
      );
    }
    this.#value = value;
  }

  /** Waits until fewer hold it than may. Cancelled while it waits, it leaves its turn to the next. */
  acquire(): Awaitable<true> {
    return this.lazy('semaphore.acquire()', 'acquire');
  }

  /** Releases one: the task that waits longest goes on. */
  release(): void {
    this.checkRun('semaphore.release()');
    this.#value += 1;
    this.#wakeUpNext();
  }

  /** Says whether `acquire` would wait: none is left, or others wait already. */
  locked(): boolean {
    return this.#value === 0 || this.#waiters.isOccupied();
  }

  protected override begin(method: string, argument: unknown): Coroutine<unknown> {
    if (method === 'acquire') return this.#acquire();
    return super.begin(method, argument);
  }

  *#acquire(): Coroutine<true> {
    if (!this.locked()) {
      this.#value -= 1;
      return true;
    }
    const waiter = new Future<void>();
    try {
      yield* this.#waiters.wait(waiter);
    } catch (error) {
      // Woken and cancelled at once: the one that the wake-up took for this task is released.
      if (waiter.done() && !waiter.cancelled()) this.#value += 1;
      throw error;
    } finally {
      while (this.#value > 0 && this.#wakeUpNext());
    }
    return true;
  }

  /** Takes one for the first task that is not awake yet; says whether there was one. */
  #wakeUpNext(): boolean {
    if (!this.#waiters.wakeNext()) return false;
    this.#value -= 1;
    return true;
  }

  /** How many may still acquire it now. */
  protected get value(): number {
    return this.#value;
  }
}

/**
 * A semaphore that says so when it is released more often than it was acquired (asyncio's `BoundedSemaphore`).
 *
 * @example
 * ```ts
 * const one = new BoundedSemaphore(1);
 * yield* one.acquire();
 * one.release();
 * let code = '';
 * try {
 *   one.release();
 * } catch (error) {
 *   code = (error as LullError).code;
 * }
 * code; // => 'INVALID_STATE'
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  /** Releases one. InvalidStateError if that would be one more than it began with (asyncio: `ValueError`). */
  override release(): void {
    if (this.value >= this.#bound) throw new InvalidStateError('BoundedSemaphore released too many times');
    super.release();
  }
}
