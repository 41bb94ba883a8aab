/**
 * What a replay takes from its journal before it begins.
 *
 * Tested by: test/invariants/i4-replay-is-equal.test.ts, test/engine/patches.test.ts
 */
import { type CommandId, isCommandEntry, isOfWorkers, type JournalEntry } from '../journal/event.ts';

export function dueTimesIn(recorded: readonly JournalEntry[]): ReadonlyMap<CommandId, number> {
  const dueTimes = new Map<CommandId, number>();
  for (const entry of recorded) if (entry.kind === 'sleep') dueTimes.set(entry.id, entry.dueAtMs);
  return dueTimes;
}

export function patchesIn(recorded: readonly JournalEntry[]): ReadonlySet<string> {
  const patches = new Set<string>();
  for (const entry of recorded) if (entry.kind === 'patched') patches.add(entry.patch);
  return patches;
}

/**
 * The last delivered event, if a worker died with it or a takeover began the journal with it: its delivery has left no
 * commands, so it is delivered as if for the first time. Without a fence behind it the code may have taken the event and
 * issued no command, or only cancelled a step: then its delivery is complete.
 */
export function findInterrupted(recorded: readonly JournalEntry[]): JournalEntry | undefined {
  const index = recorded.findLastIndex(
    (entry) => !isOfWorkers(entry) || (entry.kind === 'steps-begun' && entry.ids.length > 0),
  );
  const last = recorded[index];
  if (last === undefined || isCommandEntry(last)) return undefined;
  const isFenced = index < recorded.length - 1 || last.kind === 'started';
  return isFenced ? last : undefined;
}

/** The last event that was delivered to the code. */
export function lastSeenByCode(recorded: readonly JournalEntry[]): JournalEntry | undefined {
  return recorded.findLast((entry) => !isCommandEntry(entry) && !isOfWorkers(entry));
}
