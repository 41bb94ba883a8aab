/**
 * The pool in which a run has a place from its begin to its end, as its journal has it: what code of later says about its
 * workflow changes nothing of it.
 *
 * Tested by: test/engine/pools/run-places.test.ts
 */
import type { JournalEntry } from '../../journal/event.ts';

/** Undefined: it has none. A run that was tried again had given it back, and has taken another one. */
export function poolIn(entries: readonly JournalEntry[]): string | undefined {
  return entries.findLast((entry) => entry.kind === 'retried' || entry.kind === 'started')?.pool;
}
