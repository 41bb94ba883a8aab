/** What comes to a run from outside, control included: it waits in the run's inbox until it is in the journal. */
import type { Encoded } from '../core/encoded.ts';

interface MessageBase {
  /** Chosen by the sender: a repeat with the same id is harmless. */
  readonly id: string;
  /**
   * Of a message whose id follows from an idempotency key (`isKeyedId`): tells what it carries. Under its id the table takes
   * nothing else.
   */
  readonly digest?: string;
}

/** With which an id begins that follows from an idempotency key. */
export const KEYED_ID_PREFIX = 'key-';

/** Says whether an id follows from an idempotency key: the digest of such a message is kept as long as its run. */
export function isKeyedId(messageId: string): boolean {
  return messageId.startsWith(KEYED_ID_PREFIX);
}

export interface SignalMessage extends MessageBase {
  readonly kind: 'signal';
  readonly name: string;
  readonly payload: Encoded;
}

export interface CancelMessage extends MessageBase {
  readonly kind: 'cancel';
  readonly reason: string;
}

export interface TerminateMessage extends MessageBase {
  readonly kind: 'terminate';
  readonly reason: string;
}

export type Message = SignalMessage | CancelMessage | TerminateMessage;
