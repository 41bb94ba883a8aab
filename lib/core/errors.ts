/**
 * The errors of lull: one base class, a stable `code`, the cause kept.
 *
 * Whose fault it is decides the group: the language's (delivered at an await), the author's, the caller's, the
 * world's. Ours is in `invariant.ts`. Names are set on the prototypes, so that a minified bundle keeps them.
 */
import { brandOf, hasBrand, setBrand } from './brand.ts';
import type { Duration } from './duration.ts';

/**
 * The base of all errors that lull raises.
 *
 * @example
 * ```ts
 * let code = '';
 * try {
 *   runInfo();
 * } catch (error) {
 *   if (error instanceof LullError) code = error.code;
 * }
 * code; // => 'NOT_IN_A_RUN'
 * ```
 */
export class LullError extends Error {
  static {
    setBrand(this.prototype, 'LullError');
  }
  /** Stable across versions: what a program may compare. */
  readonly code: string;

  constructor(code: string, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  // An ExceptionGroup (exception-group.ts) has to extend AggregateError, and is a LullError all the same; so are the
  // errors of another copy of lull.
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    const brand = brandOf(this.prototype);
    return (brand !== undefined && hasBrand(value, brand)) || (this === LullError && hasBrand(value, 'ExceptionGroup'));
  }
}

// ---- the language's: delivered at an await

/**
 * Thrown into a coroutine that is cancelled (asyncio's `CancelledError`). A `catch` in JavaScript catches it too, so a
 * handler rethrows it. Without a message its message is `''`.
 *
 * @example
 * ```ts
 * const patient = function* () {
 *   try {
 *     yield* sleep('1 day');
 *   } catch (error) {
 *     if (isCancelled(error)) log.info('asked to stop');
 *     throw error;
 *   }
 * };
 * const task = createTask(patient());
 * yield* sleep('1s');
 * task.cancel(); // => true
 * ```
 */
export class CancelledError extends LullError {
  static {
    this.prototype.name = 'CancelledError';
    setBrand(this.prototype, 'CancelledError');
  }
  constructor(message = '') {
    super('CANCELLED', message);
  }
}

/**
 * Says whether an error is a cancellation, which a handler has to rethrow.
 *
 * @example
 * ```ts
 * isCancelled(new CancelledError()); // => true
 * isCancelled(new Error('boom')); // => false
 * ```
 */
export function isCancelled(error: unknown): error is CancelledError {
  try {
    return error instanceof CancelledError;
  } catch {
    return false; // a Proxy that throws
  }
}

/** A time limit passed: `timeout`, `waitFor`, `asCompleted`, or a limit of a step (asyncio's `TimeoutError`). */
export class TimeoutError extends LullError {
  static {
    this.prototype.name = 'TimeoutError';
    setBrand(this.prototype, 'TimeoutError');
  }
  constructor(message = '', options?: ErrorOptions) {
    super('TIMEOUT', message, options);
  }
}

/** A future or task was asked for what it does not have yet, or was settled twice (asyncio's `InvalidStateError`). */
export class InvalidStateError extends LullError {
  static {
    this.prototype.name = 'InvalidStateError';
    setBrand(this.prototype, 'InvalidStateError');
  }
  constructor(message?: string) {
    super('INVALID_STATE', message);
  }
}

/** `getNowait` or `receiveNowait` found nothing (asyncio's `QueueEmpty`). */
export class QueueEmpty extends LullError {
  static {
    this.prototype.name = 'QueueEmpty';
    setBrand(this.prototype, 'QueueEmpty');
  }
  constructor(message = '') {
    super('QUEUE_EMPTY', message);
  }
}

/** `putNowait` found no room (asyncio's `QueueFull`). */
export class QueueFull extends LullError {
  static {
    this.prototype.name = 'QueueFull';
    setBrand(this.prototype, 'QueueFull');
  }
  constructor(message = '') {
    super('QUEUE_FULL', message);
  }
}

/** The queue was shut down (asyncio's `QueueShutDown`). */
export class QueueShutDown extends LullError {
  static {
    this.prototype.name = 'QueueShutDown';
    setBrand(this.prototype, 'QueueShutDown');
  }
  constructor(message = '') {
    super('QUEUE_SHUT_DOWN', message);
  }
}

