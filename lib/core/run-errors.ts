/**
 * What goes wrong with a run of which a caller, or another run, asks something. Each has a `code` that HTTP answers carry
 * too.
 */
import { setBrand } from './brand.ts';
import { describeValue } from './describe-value.ts';
import { LullError } from './errors.ts';
import { suggest } from './suggest.ts';
import { isError } from './to-error.ts';
import type { ClosedStatus, RunStatus } from './run-status.ts';

/** An argument or option that a call cannot take: the message says which one, and what would do. */
export class InvalidArgumentError extends LullError {
  static {
    this.prototype.name = 'InvalidArgumentError';
    setBrand(this.prototype, 'InvalidArgumentError');
  }
  constructor(message: string) {
    super('INVALID_ARGUMENT', message);
  }
}

/** There is no run of that id: it was never started, or it ended so long ago that it was purged. */
export class RunNotFoundError extends LullError {
  static {
    this.prototype.name = 'RunNotFoundError';
    setBrand(this.prototype, 'RunNotFoundError');
  }
  readonly runId: string;

  constructor(runId: string) {
    super('RUN_NOT_FOUND', `there is no run "${runId}": check the id; a run that ended long ago is purged`);
    this.runId = runId;
  }
}

/** Only a run that has ended can be deleted. */
export class RunNotEndedError extends LullError {
  static {
    this.prototype.name = 'RunNotEndedError';
    setBrand(this.prototype, 'RunNotEndedError');
  }
  readonly runId: string;

  /** `why` goes on from the run's name, as in `is suspended`. */
  constructor(runId: string, why: string) {
    super('RUN_NOT_ENDED', `run "${runId}" cannot be deleted: it ${why}`);
    this.runId = runId;
  }
}

/** The id belongs to another run. Of a run of another workflow the message tells nothing. */
export class RunIdTakenError extends LullError {
  static {
    this.prototype.name = 'RunIdTakenError';
    setBrand(this.prototype, 'RunIdTakenError');
  }
  readonly runId: string;

  constructor(runId: string, why: string) {
    super('RUN_ID_TAKEN', `the run id "${runId}" is taken${why}`);
    this.runId = runId;
  }
}

/** There is no schedule of that name: none was created, or it was deleted. */
export class ScheduleNotFoundError extends LullError {
  static {
    this.prototype.name = 'ScheduleNotFoundError';
    setBrand(this.prototype, 'ScheduleNotFoundError');
  }
  readonly schedule: string;

  constructor(schedule: string) {
    super('SCHEDULE_NOT_FOUND', `there is no schedule "${schedule}": create it, or list those that there are`);
    this.schedule = schedule;
  }
}

/** There is no pool of that name: nothing has asked it for a place yet. */
export class PoolNotFoundError extends LullError {
  static {
    this.prototype.name = 'PoolNotFoundError';
    setBrand(this.prototype, 'PoolNotFoundError');
  }
  readonly pool: string;

  constructor(pool: string) {
    super(
      'POOL_NOT_FOUND',
      `there is no pool "${pool}": it is there once a step has asked it for a place; list those that there are`,
    );
    this.pool = pool;
  }
}

/** The name belongs to a schedule with other values. */
export class ScheduleExistsError extends LullError {
  static {
    this.prototype.name = 'ScheduleExistsError';
    setBrand(this.prototype, 'ScheduleExistsError');
  }
  readonly schedule: string;

  constructor(schedule: string, why: string) {
    super('SCHEDULE_EXISTS', `there is a schedule "${schedule}" already${why}`);
    this.schedule = schedule;
  }
}

/** What was done with an idempotency key, as in `has started run "r1"`, and what of it is another one now. */
export interface KeyUse {
  readonly did: string;
  readonly differs: 'input' | 'payload' | 'reason';
}

/** An idempotency key was given again, with another input: one of the two is not what its sender believes. */
export class IdempotencyKeyReusedError extends LullError {
  static {
    this.prototype.name = 'IdempotencyKeyReusedError';
    setBrand(this.prototype, 'IdempotencyKeyReusedError');
  }
  readonly runId: string;

  constructor(key: string, runId: string, { did, differs }: KeyUse) {
    super(
      'IDEMPOTENCY_KEY_REUSED',
      `the idempotency key "${key}" ${did} with another ${differs}: repeat the call with the same ${differs}, or use a ` +
        `new key`,
    );
    this.runId = runId;
  }
}

