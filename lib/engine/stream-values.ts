/**
 * What a record writes to streams, from its entries: of each stream one piece, whose place follows from the journal. So a
 * place has one value, whichever workers try to write it: the record is written once (I2), and its values with it.
 *
 * Tested by: test/engine/streams.test.ts, test/engine/stream-crashes.test.ts
 */
import type { Encoded } from '../core/encoded.ts';
import type { StreamUse } from '../core/stream-uses.ts';
import type { JournalEntry } from '../journal/event.ts';
import { STREAM_VALUES, type StreamWritten, type WriteRequested } from '../journal/stream-entries.ts';
import { countStreams } from '../journal/stream-uses.ts';
import type { StreamValues } from '../ports/stream-values.ts';

/** `before`: how much the journal has before these entries. Entries that were copied from another run bring no values. */
export function valuesFor(before: ReadonlyMap<string, StreamUse>, entries: readonly JournalEntry[]): StreamValues[] {
  if (!entries.some((entry) => valuesIn(entry) !== undefined)) return [];
  const uses = new Map(before);
  const written = new Map<string, { readonly name: string; readonly from: number; readonly values: Encoded[] }>();
  for (const entry of entries) {
    const values = valuesIn(entry);
    if (values !== undefined) {
      const { name } = entry as OfStream;
      const there = written.get(name) ?? { name, from: (uses.get(name)?.entries ?? 0) + 1, values: [] };
      written.set(name, there);
      for (const value of values) there.values.push(value);
    }
    countStreams(uses, [entry]);
  }
  return [...written.values()];
}

type OfStream = WriteRequested | StreamWritten;

/** The stored form of what an entry brings. */
export function streamBytes(entry: JournalEntry): number {
  if (entry.kind !== 'write' && entry.kind !== 'stream-written') return 0;
  return entry[STREAM_VALUES] === undefined ? 0 : entry.bytes;
}

function valuesIn(entry: JournalEntry): readonly Encoded[] | undefined {
  return entry.kind === 'write' || entry.kind === 'stream-written' ? entry[STREAM_VALUES] : undefined;
}
