/**
 * Sets the turn's `wakeUp` by a time. A timer for each wait would cost more than most waits: one for an earlier time stays,
 * and wakes the turn for nothing.
 *
 * Tested by: test/engine/turns.test.ts, test/engine/many-steps.test.ts
 */
import type { Clock } from '../ports/clock.ts';
import type { AutoResetEvent } from './auto-reset-event.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #wakeUp: AutoResetEvent;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, wakeUp: AutoResetEvent) {
    this.#clock = clock;
    this.#wakeUp = wakeUp;
  }

  /** At this time, or before. */
  wakeBy(atMs: number): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.cancel();
    const cancel = this.#clock.callAt(atMs, () => {
      this.#timer = undefined;
      this.#wakeUp.set();
    });
    this.#timer = { atMs, cancel };
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