/** The run has ended: it takes no messages any more. */
export class RunEndedError extends LullError {
  static {
    this.prototype.name = 'RunEndedError';
    setBrand(this.prototype, 'RunEndedError');
  }
  readonly runId: string;
  readonly status: RunStatus;

  constructor(runId: string, status: RunStatus, what: string, advice = '') {
    super('RUN_ENDED', `run "${runId}" has ended (${status}): it cannot take ${what} any more${advice}`);
    this.runId = runId;
    this.status = status;
  }
}

/** Only a run that has failed can be tried again. */
export class NotFailedError extends LullError {
  static {
    this.prototype.name = 'NotFailedError';
    setBrand(this.prototype, 'NotFailedError');
  }
  readonly runId: string;
  readonly status: RunStatus;

  constructor(runId: string, status: RunStatus) {
    super('NOT_FAILED', `run "${runId}" has not failed: it is ${status}. A run that has failed can be tried again`);
    this.runId = runId;
    this.status = status;
  }
}

/** The run has failed, and going on from there would be wrong, or cannot be done: the message says why, and what to do. */
export class RetryRefusedError extends LullError {
  static {
    this.prototype.name = 'RetryRefusedError';
    setBrand(this.prototype, 'RetryRefusedError');
  }
  readonly runId: string;

  constructor(runId: string, why: string) {
    super('RETRY_REFUSED', `run "${runId}" cannot be tried again: ${why}`);
    this.runId = runId;
  }
}

/** There is no such step before which the run could be forked, or a fork from there could not go on. */
export class ForkRefusedError extends LullError {
  static {
    this.prototype.name = 'ForkRefusedError';
    setBrand(this.prototype, 'ForkRefusedError');
  }
  readonly runId: string;

  constructor(runId: string, why: string) {
    super('FORK_REFUSED', `run "${runId}" cannot be forked: ${why}`);
    this.runId = runId;
  }
}

/** The token of a callback is none: it is forged, or has expired, or belongs to a run that is gone. */
export class InvalidTokenError extends LullError {
  static {
    this.prototype.name = 'InvalidTokenError';
    setBrand(this.prototype, 'InvalidTokenError');
  }
  constructor(why: string) {
    super('INVALID_TOKEN', `the token is not good: ${why}`);
  }
}

/** The callback was completed or failed before: its token is good once. */
export class CallbackDoneError extends LullError {
  static {
    this.prototype.name = 'CallbackDoneError';
    setBrand(this.prototype, 'CallbackDoneError');
  }
  constructor(name: string) {
    super('CALLBACK_DONE', `callback "${name}" is done: it was completed or failed before, and its token is good once`);
  }
}

/** As many messages wait as an inbox holds, or as many signals are unread as a run keeps. Nothing was accepted. */
export class InboxFullError extends LullError {
  static {
    this.prototype.name = 'InboxFullError';
    setBrand(this.prototype, 'InboxFullError');
  }
  readonly runId: string;

  constructor(runId: string, why: string) {
    super('INBOX_FULL', `the inbox of run "${runId}" is full: ${why}. Nothing was accepted: send it again later`);
    this.runId = runId;
  }
}

/** None of the run's code has run yet: there is no state from which a query could be answered. */
export class RunNotBegunError extends LullError {
  static {
    this.prototype.name = 'RunNotBegunError';
    setBrand(this.prototype, 'RunNotBegunError');
  }
  readonly runId: string;

  constructor(runId: string) {
    super('RUN_NOT_BEGUN', `run "${runId}" has not begun: it can be asked once its first turn is recorded`);
    this.runId = runId;
  }
}

/** The run's code has not given a handler for a query of that name. */
export class UnknownQueryError extends LullError {
  static {
    this.prototype.name = 'UnknownQueryError';
    setBrand(this.prototype, 'UnknownQueryError');
  }
  readonly runId: string;

  constructor(runId: string, name: string, known: readonly string[]) {
    const guess = suggest(name, known);
    super(
      'UNKNOWN_QUERY',
      `run "${runId}" has no handler for query ${describeValue(name)}` +
        `${guess === undefined ? '.' : `: did you mean ${describeValue(guess)}?`} ` +
        (known.length === 0 ? 'It has none for any' : `It has handlers for ${known.join(', ')}`),
    );
    this.runId = runId;
  }
}

/** The validator of an update has refused it: the run has not changed. `cause` is what the validator threw. */
export class UpdateRefusedError extends LullError {
  static {
    this.prototype.name = 'UpdateRefusedError';
    setBrand(this.prototype, 'UpdateRefusedError');
  }
  readonly runId: string;

