/** Time that only moves when it is moved. */
import { TimerHeap } from '../engine/timer-heap.ts';
import type { Clock } from '../ports/clock.ts';

/** It never calls anybody by itself: its user moves it, and lets it call those whose time has come. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #timers = new TimerHeap();
  /** Those that were not taken back. */
  readonly #callbacks = new Map<number, () => void>();
  #lastId = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  callAt(atMs: number, callback: () => void): () => void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#callbacks.set(id, callback);
    this.#timers.add({ id, dueAtMs: atMs });
    return () => void this.#callbacks.delete(id);
  }

  /** When the next callback is due; undefined if there is none. */
  nextAtMs(): number | undefined {
    for (;;) {
      const timer = this.#timers.first();
      if (timer === undefined || this.#callbacks.has(timer.id)) return timer?.dueAtMs;
      this.#timers.removeFirst();
    }
  }

  /** Never goes back. */
  moveTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
  }

  /** Calls those whose time has come, in the order of time and then of asking; gives their number. */
  callDue(): number {
    let called = 0;
    for (let atMs = this.nextAtMs(); atMs !== undefined && atMs <= this.#nowMs; atMs = this.nextAtMs()) {
      const { id } = this.#timers.first() as { id: number };
      const callback = this.#callbacks.get(id);
      this.#callbacks.delete(id);
      this.#timers.removeFirst();
      callback?.();
      called += 1;
    }
    return called;
  }
}
