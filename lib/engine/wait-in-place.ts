/**
 * Waits within the turn: for steps in flight, and for a timer that is due sooner than suspending and resuming would take.
 * Near the invocation's time limit it cuts the steps off, so that the turn ends in time.
 *
 * Tested by: test/engine/turns.test.ts, test/engine/turn-end.test.ts
 */
import { nextInboxCheckAtMs } from './check-inbox.ts';
import { nextDueAtMs, nextTimeAtMs, type LiveMemory } from './live-memory.ts';
import { hasPendingEvents, isHeld } from './pending-events.ts';
import type { Turn } from './turn-state.ts';

/** `'go-on'` when there may be something to do now, `'nothing'` when there is nothing to wait for in place. */
export async function waitInPlace(turn: Turn, memory: LiveMemory): Promise<'go-on' | 'nothing'> {
  const { engine, attempts, streams } = turn;
  const { clock } = engine;
  if (hasPendingEvents(turn, memory)) return 'go-on';
  if (clock.nowMs() >= turn.endsByMs) {
    if (attempts.size === 0) return 'nothing';
    attempts.cutOffAll();
    return 'go-on';
  }
  const isPaused = isHeld(turn, memory);
  if (attempts.size === 0 && (isPaused || clock.nowMs() >= turn.beginsByMs)) return 'nothing';
  // A step that waits because too many are running is due, but the turn need not wake for it: the end of another one
  // sets `wakeUp`.
  const mayBegin = attempts.size < engine.maxStepsInFlight && clock.nowMs() < turn.beginsByMs;
  const dueAtMs = (isPaused ? undefined : mayBegin ? nextDueAtMs(memory) : nextTimeAtMs(memory)) ?? Infinity;
  if (attempts.size === 0 && !isSoon(turn, dueAtMs)) return 'nothing';

  const recordAtMs = turn.early?.untilMs ?? Infinity;
  const wakeAtMs = Math.min(dueAtMs, turn.endsByMs, recordAtMs, streams.dueAtMs, nextInboxCheckAtMs(turn, memory));
  turn.alarm.wakeBy(wakeAtMs);
  await turn.wakeUp.wait();
  return 'go-on';
}

/** Says whether the turn does not let the run go for the next of its times. */
export function isDueInPlace(turn: Turn, memory: LiveMemory): boolean {
  return isSoon(turn, nextTimeAtMs(memory) ?? Infinity);
}

function isSoon({ engine, endsByMs }: Turn, dueAtMs: number): boolean {
  if (engine.rebuildAtEveryAwait || dueAtMs > endsByMs) return false;
  return dueAtMs - engine.clock.nowMs() <= engine.hotWaitMs;
}
