/**
 * The steps of a run that wait for a place in their pool, as its memory has them from turn to turn.
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts
 */
import type { Pool } from '../../core/pool.ts';
import type { CommandId } from '../../journal/event.ts';
import type { Waiter } from '../../ports/pool.ts';
import type { PlaceWait } from '../../ports/run-item.ts';

export interface StepWait {
  readonly pool: Pool;
  readonly waiter: Waiter;
  /** Its item is in the line, as far as this worker knows. */
  readonly isInLine: boolean;
  /** It has its place, and the rate lets it begin then. */
  readonly laterAtMs?: number;
}

export type PlaceWaits = Map<CommandId, StepWait>;

/** When one of them is to be looked at by itself: never, for those that are woken when a place is theirs. */
export function nextPlaceAtMs(waits: PlaceWaits): number {
  let atMs = Infinity;
  for (const { laterAtMs = Infinity } of waits.values()) atMs = Math.min(atMs, laterAtMs);
  return atMs;
}

/** For the run item: those that are in a line. */
export function toStoredWaits(waits: PlaceWaits): readonly PlaceWait[] {
  return [...waits.values()]
    .filter(({ isInLine }) => isInLine)
    .map(({ pool, waiter: { runId: _runId, ...waiter } }) => ({ pool: pool.name, waiter }));
}
