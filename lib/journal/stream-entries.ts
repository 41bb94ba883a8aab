/** The entries that say what was written to streams. The values themselves are in the streams alone. */
import type { Encoded } from '../core/encoded.ts';

/** What is to be written to a stream together with an entry: beside its stored form, and only where it was made. */
export const STREAM_VALUES: unique symbol = Symbol('the values of a stream');

interface OfStream {
  /** Of the stream. */
  readonly name: string;
  /** How many values. */
  readonly count: number;
  /** Of their stored form, with a comma for each. */
  readonly bytes: number;
  readonly [STREAM_VALUES]?: readonly Encoded[];
}

/** The code wrote values to a stream, one after the other. They are in the stream as soon as this is in the journal. */
export interface WriteRequested extends OfStream {
  readonly kind: 'write';
}

/** The bodies of steps wrote values to a stream. No code of the run sees it, but that it has less room there. */
export interface StreamWritten extends OfStream {
  readonly kind: 'stream-written';
  readonly atMs: number;
}
