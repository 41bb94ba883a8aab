/** When something happened in a run, in order: between two of these it was idle, or a step's body was running. */
import type { EventAnswer } from '../data/answers.ts';

/** `untilMs`: of a run that goes on, the time of the last look; else 0. */
export function momentsOf(events: readonly EventAnswer[], untilMs: number): readonly number[] {
  const moments: number[] = [];
  for (const { at } of events) {
    const atMs = at === undefined ? NaN : Date.parse(at);
    if (Number.isFinite(atMs) && atMs !== moments.at(-1)) moments.push(atMs);
  }
  moments.sort((left, right) => left - right);
  const lastMs = moments.at(-1);
  return lastMs === undefined || untilMs <= lastMs ? moments : [...moments, untilMs];
}
