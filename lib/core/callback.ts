/** What a callback is to its run, to the one who completes it, and to the token between them. */
import type { Awaitable } from './awaitable.ts';
import type { Duration } from './duration.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';

/**
 * A result that a caller gives, by a token: see `callback`. It can be awaited any number of times, as a Future;
 * cancelling it, as a race does with its losers, takes no result any more.
 */
export interface Callback<T> extends Awaitable<T> {
  /**
   * Lets its holder complete, fail or prolong this callback, once and nothing else: keep it as you would keep a password.
   * The same at each replay.
   */
  readonly token: string;
  /**
   * Where a third party posts the result to, without credentials of AWS. A WorkflowCodeError `NO_PUBLIC_URL` where the
   * deployment has no public callbacks.
   */
  readonly url: string;
  /** The details of the last heartbeat; undefined if there was none. */
  readonly lastHeartbeat: unknown;
}

/** What may be said about a callback beside its name. */
export interface CallbackOptions<T> {
  /** From the call on: then the token is worth nothing, and the awaiter gets a TimeoutError. Default: no limit. */
  timeout?: Duration;
  /** The longest time without a heartbeat, from the call on: then the awaiter gets a TimeoutError. Default: no limit. */
  heartbeatTimeout?: Duration;
  /** Turns what is sent into what the awaiter gets. It has to answer at once. What it refuses is refused at the sender. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- who completes a callback has no type
  schema?: StandardSchemaV1<any, T>;
}

/** What a token says. The secret of its run proves that it is true. */
export interface CallbackClaims {
  readonly runId: string;
  /** The link of the run that made it, from 1. */
  readonly link: number;
  /** The position of its command. */
  readonly id: number;
  readonly name: string;
  /** When the token expires; undefined for never. */
  readonly expiresAtMs?: number | undefined;
  /** It has a schema, by which a value can be checked before it is accepted. */
  readonly hasSchema: boolean;
}
