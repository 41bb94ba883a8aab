/** asyncio's `Event`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { RunBound } from './run-bound.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * A flag that tasks wait for (asyncio's `Event`). It begins unset. Setting it wakes all tasks that wait at that moment,
 * also when it is cleared at once.
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
  readonly #waiters = new WaitQueue();

  /** Waits until the event is set; returns true, at once if it is set. */
  wait(): Awaitable<true> {
    return this.lazy('event.wait()', 'wait');
  }

  /** Sets it and wakes all tasks that wait. */
  set(): void {
    this.checkRun('event.set()');
    if (this.#set) return;
    this.#set = true;
    this.#waiters.wakeAll();
  }

  /** Unsets it: a task that waits from now on waits for the next `set`. */
  clear(): void {
    this.checkRun('event.clear()');
    this.#set = false;
  }

  isSet(): boolean {
    return this.#set;
  }

  protected override begin(method: string, argument: unknown): Coroutine<unknown> {
    if (method === 'wait') return this.#wait();
    return super.begin(method, argument);
  }

  *#wait(): Coroutine<true> {
    if (!this.#set) yield* this.#waiters.wait();
    return true;
  }
}
