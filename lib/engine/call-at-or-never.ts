/**
 * A timer for a limit that may not be there.
 *
 * Tested by: test/engine/step-limits.test.ts
 */
import type { Clock } from '../ports/clock.ts';

/** Returns the function that cancels it. */
export function callAtOrNever(clock: Clock, atMs: number, callback: () => void): () => void {
  return atMs === Infinity ? () => undefined : clock.callAt(atMs, callback);
}
