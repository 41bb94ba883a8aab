/**
 * A process that can die: what it asked for is not answered any more, and its timers do not ring.
 *
 * Code of it that runs on (JavaScript cannot be stopped from outside) has no effect.
 */
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { ProgressCounter } from './progress-counter.ts';
import { aroundStore } from './around-store.ts';

export interface Ports {
  readonly store: Store;
  readonly wakes: WakeQueue;
  readonly clock: Clock;
}

export class CloudProcess implements Ports {
  readonly store: Store;
  readonly wakes: WakeQueue;
  readonly clock: Clock;
  readonly #progress: ProgressCounter;
  #isAlive = true;
  #callsInFlight = 0;

  constructor(outside: Ports, progress: ProgressCounter) {
    this.#progress = progress;
    this.store = aroundStore(outside.store, (_call, go) => this.#call(go));
    this.wakes = { send: (runId, delayMs) => this.#call(() => outside.wakes.send(runId, delayMs)) };
    this.clock = {
      nowMs: () => outside.clock.nowMs(),
      callAt: (atMs, callback) =>
        outside.clock.callAt(atMs, () => {
          if (this.#isAlive) callback();
        }),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Calls to store and queue that are not answered yet: they come back by themselves. */
  get callsInFlight(): number {
    return this.#isAlive ? this.#callsInFlight : 0;
  }

  /** Works for a while without the clock: it comes back by itself. */
  work<T>(go: () => Promise<T>): Promise<T> {
    return this.#call(go);
  }

  die(): void {
    this.#isAlive = false;
    // Its calls are never answered: the timeline must not wait for them.
    this.#progress.record();
  }

  async #call<T>(go: () => Promise<T>): Promise<T> {
    if (!this.#isAlive) return never();
    this.#callsInFlight += 1;
    this.#progress.record();
    try {
      return await go();
    } finally {
      this.#callsInFlight -= 1;
      this.#progress.record();
      if (this.#hasDied()) await never();
    }
  }

  #hasDied(): boolean {
    return !this.#isAlive;
  }
}

/** An answer that does not come. */
export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