  constructor(runId: string, update: string, cause: Error) {
    super('UPDATE_REFUSED', `run "${runId}" has refused update "${update}": ${cause.name}: ${cause.message}`, {
      cause,
    });
    this.runId = runId;
  }
}

/** The handler of an update has thrown. `cause` is what it threw, as far as its class is known here. */
export class UpdateFailedError extends LullError {
  static {
    this.prototype.name = 'UpdateFailedError';
    setBrand(this.prototype, 'UpdateFailedError');
  }
  readonly runId: string;

  constructor(runId: string, update: string, cause: Error) {
    super('UPDATE_FAILED', `update "${update}" of run "${runId}" failed: ${cause.name}: ${cause.message}`, { cause });
    this.runId = runId;
  }
}

/** The run failed. `cause` is the workflow's own error, as far as its class is known here. */
export class RunFailedError extends LullError {
  static {
    this.prototype.name = 'RunFailedError';
    setBrand(this.prototype, 'RunFailedError');
  }
  readonly runId: string;
  /** What the undos of steps failed with that have failed for good, in the order in which they did. */
  readonly undoErrors: readonly Error[];

  constructor(runId: string, workflow: string, cause: Error) {
    super('RUN_FAILED', `run "${runId}" of workflow "${workflow}" failed: ${cause.name}: ${cause.message}`, { cause });
    this.runId = runId;
    this.undoErrors = undoErrorsOf(cause);
  }
}

/** The run was asked to cancel and ended so. `reason` is what the canceller said, `''` if nothing. */
export class RunCancelledError extends LullError {
  static {
    this.prototype.name = 'RunCancelledError';
    setBrand(this.prototype, 'RunCancelledError');
  }
  readonly runId: string;
  readonly reason: string;
  /** What the undos of steps failed with that have failed for good, in the order in which they did. */
  readonly undoErrors: readonly Error[];

  constructor(runId: string, reason: string, undoErrors: readonly Error[] = []) {
    super('RUN_CANCELLED', `run "${runId}" was cancelled${withReason(reason)}`);
    this.runId = runId;
    this.reason = reason;
    this.undoErrors = undoErrors;
  }
}

/** The run was terminated: ended at once, without running any more of its code. `reason` is what was given, `''` if nothing. */
export class RunTerminatedError extends LullError {
  static {
    this.prototype.name = 'RunTerminatedError';
    setBrand(this.prototype, 'RunTerminatedError');
  }
  readonly runId: string;
  readonly reason: string;
  /** What the undos of steps failed with that have failed for good, in the order in which they did. */
  readonly undoErrors: readonly Error[];

  constructor(runId: string, reason: string, undoErrors: readonly Error[] = []) {
    super('RUN_TERMINATED', `run "${runId}" was terminated${withReason(reason)}`);
    this.runId = runId;
    this.reason = reason;
    this.undoErrors = undoErrors;
  }
}

/**
 * A child did not complete. `status` says how it ended; `cause` is what it failed with, or a RunCancelledError or
 * RunTerminatedError with the reason.
 */
export class ChildFailedError extends LullError {
  static {
    this.prototype.name = 'ChildFailedError';
    setBrand(this.prototype, 'ChildFailedError');
  }
  readonly runId: string;
  readonly status: Exclude<ClosedStatus, 'completed'>;

  constructor(runId: string, workflow: string, status: Exclude<ClosedStatus, 'completed'>, cause: Error) {
    const what = status === 'failed' ? `failed: ${cause.name}: ${cause.message}` : `was ${status}: ${cause.message}`;
    super('CHILD_FAILED', `child "${runId}" of workflow "${workflow}" ${what}`, { cause });
    this.runId = runId;
    this.status = status;
  }
}

function withReason(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}

/** What the end of a run says of undos that have failed. */
export function undoErrorsOf(error: unknown): readonly Error[] {
  const found: unknown = (error as { undoErrors?: unknown } | null | undefined)?.undoErrors;
  return Array.isArray(found) ? found.filter(isError) : [];
}

/** As many workflows are paused, or were within the last day, as the list of them has room for. Nothing was changed. */
export class WorkflowListFullError extends LullError {
  static {
    this.prototype.name = 'WorkflowListFullError';
    setBrand(this.prototype, 'WorkflowListFullError');
  }

  constructor(limit: number) {
    super(
      'WORKFLOW_LIST_FULL',
      `${limit} workflows are paused, or were within the last day, and there is no room for more: resume some of them, ` +
        'or pause single runs',
    );
  }
}