/** The barrier was reset or aborted while a task waited at it (asyncio's `BrokenBarrierError`). */
export class BrokenBarrierError extends LullError {
  static {
    this.prototype.name = 'BrokenBarrierError';
    setBrand(this.prototype, 'BrokenBarrierError');
  }
  constructor(message = '') {
    super('BROKEN_BARRIER', message);
  }
}

/**
 * A step failed for good: its last attempt's error is the `cause`.
 *
 * @example
 * ```ts
 * let attempts = 0;
 * try {
 *   yield* step('charge', { retry: { maxAttempts: 3 } }, () => Promise.reject(new Error('no')));
 * } catch (error) {
 *   if (error instanceof StepFailedError) attempts = error.attempts;
 * }
 * attempts; // => 3
 * ```
 */
export class StepFailedError extends LullError {
  static {
    this.prototype.name = 'StepFailedError';
    setBrand(this.prototype, 'StepFailedError');
  }
  /** The step's name. */
  readonly step: string;
  /** How often its body was begun. */
  readonly attempts: number;
  /** Its step is `sensitive`: what caused it is not shown. */
  declare readonly sensitive?: true;

  constructor(step: string, attempts: number, message: string, options?: ErrorOptions) {
    super('STEP_FAILED', message, options);
    this.step = step;
    this.attempts = attempts;
  }
}

/** Says whether an error is the failure of a step that is sensitive: those who show it leave out its cause. */
export function hidesCause(error: unknown): boolean {
  return error instanceof StepFailedError && error.sensitive === true;
}

/**
 * Throw it in a step to say that trying again is of no use.
 *
 * @example
 * ```ts
 * const charge = defineStep('charge', (cents: number) => {
 *   if (cents <= 0) throw new NonRetryableError(`cannot charge ${cents} cents`);
 * });
 * ```
 */
export class NonRetryableError extends LullError {
  static {
    this.prototype.name = 'NonRetryableError';
    setBrand(this.prototype, 'NonRetryableError');
  }
  constructor(message?: string, options?: ErrorOptions) {
    super('NON_RETRYABLE', message, options);
  }
}

/**
 * Throw it in a step to say when the next attempt is to be made, instead of the retry policy's delay. The number of
 * attempts still counts.
 *
 * @example
 * ```ts
 * const poll = defineStep('poll', () => {
 *   throw new RetryAfterError('30s', 'the bank asked for patience');
 * });
 * ```
 */
export class RetryAfterError extends LullError {
  static {
    this.prototype.name = 'RetryAfterError';
    setBrand(this.prototype, 'RetryAfterError');
  }
  /** From the failure to the next attempt. */
  readonly delay: Duration;

  constructor(delay: Duration, message?: string, options?: ErrorOptions) {
    super('RETRY_AFTER', message, options);
    this.delay = delay;
  }
}

// ---- the author's

/** What a journal has, and what the code does in its place. */
interface Sides {
  readonly recorded?: string;
  readonly requested?: string;
}

/**
 * The code issues other commands than the journal has: the run is `blocked`, nothing is lost, and a version
 * of the code that can follow goes on (I8). The message shows both sides.
 */
export class NondeterminismError extends LullError {
  static {
    this.prototype.name = 'NondeterminismError';
    setBrand(this.prototype, 'NondeterminismError');
  }
  /** What the journal has at the place, as in `#3 step "charge"`. Absent: the code has no branch for this run. */
  readonly recorded?: string;
  /** What the code does there, as in `asks for #3 step "charge card"`. */
  readonly requested?: string;

  constructor(message: string, { recorded, requested, ...options }: ErrorOptions & Sides = {}) {
    super('NONDETERMINISM', message, options);
    if (recorded !== undefined) this.recorded = recorded;
    if (requested !== undefined) this.requested = requested;
  }
}

/** A value cannot be stored. `path` leads to the part at fault, as in `$.order.lines[2].price`. */
export class UnserializableValueError extends LullError {
  static {
    this.prototype.name = 'UnserializableValueError';
    setBrand(this.prototype, 'UnserializableValueError');
  }
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super('UNSERIALIZABLE_VALUE', message, options);
    this.path = path;
  }
}

