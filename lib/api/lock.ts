/** asyncio's `Lock`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { isBrandedInstance, setBrand } from '../core/brand.ts';
import { InvalidStateError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { Acquirable } from './acquirable.ts';

/**
 * Lets one task at a time through (asyncio's `Lock`). It is fair: who waits longest is next. No task owns it: any may
 * release it, and a task that acquires it twice waits for itself for ever.
 *
 * @example
 * ```ts
 * const lock = new Lock();
 * const seen: string[] = [];
 * const user = function* (name: string) {
 *   yield* lock.with(function* () {
 *     seen.push(`${name} in`);
 *     yield* sleep('1s');
 *     seen.push(`${name} out`);
 *   });
 * };
 * yield* gather([user('a'), user('b')]);
 * seen; // => ['a in', 'a out', 'b in', 'b out']
 * ```
 */
export class Lock extends Acquirable {
  static {
    setBrand(this.prototype, 'Lock');
  }
  // A lock of another copy of lull is one too.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBrandedInstance(this, value);
  }
  #locked = false;
  #waiters: Future<void>[] = [];

  /** Waits until it is unlocked, and locks it. Cancelled while it waits, it leaves its turn to the next. */
  acquire(): Awaitable<true> {
    return this.lazy('lock.acquire()', () => this.#acquire());
  }

  /** Unlocks it: the task that waits longest goes on. InvalidStateError if it is not locked. */
  release(): void {
    this.checkRun('lock.release()');
    if (!this.#locked) throw new InvalidStateError('Lock is not acquired.');
    this.#locked = false;
    this.#wakeUpFirst();
  }

  locked(): boolean {
    return this.#locked;
  }

  *#acquire(): Coroutine<true> {
    if (!this.#locked && this.#waiters.every((waiter) => waiter.cancelled())) {
      this.#locked = true;
      return true;
    }
    const waiter = new Future<void>();
    this.#waiters.push(waiter);
    try {
      try {
        yield* waiter;
      } finally {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      }
    } catch (error) {
      // The wake-up may have been meant for this task: whoever is first now gets it.
      if (!this.#locked) this.#wakeUpFirst();
      throw error;
    }
    this.#locked = true;
    return true;
  }

  /** One that is done will wake up anyway: then it takes the lock, or hands the wake-up on. */
  #wakeUpFirst(): void {
    const first = this.#waiters[0];
    if (first !== undefined && !first.done()) first.setResult();
  }
}
