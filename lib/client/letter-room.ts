/**
 * Which runs had no room for a letter a moment ago: what is sent to them is put first, without another try. So a run that
 * is flooded with signals costs no refused write for each of them.
 */
import type { Store } from '../ports/store.ts';

/** A turn, which makes room, is seldom shorter than this when messages wait. */
const TRIED_AGAIN_AFTER_MS = 1_000;
const MOST_RUNS = 1_000;

const fullUntilMs = new WeakMap<Store, Map<string, number>>();

export function mayHaveRoom(store: Store, runId: string, nowMs: number): boolean {
  return (fullUntilMs.get(store)?.get(runId) ?? 0) <= nowMs;
}

export function noteNoRoom(store: Store, runId: string, nowMs: number): void {
  const runs = fullUntilMs.get(store) ?? new Map<string, number>();
  if (runs.size >= MOST_RUNS) runs.clear();
  runs.set(runId, nowMs + TRIED_AGAIN_AFTER_MS);
  fullUntilMs.set(store, runs);
}
