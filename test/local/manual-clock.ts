import type { Clock } from '../../lib/ports/clock.ts';

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #calls: { atMs: number; callback: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  callAt(atMs: number, callback: () => void): () => void {
    const call = { atMs, callback };
    this.#calls.push(call);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== call);
    };
  }

  /** Calls back what becomes due, in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const [next] = this.#calls.filter((call) => call.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (!next) break;
      this.#calls = this.#calls.filter((call) => call !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }
}
