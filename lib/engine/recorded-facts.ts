/**
 * What a replay takes from its journal before it begins.
 *
 * Tested by: test/invariants/i4-replay-is-equal.test.ts, test/engine/patches.test.ts
 */
import type { CommandId, JournalEntry } from '../journal/event.ts';

export function dueTimesIn(recorded: readonly JournalEntry[]): ReadonlyMap<CommandId, number> {
  return new Map(recorded.flatMap((entry) => (entry.kind === 'sleep' ? [[entry.id, entry.dueAtMs]] : [])));
}

export function patchesIn(recorded: readonly JournalEntry[]): ReadonlySet<string> {
  return new Set(recorded.flatMap((entry) => (entry.kind === 'patched' ? [entry.patch] : [])));
}
