/** What a stream is to those who write to it and to those who read it: a name, and what may be in it. */
import type { Awaitable } from './awaitable.ts';
import type { StandardSchema, StandardSchemaV1 } from './standard-schema.ts';

/**
 * Values that a run gives away while it goes on, in order: see `stream`. `T` is what readers get, `In` what is written: a
 * schema that transforms makes the one of the other.
 */
export interface Stream<T, In = T> {
  readonly name: string;
  /** Not there: readers infer what they get by it. */
  readonly '~gives'?: T;
  /**
   * Writes a value behind all that is there. It is written once, whatever workers die: together with the record that
   * has what led to it. Waits for nothing; the code goes on at once. Checked and stored at the call: what changes it
   * later changes nothing.
   *
   * A value that does not fit the schema is an InvalidInputError, one that cannot be stored an UnserializableValueError, one
   * above 64 KB a PayloadTooLargeError, one beyond the limits of the stream a WorkflowCodeError `STREAM_FULL`.
   */
  write(value: In): Awaitable<void>;
}

/** What may be said about a stream beside its name. */
export interface StreamOptions<T, In = T> {
  /** Checks what is written, and turns it into what readers get. It has to answer at once. */
  schema?: StandardSchemaV1<In, T>;
}

/** One value of a stream. */
export interface StreamEntry<T> {
  /** Its place, from 1, without a gap. */
  readonly seq: number;
  readonly value: T;
}

/** The stored form of one value: larger ones belong elsewhere, and their key in the stream. */
export const STREAM_VALUE_LIMIT_BYTES = 64 * 1024;

/** Values on a page of a stream. */
export const STREAM_PAGE_LIMIT = 1_000;

/** The last place that a reader may ask for. */
export const LAST_STREAM_PLACE = 99_999_999;

const SCHEMA = Symbol.for('lull.stream-schema');

/** Keeps a stream's schema where the body of a step finds it. */
export function setStreamSchema(stream: object, schema: StandardSchema | undefined): void {
  Object.defineProperty(stream, SCHEMA, { value: schema });
}

/** Says whether a value is what `stream()` gave. */
export function isStream(value: unknown): value is Stream<unknown> {
  return typeof value === 'object' && value !== null && SCHEMA in value;
}

/** The schema of a stream, by which a value is checked where it is written; undefined if it has none. */
export function streamSchema(stream: { readonly name: string }): StandardSchema | undefined {
  return (stream as { readonly [SCHEMA]?: StandardSchema })[SCHEMA];
}
