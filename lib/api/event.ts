/** asyncio's `Event`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { Future } from '../core/future.ts';
import { RunBound } from './run-bound.ts';

/**
 * A flag that tasks wait for (asyncio's `Event`). It begins unset. Setting it wakes all who wait at that moment, also
 * when it is cleared at once.
 *
 * @example
 * ```ts
 * const ready = new Event();
 * const waiter = createTask(ready.wait());
 * yield* sleep('1s');
 * ready.set();
 * yield* waiter; // => true
 * ```
 */
export class Event extends RunBound {
  #set = false;
  #waiters: Future<void>[] = [];

  /** Waits until the event is set; at once if it is. Gives true. */
  wait(): Awaitable<true> {
    return this.lazy('event.wait()', () => this.#wait());
  }

  /** Sets it and wakes all who wait. */
  set(): void {
    this.checkRun('event.set()');
    if (this.#set) return;
    this.#set = true;
    for (const waiter of this.#waiters) if (!waiter.done()) waiter.setResult();
  }

  /** Unsets it: who waits from now on waits for the next `set`. */
  clear(): void {
    this.checkRun('event.clear()');
    this.#set = false;
  }

  isSet(): boolean {
    return this.#set;
  }

  *#wait(): Coroutine<true> {
    if (this.#set) return true;
    const waiter = new Future<void>();
    this.#waiters.push(waiter);
    try {
      yield* waiter;
      return true;
    } finally {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    }
  }
}
