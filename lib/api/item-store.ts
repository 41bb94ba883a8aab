/**
 * How a queue keeps its items: in the order of coming (core/fifo-queue.ts), the last one first, or by priority
 * (priority-store.ts).
 */

export interface ItemStore<T> {
  readonly size: number;
  add(item: T): void;
  /** Removes and returns the next one. Never called when it is empty. */
  take(): T;
}

/** Last come, first served. */
export class LifoStore<T> implements ItemStore<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    return this.#items.pop() as T;
  }
}