/**
 * What is stored cannot be read. `code` says why: the data is damaged, was written by a newer version of lull or on a
 * newer Node, is of a class that this process has not registered, or its class refused it.
 */
export class UndecodableValueError extends LullError {
  static {
    this.prototype.name = 'UndecodableValueError';
    setBrand(this.prototype, 'UndecodableValueError');
  }
  constructor(code: UndecodableValueErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

export type UndecodableValueErrorCode =
  'CORRUPT_DATA' | 'NEWER_FORMAT' | 'NEWER_NODE' | 'UNREGISTERED_CLASS' | 'FROM_DATA_FAILED' | 'PAYLOAD_KEY';

/** One thing that a schema has against a value. */
export interface InputIssue {
  /** Leads to the part at fault, as in `$.lines[2].price`; `$` is the whole value. */
  readonly path: string;
  /** In the words of the schema's library. */
  readonly message: string;
}

/** How many issues the message of an error names. */
const LISTED_ISSUES = 10;

/**
 * An input or a signal's payload does not fit its schema. `issues` has what is wrong with it, the first hundred at
 * most.
 */
export class InvalidInputError extends LullError {
  static {
    this.prototype.name = 'InvalidInputError';
    setBrand(this.prototype, 'InvalidInputError');
  }
  readonly issues: readonly InputIssue[];

  /** `count`: how many there are, if not all of them are given. */
  constructor(what: string, issues: readonly InputIssue[], count = issues.length) {
    const listed = issues.slice(0, LISTED_ISSUES).map(({ path, message }) => `${path}: ${message}`);
    if (count > LISTED_ISSUES) listed.push(`and ${count - LISTED_ISSUES} more`);
    super('INVALID_INPUT', `${what} does not fit its schema: ${listed.join('; ')}`);
    this.issues = issues;
  }
}

/** A value is too large to be stored: the message names it, its size and the limit. */
export class PayloadTooLargeError extends LullError {
  static {
    this.prototype.name = 'PayloadTooLargeError';
    setBrand(this.prototype, 'PayloadTooLargeError');
  }
  constructor(message: string) {
    super('PAYLOAD_TOO_LARGE', message);
  }
}

/** Workflow code did what it may not: yielded a promise, forgot a `*`, reached outside, forgot to await. */
export class WorkflowCodeError extends LullError {
  static {
    this.prototype.name = 'WorkflowCodeError';
    setBrand(this.prototype, 'WorkflowCodeError');
  }
  constructor(code: WorkflowCodeErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** What workflow code did wrong. */
export type WorkflowCodeErrorCode =
  | 'NOT_AWAITABLE' // yielded what is no command: a promise, or an awaitable without the *
  | 'NOT_IN_A_RUN' // called where no run is going on
  | 'NOT_IN_A_STEP' // called where no step is running
  | 'FORGOTTEN_PROMISE' // made a promise that nothing waits for, and the promise failed
  | 'FORBIDDEN_GLOBAL' // fetch, timers, process.env, ... in workflow code
  | 'NEVER_AWAITED' // created and dropped
  | 'READ_ONLY' // the handler of a query awaited something, or changed the run
  | 'ARGUMENT_CHANGED' // the body of a step changed its arguments; found in tests
  | 'ALREADY_AWAITED' // a coroutine given to a second task
  | 'ENDLESS_LOOP' // code that goes on forever without waiting for anything
  | 'TOO_MANY_TASKS' // more alive at once than maxTasks
  | 'TOO_MANY_COMMANDS' // more pending at once than maxPendingCommands
  | 'STREAM_FULL' // wrote beyond maxStreamEntries, maxStreamBytes or maxStreams
  | 'STEP_ENDED' // the body of a step wrote to a stream after its attempt had ended
  | 'NO_PUBLIC_URL' // asked a callback for its url where there is none
  | 'JOURNAL_TOO_LONG' // a run that has come to maxJournalEvents or maxJournalBytes
  | 'INVALID_ARGUMENT'; // a value that the call cannot take
