/** What is in a stream, between the engine and a store. */
import type { Encoded } from '../core/encoded.ts';

/** Values of a stream that were written together: one at least, and no more than an item of the table takes. */
export interface StreamValues {
  readonly name: string;
  /** The place of the first one. */
  readonly from: number;
  readonly values: readonly Encoded[];
  /** They are encrypted together: `values` has one, which stands for so many. */
  readonly count?: number;
}

export interface StoredStreamEntry {
  readonly seq: number;
  readonly value: Encoded;
}

/** The stored form of what one record writes to streams, at most: an item has room for it, encrypted too. */
export const RECORD_STREAM_BYTES = 256 * 1024;

/** Of the last one. */
export function lastPlaceOf({ from, values, count = values.length }: StreamValues): number {
  return from + count - 1;
}

/** One by one, from a place on. */
export function toEntries(parts: readonly StreamValues[], from: number): StoredStreamEntry[] {
  const entries = parts.flatMap((part) => part.values.map((value, index) => ({ seq: part.from + index, value })));
  return entries.filter(({ seq }) => seq >= from);
}
