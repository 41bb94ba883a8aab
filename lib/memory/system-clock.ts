/** The machine's own clock. */
import type { Clock } from '../ports/clock.ts';

/** What `setTimeout` can wait for at most; it takes a longer delay for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Real time: `Date.now` and `setTimeout`. A callback that is far away is reached in several waits. */
export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }

  callAt(atMs: number, callback: () => void): () => void {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const delayMs = Math.max(0, atMs - Date.now());
      // A timer may fire a moment early, and a long delay is cut: then the rest is waited for.
      timer = setTimeout(() => (Date.now() < atMs ? wait() : callback()), Math.min(delayMs, LONGEST_DELAY_MS));
    };
    wait();
    return () => {
      clearTimeout(timer);
    };
  }
}
