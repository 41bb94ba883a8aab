/** What comes to a run from outside, control included: it waits in the run's inbox until it is in the journal. */
import type { Encoded } from '../core/encoded.ts';

interface MessageBase {
  /** Chosen by the sender: a repeat with the same id is harmless. */
  readonly id: string;
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
