/** What a signal is to its sender and to its receiver: a name, and what may come under it. */
import type { Awaitable } from './awaitable.ts';
import type { StandardSchema, StandardSchemaV1 } from './standard-schema.ts';

/**
 * Messages of one kind from outside, for a run: see `signal`. `T` is what `receive` returns, `In` what senders pass: a
 * schema that transforms makes the one of the other.
 */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- senders infer it
export interface Signal<T, In = T> {
  readonly name: string;
  /**
   * The next message, in the order in which they were accepted; waits while there is none. What came before anybody
   * waited is kept from the start of the run. One message goes to one receiver, the one that waits longest. A payload
   * that does not fit the schema is an InvalidInputError here.
   */
  receive(): Awaitable<T>;
  /** The next message now; QueueEmpty if there is none. */
  receiveNowait(): T;
  /** How many messages wait to be received. */
  pending(): number;
}

/** What may be said about a signal beside its name. */
export interface SignalOptions<T, In = T> {
  /**
   * Turns what senders pass into what `receive` returns. It has to answer at once. A payload is checked at its
   * sender, kept as it was sent, and transformed at each receiver.
   */
  schema?: StandardSchemaV1<In, T>;
}

const SCHEMA = Symbol.for('lull.signal-schema');

/** Keeps a signal's schema where a sender finds it. */
export function setSignalSchema(signal: object, schema: StandardSchema | undefined): void {
  Object.defineProperty(signal, SCHEMA, { value: schema });
}

/** Says whether a value is what `signal()` gave. */
export function isSignal(value: unknown): value is Signal<unknown> {
  return typeof value === 'object' && value !== null && SCHEMA in value;
}

/** The schema of a signal, by which a payload is checked where it comes in; undefined if it has none. */
export function signalSchema(signal: { readonly name: string }): StandardSchema | undefined {
  return (signal as { readonly [SCHEMA]?: StandardSchema })[SCHEMA];
}
