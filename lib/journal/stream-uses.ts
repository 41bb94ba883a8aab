/** How much is in the streams of a run, as its journal has it: what was written stays, whether its entries stand or not. */
import { addUse, NO_USE, type StreamUse, type StreamUses } from '../core/stream-uses.ts';
import type { JournalEntry } from './event.ts';

/** Counts further entries, all of them, in their order. */
export function countStreams(uses: Map<string, StreamUse>, entries: Iterable<JournalEntry>): void {
  for (const entry of entries) {
    if (entry.kind === 'started') setUses(uses, entry.streams);
    if (entry.kind === 'forked') uses.clear(); // they are the other run's
    if (entry.kind !== 'write' && entry.kind !== 'stream-written') continue;
    const { name, count, bytes } = entry;
    uses.set(name, addUse(uses.get(name) ?? NO_USE, { entries: count, bytes }));
  }
}

export function setUses(uses: Map<string, StreamUse>, set: StreamUses = {}): void {
  uses.clear();
  for (const [name, use] of Object.entries(set)) uses.set(name, use);
}

/** For an entry that carries them on; undefined if there are none. */
export function toUses(uses: ReadonlyMap<string, StreamUse>): StreamUses | undefined {
  return uses.size === 0 ? undefined : Object.fromEntries(uses);
}
