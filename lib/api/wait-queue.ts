/**
 * The tasks that wait at a lock, a semaphore, a condition, an event or a queue: a future for each, the one that waits
 * longest first.
 *
 * A task stays in line until it goes on: one that was woken is still counted, so that no other overtakes it.
 */
import type { Coroutine } from '../core/awaitable.ts';
import { Future } from '../core/future.ts';

export class WaitQueue {
  /** A done one was woken or cancelled, and its task has not gone on yet. */
  readonly #waiters: Future<void>[] = [];
  /** So many at the head are known to be done: `wakeNext` need not look at them again. */
  #doneAtHead = 0;

  /** All that are in line, those that were woken or cancelled included. */
  get size(): number {
    return this.#waiters.length;
  }

  /** Says whether a task waits, or was woken and has not gone on yet. */
  isOccupied(): boolean {
    return this.#waiters.some((waiter) => !waiter.cancelled());
  }

  /** Waits to be woken. */
  *wait(waiter = new Future<void>()): Coroutine<void> {
    this.#waiters.push(waiter);
    try {
      yield* waiter;
    } finally {
      this.#remove(waiter);
    }
  }

  /** Wakes the first in line. One that is done will go on anyway: then no other is woken. */
  wakeFirst(): void {
    const first = this.#waiters[0];
    if (first !== undefined && !first.done()) first.setResult();
  }

  /** Wakes the first that is neither woken nor cancelled; says whether there was one. */
  wakeNext(): boolean {
    while (this.#doneAtHead < this.#waiters.length) {
      const waiter = this.#waiters[this.#doneAtHead] as Future<void>;
      this.#doneAtHead += 1;
      if (waiter.done()) continue;
      waiter.setResult();
      return true;
    }
    return false;
  }

  wakeAll(): void {
    while (this.wakeNext());
  }

  #remove(waiter: Future<void>): void {
    const at = this.#waiters.indexOf(waiter);
    this.#waiters.splice(at, 1);
    if (at < this.#doneAtHead) this.#doneAtHead -= 1;
  }
}
