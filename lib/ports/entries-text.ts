/**
 * The stored form of a record's entries, a JSON array, and its size. Both are worked out once: the engine, which measures
 * what it writes, leaves the text to the store; a store leaves the size of what it has read to the engine.
 */
import type { JournalEntry } from '../journal/event.ts';

interface Known {
  readonly text?: string;
  readonly bytes: number;
}

const known = new WeakMap<readonly JournalEntry[], Known>();

export function entriesText(entries: readonly JournalEntry[]): string {
  return known.get(entries)?.text ?? JSON.stringify(entries);
}

export function entriesBytes(entries: readonly JournalEntry[]): number {
  return known.get(entries)?.bytes ?? Buffer.byteLength(JSON.stringify(entries));
}

/** They have been written as text, one by one, and that text has so many bytes. */
export function rememberText(entries: readonly JournalEntry[], text: string, bytes: number): void {
  known.set(entries, { text, bytes });
}

/** They were read from a text of that size. */
export function rememberBytes(entries: readonly JournalEntry[], bytes: number): void {
  known.set(entries, { bytes });
}
