/** A timer for a limit that may not be there. */
import type { Clock } from '../ports/clock.ts';

/** Returns the function that cancels it. */
export function callAtOrNever(clock: Clock, atMs: number, callback: () => void): () => void {
  return atMs === Infinity ? () => undefined : clock.callAt(atMs, callback);
}
