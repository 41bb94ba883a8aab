import type { Clock } from './clock.ts';

/** Waits on a clock. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.callAt(clock.nowMs() + delayMs, resolve);
  });
}
