/**
 * Rings once by a time. A timer for each wait would cost more than most waits: one that is set for an earlier time stays,
 * and rings for nothing.
 *
 * Tested by: test/engine/turns.test.ts, test/engine/many-steps.test.ts
 */
import type { Clock } from '../ports/clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** At this time, or before. */
  ringBy(atMs: number): void {
    if (this.#set !== undefined && this.#set.atMs <= atMs) return;
    this.#set?.cancel();
    const cancel = this.#clock.callAt(atMs, () => {
      this.#set = undefined;
      this.#ring();
    });
    this.#set = { atMs, cancel };
  }

  stop(): void {
    this.#set?.cancel();
    this.#set = undefined;
  }
}
