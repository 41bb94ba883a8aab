/** asyncio's `Lock`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { isBrandedInstance, setBrand } from '../core/brand.ts';
import { InvalidStateError } from '../core/errors.ts';
import { Acquirable } from './acquirable.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * Lets one task at a time through (asyncio's `Lock`). It is fair: the task that waits longest is next. No task owns it:
 * any task may release it, and a task that acquires it twice waits for itself forever.
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
  readonly #waiters = new WaitQueue();

  /** Waits until it is unlocked, and locks it. Cancelled while it waits, it leaves its turn to the next. */
  acquire(): Awaitable<true> {
    return this.lazy('lock.acquire()', 'acquire');
  }

  /** Unlocks it: the task that waits longest goes on. InvalidStateError if it is not locked. */
  release(): void {
    this.checkRun('lock.release()');
    if (!this.#locked) throw new InvalidStateError('Lock is not acquired.');
    this.#locked = false;
    this.#waiters.wakeFirst();
  }

  locked(): boolean {
    return this.#locked;
  }

  protected override begin(method: string, argument: unknown): Coroutine<unknown> {
    if (method === 'acquire') return this.#acquire();
    return super.begin(method, argument);
  }

  *#acquire(): Coroutine<true> {
    if (!this.#locked && !this.#waiters.isOccupied()) {
      this.#locked = true;
      return true;
    }
    try {
      yield* this.#waiters.wait();
    } catch (error) {
      // The wake-up may have been meant for this task: the one that is first now gets it.
      if (!this.#locked) this.#waiters.wakeFirst();
      throw error;
    }
    this.#locked = true;
    return true;
  }
}
