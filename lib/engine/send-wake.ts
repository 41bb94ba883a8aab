/**
 * Asks for the turn that a run's next timer needs.
 *
 * Tested by: test/invariants/i1-table-is-truth.test.ts, test/engine/far-timers.test.ts
 */
import type { Engine } from './settings.ts';
import type { Turn } from './turn-state.ts';

/** What a release stores of it: when the run is due, and whether that is too far away for the queue. */
export function wakeAt(
  { clock, longestWakeDelayMs }: Engine,
  dueAtMs: number | undefined,
): { readonly dueAtMs: number | undefined; readonly needsWake?: true } {
  const isFar = dueAtMs !== undefined && dueAtMs - clock.nowMs() > longestWakeDelayMs;
  return isFar ? { dueAtMs, needsWake: true } : { dueAtMs };
}

/** Only a hint (I1): the sweeper finds the run if the wake is lost, or too far away to be sent. */
export async function sendWake({ engine, runId }: Turn, dueAtMs: number): Promise<void> {
  const delayMs = Math.max(0, dueAtMs - engine.clock.nowMs());
  if (delayMs > engine.longestWakeDelayMs) return;
  try {
    await engine.wakes.send(runId, delayMs);
  } catch (error) {
    engine.log.warn('a wake was not sent; the sweeper sends it', { runId, delayMs, error });
  }
}
