/**
 * The tasks that wait at a lock, a semaphore, a condition, an event or a queue: a future for each, the one that waits
 * longest first.
 *
 * A task stays in line until it goes on: one that was woken is still counted, so that no other overtakes it.
 */
import type { Coroutine } from '../core/awaitable.ts';
import { Future } from '../core/future.ts';

/** A place in line. */
interface Place {
  /** If it is done, its task was woken or cancelled, and has not gone on yet. */
  readonly waiter: Future<void>;
  before: Place | undefined;
  after: Place | undefined;
}

/** A linked list: any task may leave it at any time, and that takes as long however many wait. */
export class WaitQueue {
  private first: Place | undefined;
  private last: Place | undefined;
  /** Those before it are known to be done: `wakeNext` need not look at them again. */
  private next: Place | undefined;
  private count = 0;

  /** All that are in line, those that were woken or cancelled included. */
  get size(): number {
    return this.count;
  }

  /** Says whether a task waits, or was woken and has not gone on yet. */
  isOccupied(): boolean {
    let place = this.first;
    while (place?.waiter.cancelled() === true) place = place.after;
    return place !== undefined;
  }

  /** Waits to be woken. */
  *wait(waiter = new Future<void>()): Coroutine<void> {
    const place = this.add(waiter);
    try {
      yield* waiter;
    } finally {
      this.remove(place);
    }
  }

  /** Wakes the first in line. One that is done will go on anyway: then no other is woken. */
  wakeFirst(): void {
    const first = this.first?.waiter;
    if (first !== undefined && !first.done()) first.setResult();
  }

  /** Wakes the first that is neither woken nor cancelled; says whether there was one. */
  wakeNext(): boolean {
    while (this.next !== undefined) {
      const { waiter, after } = this.next;
      this.next = after;
      if (waiter.done()) continue;
      waiter.setResult();
      return true;
    }
    return false;
  }

  wakeAll(): void {
    while (this.wakeNext());
  }

  private add(waiter: Future<void>): Place {
    const place: Place = { waiter, before: this.last, after: undefined };
    if (this.last === undefined) this.first = place;
    else this.last.after = place;
    this.last = place;
    this.next ??= place;
    this.count += 1;
    return place;
  }

  private remove(place: Place): void {
    const { before, after } = place;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    if (this.next === place) this.next = after;
    this.count -= 1;
  }
}
