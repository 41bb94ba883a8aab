/** A step's context and its options. */
import type { Awaitable } from './awaitable.ts';
import type { Duration } from './duration.ts';
import type { Logger } from './logger.ts';
import type { Stream } from './stream.ts';
import type { Pool } from './pool.ts';

/**
 * When a failed attempt is followed by another one. Delays grow by `factor` from `firstDelay` to `maxDelay` at most.
 */
export interface RetryPolicy {
  /** Attempts in all, the first included. Default 5; `1` tries once. */
  maxAttempts?: number;
  /** Default `'1s'`. */
  firstDelay?: Duration;
  /** Default 2. */
  factor?: number;
  /** Default `'5m'`. */
  maxDelay?: Duration;
  /** The part of a delay that is drawn by chance, 0 to 1: 0.2 gives 80% to 120%. Default 0.2. */
  jitter?: number;
  /** Says whether this error is worth another attempt. Default: every error but NonRetryableError. */
  retryIf?(error: unknown): boolean;
}

/** How often and how long a step is tried. */
export interface StepDefaults {
  /** `false`: one attempt. */
  retry?: RetryPolicy | false;
  /** The limit of one attempt: its `signal` is aborted, and it counts as failed with a TimeoutError. */
  timeout?: Duration;
  /** The limit of all attempts together, delays included. */
  totalTimeout?: Duration;
  /** The attempt fails when `heartbeat` was not called for this long. */
  heartbeatTimeout?: Duration;
  /** Never begin the body a second time, not even after a crash: what was interrupted has failed. */
  atMostOnce?: boolean;
  /**
   * The body changes nothing outside: it asks, and that is all. That is more than idempotent, since it may run with an
   * input, or in a branch, that the history never shows, and again after a crash, with another result. Then the next such
   * step begins before the result of this one is recorded, and steps of this kind in a row are recorded together, before
   * anything else happens: k of them cost one write in place of k. Not with `atMostOnce` or `undo`, and such a body writes to no stream.
   */
  readOnly?: boolean;
  /**
   * What goes in and comes out is not shown by the history, HTTP, logs and `lull dev`: its arguments, its result, its
   * heartbeats, and the message of its error. All of it is stored all the same, and `engine.calls` of the testing kit
   * has it.
   */
  sensitive?: boolean;
  /**
   * Each attempt takes a place in this pool, and gives it back at its end. Where none is free the step waits, and a run that
   * has nothing else to do suspends. In a pool with limits for each key, the step's `key` says which one is meant.
   */
  pool?: Pool;
  /** In the pool a higher one goes first, and equal ones in order: a whole number. Default 0. */
  priority?: number;
}

/** What may be said about a step beside its body. */
export interface StepOptions<T = unknown> extends StepDefaults, UndoOption<T> {
  /**
   * Tells this step from others of its name, such as the customer's id in a loop: 1 to 255 characters. It is recorded
   * and shown in the history. A run whose code has another key here on replay is blocked, as it is with another name. In a
   * pool it is the key whose places are counted.
   */
  key?: string;
}

/** How a step is undone. */
interface UndoOption<T> {
  /**
   * Undoes the step, given its result, when the run fails, is cancelled, or is terminated with `{ undo: true }`: after
   * its code has ended, `finally` and sagas included. Only of steps that completed; the last first, one after the other,
   * each with the step's own retries and time limits. One that fails for good does not stop the others: the run's error
   * lists it in `undoErrors`.
   *
   * It is called as the body of a step `undo NAME`, and may return a promise. A generator function, or one that returns
   * an awaitable such as the call of a `defineStep`, runs in the run instead: that is known only by calling it, so it
   * must do nothing before its first await.
   */
  undo?(this: void, result: T): Awaitable<unknown> | Promise<unknown> | void;
}

/** The same for `defineStep`. */
export interface DefinedStepOptions<A extends unknown[], T = unknown> extends StepDefaults, UndoOption<T> {
  /**
   * Tells a call of this step from others, in place of its arguments: a text, or a function of the arguments that gives
   * one. Give one where arguments may change while runs are alive, such as the wording of an email. In a pool it is the key
   * whose places are counted.
   */
  key?: string | ((...args: A) => string);
}

/** The argument of a step's body. */
export interface StepContext {
  readonly runId: string;
  /** Names this step within its run. */
  readonly stepId: string;
  /** 1 for the first time that the body runs. */
  readonly attempt: number;
  /**
   * The same for all attempts of this step, and no other step of any run has it: hand it to services that take
   * idempotency keys. It has the form of a random UUID, 36 characters, which fits the limits of Stripe (255), SQS (128)
   * and the client tokens of AWS (36 to 64). It follows from a secret of the run: a run that is started again under an
   * id has other keys.
   */
  readonly idempotencyKey: string;
  /** Aborted when the step is cancelled, its time is up, or the invocation ends. */
  readonly signal: AbortSignal;
  /** Says that the body is alive. The details are what the next attempt finds in `lastHeartbeat`. */
  heartbeat(details?: unknown): void;
  /** The details of the last heartbeat of an earlier attempt; undefined if there was none. */
  readonly lastHeartbeat: unknown;
  /**
   * Writes a value to a stream of the run, behind all that is there. Readers have it within half a second; what was written
   * before the step's end is in the table before that end is. Of an attempt that fails it stays, and the next attempt writes
   * behind it. An attempt whose worker is lost may lose the last half second of it.
   *
   * Throws what `write` of a stream throws, and a WorkflowCodeError for a step that is `readOnly` (`INVALID_ARGUMENT`), and
   * once the attempt has ended (`STEP_ENDED`).
   */
  write<In>(stream: Stream<unknown, In>, value: In): void;
  readonly log: Logger;
  /** Until this attempt is ended from outside: by its timeout or by the invocation's time limit. */
  remainingMs(): number;
}
