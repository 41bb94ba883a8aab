/**
 * Simulated time: what is to happen, in the order in which it does. One thing happens at a time, and all that follows
 * from it by itself (promises) has happened before the next.
 */
import { promisesToGoOn, turnOfTheLoop } from '../../../lib/testing/real-time.ts';

interface Planned {
  readonly atMs: number;
  readonly order: number;
  action: (() => unknown) | undefined;
}

/** Now and then the process gets a breath, so that it can be interrupted. */
const THINGS_BETWEEN_BREATHS = 20_000;

export class Timeline {
  #nowMs: number;
  #count = 0;
  #happened = 0;
  readonly #heap: Planned[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** Epoch milliseconds, with fractions. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many things have happened. */
  get happened(): number {
    return this.#happened;
  }

  /** Gives the way to take it back. What is planned for the past happens now. */
  at(atMs: number, action: () => unknown): () => void {
    this.#count += 1;
    const planned: Planned = { atMs: Math.max(atMs, this.#nowMs), order: this.#count, action };
    this.#push(planned);
    return () => {
      planned.action = undefined;
    };
  }

  after(delayMs: number, action: () => unknown): () => void {
    return this.at(this.#nowMs + delayMs, action);
  }

  /** When the next thing happens; undefined if nothing will. */
  nextAtMs(): number | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].action === undefined) this.#pop();
    return this.#heap[0]?.atMs;
  }

  /** Lets the next thing happen, with all that follows from it at once; there has to be one. */
  async step(): Promise<void> {
    this.nextAtMs();
    const { atMs, action } = this.#pop() as Planned;
    this.#nowMs = atMs;
    this.#happened += 1;
    await action?.();
    await promisesToGoOn();
    if (this.#happened % THINGS_BETWEEN_BREATHS === 0) await turnOfTheLoop();
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let at = heap.push(planned) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(planned, heap[parent] as Planned)) break;
      heap[at] = heap[parent] as Planned;
      at = parent;
    }
    heap[at] = planned;
  }

  #pop(): Planned | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Planned, heap[child] as Planned)) child += 1;
      if (!isBefore(heap[child] as Planned, last)) break;
      heap[at] = heap[child] as Planned;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
