/** The port through which the engine reaches other runs: on their side it is a caller like any other. */
import type { OperationOnOther } from '../core/operation.ts';
import type { RunEndedMessage } from './message.ts';

/** The run that an operation is asked by, and what tells it from all others. */
export interface OperationContext {
  readonly runId: string;
  /** Of the step: an operation that is carried out again with it has no further effect. */
  readonly idempotencyKey: string;
  readonly stepName: string;
  /** When the time of the asking run is up: a child has no more. */
  readonly deadlineAtMs: number | undefined;
}

/** A message of the engine's own, whose id follows from what it says: sent again, it is the same one. */
export type EngineMessage = Omit<RunEndedMessage, 'digest'> | StopMessage;

export interface StopMessage {
  readonly kind: 'cancel' | 'terminate';
  readonly id: string;
  readonly reason: string;
}

/** `gone`: the run has ended, or was purged. `full`: its inbox has no room now. */
export type SendResult = 'sent' | 'gone' | 'full';

/** The event of a function that carries out a remote step. */
export interface RemoteCall {
  /** As JSON. */
  readonly payload: unknown;
  /** Completes the step: `client.completeCallback(token, value)`. */
  readonly token: string;
  /** The same as a URL to post to, where the engine has a public one. */
  readonly callbackUrl?: string;
  readonly runId: string;
  /** The step's name. */
  readonly step: string;
  /** From 1. */
  readonly attempt: number;
  /** The same for each attempt to invoke the function for this attempt of the step. */
  readonly idempotencyKey: string;
}

/** Returns when the invocation is queued. */
export type InvokeFunction = (functionName: string, call: RemoteCall) => Promise<void>;

export interface RunOperations {
  /** Returns what the step's awaiter gets; throws what a caller would get. */
  carryOut(operation: OperationOnOther, by: OperationContext): Promise<unknown>;
  send(runId: string, message: EngineMessage): Promise<SendResult>;
}
