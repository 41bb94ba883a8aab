/** A queue of wakes in one process: it keeps them until they are taken, when their time has come. */
import type { Clock } from '../ports/clock.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';

export interface Wake {
  readonly runId: string;
  /** Not before this time, in epoch milliseconds. */
  readonly atMs: number;
}

/** Holds what was sent, in the order of time and then of sending. It never calls a worker: its user does. */
export class MemoryWakeQueue implements WakeQueue {
  readonly #clock: Clock;
  #wakes: Wake[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(runId: string, delayMs = 0): Promise<void> {
    const wake = { runId, atMs: this.#clock.nowMs() + Math.max(0, delayMs) };
    const later = this.#wakes.findIndex(({ atMs }) => atMs > wake.atMs);
    this.#wakes.splice(later === -1 ? this.#wakes.length : later, 0, wake);
  }

  /** Takes out the wakes with a time of `nowMs` or before, earliest first. */
  takeDue(nowMs: number): Wake[] {
    const due = this.#wakes.filter(({ atMs }) => atMs <= nowMs);
    this.#wakes = this.#wakes.slice(due.length);
    return due;
  }

  /** The time of the earliest wake; undefined when there is none. */
  nextAtMs(): number | undefined {
    return this.#wakes[0]?.atMs;
  }

  /** Loses all of them, as a queue may. */
  clear(): void {
    this.#wakes = [];
  }
}
