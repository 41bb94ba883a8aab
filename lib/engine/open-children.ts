/**
 * Which children of a run are open, as its journal has it: those that it asked to start and whose end it was not told.
 *
 * Tested by: test/engine/children.test.ts
 */
import type { OnParentClose } from '../core/operation.ts';
import type { JournalEntry } from '../journal/event.ts';

/** By id: what becomes of each when its parent ends. */
export type OpenChildren = Map<string, OnParentClose>;

/** Also a child whose start failed, or was never carried out, counts as open: it may be there. */
export function countChildren(children: OpenChildren, entries: readonly JournalEntry[]): void {
  for (const entry of entries) {
    if (entry.kind === 'started')
      for (const [id, close] of Object.entries(entry.children ?? {})) children.set(id, close);
    if (entry.kind === 'forked') children.clear(); // they are the other run's
    if (entry.kind === 'run-ended') children.delete(entry.runId);
    if (entry.kind !== 'step' || entry.operation?.kind !== 'start-child') continue;
    children.set(entry.operation.runId, entry.operation.onParentClose ?? 'cancel');
  }
}
