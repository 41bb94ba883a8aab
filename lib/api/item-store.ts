/** How a queue keeps its items: in the order of coming, or the last one first. By priority: priority-store.ts. */

export interface ItemStore<T> {
  readonly size: number;
  add(item: T): void;
  /** Removes and returns the next one. Never called when it is empty. */
  take(): T;
}

/** First come, first served. */
export class FifoStore<T> implements ItemStore<T> {
  #items: T[] = [];
  /** Items before it are gone. Cutting them off each time would copy a long queue for every item taken. */
  #taken = 0;

  get size(): number {
    return this.#items.length - this.#taken;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    const item = this.#items[this.#taken] as T;
    this.#taken += 1;
    if (this.#taken * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }
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
