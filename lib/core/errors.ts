/**
 * The errors of lull: one base class, a stable `code`, the cause kept.
 *
 * Whose fault it is decides the group: the language's (delivered at an await), the author's, the caller's, the
 * world's. Ours is in `invariant.ts`. Names stand on the prototypes, so that a minified bundle keeps them.
 */
import { describeValue } from './describe-value.ts';
import { brandOf, hasBrand, setBrand } from './brand.ts';
import type { Duration } from './duration.ts';
import { describeCondition, type ErrorCondition, splitGroup, toPredicate } from './split-group.ts';
import { toError } from './to-error.ts';

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

  // An ExceptionGroup has to extend AggregateError, and is one of ours all the same; so are the errors of another copy of lull.
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    const brand = brandOf(this.prototype as object);
    return (brand !== undefined && hasBrand(value, brand)) || (this === LullError && value instanceof ExceptionGroup);
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
 * Several errors at once, as a task group raises them (Python's `ExceptionGroup`). It is an `AggregateError` and
 * `instanceof LullError` holds as well. Its message is what asyncio's says; `errors` has the members in order.
 *
 * A group without a member, and one whose message is no text, is a WorkflowCodeError `INVALID_ARGUMENT`; a member that
 * is no Error gets wrapped in one. A class of your own that extends it overrides `derive`.
 *
 * @example
 * ```ts
 * let late = 0;
 * try {
 *   yield* taskGroup(function* (group) {
 *     group.createTask(timeout('1h', sleep('1 day')));
 *     yield* sleep('1 day');
 *   });
 * } catch (error) {
 *   if (!(error instanceof ExceptionGroup)) throw error;
 *   const [timeouts, rest] = error.split(TimeoutError);
 *   if (rest !== undefined) throw rest;
 *   late = timeouts?.errors.length ?? 0;
 * }
 * late; // => 1
 * ```
 */
export class ExceptionGroup extends AggregateError {
  static {
    this.prototype.name = 'ExceptionGroup';
    setBrand(this.prototype, 'ExceptionGroup');
  }
  readonly code = 'EXCEPTION_GROUP';
  declare errors: Error[];

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    return this === ExceptionGroup && hasBrand(value, 'ExceptionGroup');
  }

  constructor(message: string, errors: Iterable<Error>) {
    super(toMembers(message, errors), message);
  }

  /**
   * The group in two parts: of the errors that match the condition, and of the others; undefined for a part that is
   * empty. The condition is a class, an array of classes, or a function that says so of an error. Groups inside are
   * taken apart as well, unless they match as a whole, and the parts keep the nesting.
   */
  split(condition: ErrorCondition): [matching: ExceptionGroup | undefined, rest: ExceptionGroup | undefined] {
    const matches = toPredicate(condition);
    if (matches === undefined) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `the condition of split() and subgroup() is ${describeCondition(condition)}: give a class of errors, an array ` +
          `of classes, or a function such as (error) => error.message === 'no'`,
      );
    }
    const groupOf = (error: Error) =>
      error instanceof ExceptionGroup
        ? { errors: error.errors, derive: (of: Error[]) => partOf(error, of) }
        : undefined;
    // What a group is taken apart into are groups.
    return splitGroup(this, matches, groupOf) as [ExceptionGroup | undefined, ExceptionGroup | undefined];
  }

  /** The group of the errors that match the condition, as `split` has it; undefined if none does. */
  subgroup(condition: ErrorCondition): ExceptionGroup | undefined {
    return this.split(condition)[0];
  }

  /** A group with this one's message and other errors: what `split` and `subgroup` make their parts with. */
  derive(errors: Iterable<Error>): ExceptionGroup {
    return new ExceptionGroup(this.message, errors);
  }
}

/** As Python does, a part has the cause and the place of its group. */
function partOf(group: ExceptionGroup, errors: Error[]): ExceptionGroup {
  const part = group.derive(errors);
  for (const key of ['cause', 'stack']) {
    const descriptor = Object.getOwnPropertyDescriptor(group, key);
    if (descriptor !== undefined) Object.defineProperty(part, key, descriptor);
  }
  return part;
}

function toMembers(message: unknown, errors: unknown): Error[] {
  const isIterable = typeof errors === 'object' && errors !== null && Symbol.iterator in errors;
  const members = isIterable ? [...(errors as Iterable<unknown>)].map(toError) : [];
  if (typeof message === 'string' && members.length > 0) return members;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `an ExceptionGroup was given ${describeValue(message)} and ${members.length === 0 ? 'no errors' : 'errors'}: give ` +
      `its message and one error or more, new ExceptionGroup('several orders failed', [first, second])`,
  );
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

  constructor(step: string, attempts: number, message: string, options?: ErrorOptions) {
    super('STEP_FAILED', message, options);
    this.step = step;
    this.attempts = attempts;
  }
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

/**
 * The code asks for something else than the journal has: the run is held (`blocked`), nothing is lost, and a version
 * of the code that can follow goes on (I8). The message shows both sides.
 */
export class NondeterminismError extends LullError {
  static {
    this.prototype.name = 'NondeterminismError';
    setBrand(this.prototype, 'NondeterminismError');
  }
  constructor(message: string, options?: ErrorOptions) {
    super('NONDETERMINISM', message, options);
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
 * What is stored cannot be read. `code` says why: the data is damaged, was written by a newer version of lull, is of a
 * class that this process has not registered, or its class refused it.
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

export type UndecodableValueErrorCode = 'CORRUPT_DATA' | 'NEWER_FORMAT' | 'UNREGISTERED_CLASS' | 'FROM_DATA_FAILED';

/** One thing that a schema has against a value. */
export interface InputIssue {
  /** Leads to the part at fault, as in `$.lines[2].price`; `$` is the whole value. */
  readonly path: string;
  /** In the words of the schema's library. */
  readonly message: string;
}

/** So many issues stand in the message of an error. */
const LISTED_ISSUES = 10;

/** An input or a signal's payload does not fit its schema. `issues` has what is wrong with it, the first hundred at most. */
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
  | 'ARGUMENT_CHANGED' // the body of a step changed what it was given; found in tests
  | 'ALREADY_AWAITED' // a coroutine given to a second task
  | 'ENDLESS_LOOP' // code that goes on for ever without waiting for anything
  | 'TOO_MANY_TASKS' // more alive at once than maxTasks
  | 'TOO_MANY_COMMANDS' // more pending at once than maxPendingCommands
  | 'JOURNAL_TOO_LONG' // a run that has come to maxJournalEvents or maxJournalBytes
  | 'INVALID_ARGUMENT'; // a value that the call cannot take
