/**
 * A signal, an update, what comes for a callback, or a request to cancel or terminate, sent to a run. It waits in the run's
 * inbox until it is in the journal.
 */
import type { Encoded } from '../core/encoded.ts';
import type { ClosedStatus } from '../core/run-status.ts';
import type { StoredValue } from './run-item.ts';

interface MessageBase {
  /** Chosen by the sender: a repeat with the same id is harmless. */
  readonly id: string;
  /**
   * Of a message whose id follows from an idempotency key (`isKeyedId`): identifies its content. The table takes no other
   * content under its id.
   */
  readonly digest?: string;
  /** All of it, encrypted: what it says is then empty here. Only a store sees it. */
  readonly sealed?: Encoded;
}

/** The prefix of ids that follow from an idempotency key. */
export const KEYED_ID_PREFIX = 'key-';

/** What the keys of values begin with that are the answers of updates. */
export const ANSWER_KEY_PREFIX = 'answer-';

/** Whether an id follows from an idempotency key: the digest of such a message is kept as long as its run. */
export function isKeyedId(messageId: string): boolean {
  return messageId.startsWith(KEYED_ID_PREFIX);
}

export interface SignalMessage extends MessageBase {
  readonly kind: 'signal';
  readonly name: string;
  readonly payload: Encoded;
}

/** A run that the receiver started as a child, or watches, has ended. */
export interface RunEndedMessage extends MessageBase {
  readonly kind: 'run-ended';
  readonly runId: string;
  readonly workflow: string;
  readonly status: ClosedStatus;
  readonly value: Encoded;
}

/** A change of the run that its sender waits for. It always has a digest: its item stays, and takes the answer. */
export interface UpdateMessage extends MessageBase {
  readonly kind: 'update';
  readonly name: string;
  readonly args: Encoded;
}

export interface CancelMessage extends MessageBase {
  readonly kind: 'cancel';
  readonly reason: string;
}

export interface TerminateMessage extends MessageBase {
  readonly kind: 'terminate';
  readonly reason: string;
  /** The steps that have completed are undone first. */
  readonly undo?: true;
}

/** What a caller gives by the token of a callback. */
export interface CallbackMessage extends MessageBase {
  readonly kind: 'callback';
  /** The position of the callback's command. */
  readonly callbackId: number;
  /** The link of the run that made it. Absent: the first. */
  readonly link?: number;
  readonly name: string;
  readonly outcome: 'completed' | 'failed' | 'heartbeat';
  /** The value, the error, or the details. */
  readonly payload: Encoded;
}

/** Of a message, as far as it matters where it is accepted: which room it has in the inbox, and whether it ends a pause. */
export type AcceptedKind = 'signal' | 'control' | 'cancel' | 'terminate';

export type Message =
  SignalMessage | UpdateMessage | CallbackMessage | RunEndedMessage | CancelMessage | TerminateMessage;

/** Says whether a message of that kind asks the run to stop: it ends a pause. */
export function isToStop(kind: (Message | AnsweredUpdate)['kind'] | AcceptedKind): boolean {
  return kind === 'cancel' || kind === 'terminate';
}

/** Says whether it ends the run at once, with none of its code. */
export function isPlainTerminateMessage(message: Message | AnsweredUpdate): message is TerminateMessage {
  return message.kind === 'terminate' && message.undo !== true;
}

/** In the place of an update that has its answer: a repeat of its request, or of the worker that refused it. */
export interface AnsweredUpdate {
  readonly kind: 'answered';
  readonly id: string;
}

/** What is found under an id of the inbox. */
export type LoadedMessage = Message | AnsweredUpdate;

/** What came of an update. Its item keeps it until the run is purged. */
export interface UpdateAnswer {
  /** `refused` by its validator; else how its handler ended. */
  readonly status: 'completed' | 'failed' | 'refused';
  /** What the handler returned, or what it or the validator has thrown. */
  readonly value: StoredValue;
}

/** How messages are deleted. */
export interface DeleteMessages {
  readonly keepDigests: boolean;
}
