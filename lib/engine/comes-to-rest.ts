/**
 * Whether a run has nothing to do before a message or a timer that is not near, or a step that is left to a worker. To be asked
 * before it is released by a write that stores what it has done, too.
 *
 * Tested by: test/engine/first-turn.test.ts, test/engine/tail.test.ts
 */
import { isLeftToWorker } from './left-to-worker.ts';
import type { LiveMemory } from './live-memory.ts';
import { hasPendingEvents } from './pending-events.ts';
import type { Turn } from './turn-state.ts';
import { isDueInPlace } from './wait-in-place.ts';

export function comesToRest(turn: Turn, memory: LiveMemory): boolean {
  if (turn.doesNothingNew || hasPendingEvents(turn, memory) || isDueInPlace(turn, memory)) return false;
  const [next] = memory.stepsToBegin.due(turn.engine.clock.nowMs());
  return next === undefined || isLeftToWorker(turn, next);
}
