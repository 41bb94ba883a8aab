/**
 * What the code of a run asks the engine to do outside of it, as data: the engine carries it out as the body of a step,
 * so that it has a step's retries, its record, and its idempotency key.
 */
import type { Attributes } from './attributes.ts';
import type { Encoded } from './encoded.ts';
import type { RetryPolicy } from './step.ts';

/** What becomes of a child that is open when its parent ends. */
export type OnParentClose = 'cancel' | 'terminate' | 'abandon';

/** Starts a run that this one does not wait for. */
export interface StartRunOperation {
  readonly kind: 'start-run';
  readonly workflow: string;
  readonly input: Encoded;
  /** Undefined: the engine derives one from the step. */
  readonly runId: string | undefined;
  readonly delayMs: number;
  readonly timeoutMs?: number | undefined;
  readonly attributes?: Attributes | undefined;
  readonly onConflict?: 'fail' | 'use-existing' | undefined;
  /** The time that it is for, where a schedule starts it. */
  readonly scheduledAtMs?: number | undefined;
}

/** Starts a run of whose end this one learns. */
export interface StartChildOperation {
  readonly kind: 'start-child';
  readonly workflow: string;
  readonly input: Encoded;
  /** Undefined: the engine derives one from the step. */
  readonly runId: string | undefined;
  readonly onParentClose: OnParentClose;
}

export interface SendSignalOperation {
  readonly kind: 'signal';
  readonly runId: string;
  readonly name: string;
  readonly payload: Encoded;
}

export interface StopOperation {
  readonly kind: 'cancel' | 'terminate';
  readonly runId: string;
  readonly reason: string;
}

/** Has this run learn of the end of another one; returns the end of one that has ended. */
export interface WatchOperation {
  readonly kind: 'watch';
  readonly runId: string;
  /** Only looks: this run does not learn of a later end. */
  readonly justLooks?: true;
}

/** Asks another run a query. */
export interface QueryOperation {
  readonly kind: 'query';
  readonly runId: string;
  readonly name: string;
  readonly args: Encoded;
  /** The name of the entity that the run is: where there is none, it answers as it would begin. */
  readonly entity?: string;
}

/** Asks another run to carry out an update, or looks for the answer: see `UpdateProgress`. */
export interface UpdateOperation {
  readonly kind: 'update';
  readonly runId: string;
  readonly name: string;
  readonly args: Encoded;
  /** Undefined: it is sent for the first time, and its id follows from the step. */
  readonly updateId: string | undefined;
  /** The name of the entity that the run is: where there is none, it is begun. */
  readonly entity?: string;
}

/** What became of an update by now. */
export type UpdateProgress =
  { readonly kind: 'answered'; readonly value: unknown } | { readonly kind: 'waiting'; readonly updateId: string };

/** Answers an update of this run. */
export interface AnswerOperation {
  readonly kind: 'answer';
  /** This run's own. */
  readonly runId: string;
  readonly messageId: string;
  readonly status: 'completed' | 'failed';
  /** What the handler returned, or threw. */
  readonly value: Encoded;
}

/** Invokes another Lambda function, which answers through a callback. */
export interface InvokeOperation {
  readonly kind: 'invoke';
  readonly functionName: string;
  readonly payload: Encoded;
  readonly token: string;
  readonly callbackUrl: string | undefined;
  /** Of the remote step, from 1. */
  readonly attempt: number;
}

/** What is done to a run. */
export type RunOperation =
  | StartRunOperation
  | StartChildOperation
  | SendSignalOperation
  | StopOperation
  | WatchOperation
  | QueryOperation
  | UpdateOperation
  | AnswerOperation;

export type Operation = RunOperation | InvokeOperation;

/** An operation whose run has an id. */
export type AddressedOperation = (RunOperation & { readonly runId: string }) | InvokeOperation;

/** What is done outside of the run. */
export type OperationOnOther = Exclude<AddressedOperation, { readonly kind: 'answer' }>;

/** What an operation is recorded as having done to a run: see `StepRequested`. */
export interface RecordedRunOperation {
  readonly kind: RunOperation['kind'];
  /** The id of the other run; of an answer, of this one. */
  readonly runId: string;
  /** Of a child, where it is not `cancel`. */
  readonly onParentClose?: 'terminate' | 'abandon';
}

export interface RecordedInvoke {
  readonly kind: 'invoke';
  readonly functionName: string;
}

export type RecordedOperation = RecordedRunOperation | RecordedInvoke;

/**
 * A table that does not answer, and a run that has no room, are asked again until they do: an operation has no effect that
 * a repeat could double.
 */
export const OPERATION_RETRY: RetryPolicy = {
  maxAttempts: Infinity,
  firstDelay: '1s',
  maxDelay: '1m',
  retryIf: (error) => RETRIED.has((error as { readonly code?: unknown }).code),
};

const RETRIED: ReadonlySet<unknown> = new Set(['STORE_UNAVAILABLE', 'INBOX_FULL', 'FUNCTION_UNAVAILABLE']);
