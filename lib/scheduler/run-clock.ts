/** The run's own time: that of the event delivered last. It never goes back. */
import type { RunClock as Clock } from '../core/loop.ts';

export class RunClock implements Clock {
  /** Changed by `advanceTo` alone, once for each event. */
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  advanceTo(atMs: number): void {
    if (atMs > this.#nowMs) this.#nowMs = atMs;
  }
}
