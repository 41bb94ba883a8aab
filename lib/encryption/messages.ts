/**
 * Messages: all of a message is encrypted, but for its id and its kind. What is left in their place is a message of the same
 * kind, so that a store takes it for one.
 *
 * A request to terminate can be carried out without the key, or a run whose key is gone could never be ended. Only what its
 * sender has said is then lost.
 */
import type { AnsweredUpdate, Message, TerminateMessage } from '../ports/message.ts';
import { PayloadDamagedError, type PayloadKeyError } from '../ports/world-errors.ts';
import { places } from './places.ts';
import { type Sealer, throwIfUnreadable } from './sealer.ts';

/** In place of a reason that cannot be decrypted: it is no secret, and is written as it is. */
export const REASON_UNREADABLE = 'the reason cannot be read: it is encrypted, and there was no key';

/** `digest`: as the table is to have it. */
export async function sealMessage(
  sealer: Sealer,
  runId: string,
  message: Message,
  digest: string | undefined,
): Promise<Message> {
  if (message.kind === 'run-ended') throwIfUnreadable(message.value);
  const sealed = await sealer.seal(places.message(runId, message.id), message);
  if (sealed === undefined) return message;
  const base = { id: message.id, sealed, ...(digest === undefined ? {} : { digest }) };
  switch (message.kind) {
    case 'signal':
      return { ...base, kind: message.kind, name: '', payload: null };
    case 'update':
      return { ...base, kind: message.kind, name: '', args: null };
    case 'callback':
      return { ...message, ...base, name: '', payload: null };
    case 'run-ended':
      return { ...message, ...base, value: null };
    case 'cancel':
    case 'terminate':
      return { ...message, ...base, reason: '' };
  }
}

export type OpenedMessage =
  | { readonly kind: 'open'; readonly message: Message | AnsweredUpdate }
  | { readonly kind: 'locked' | 'damaged'; readonly error: PayloadKeyError | PayloadDamagedError };

export async function openMessage(
  sealer: Sealer,
  runId: string,
  message: Message | AnsweredUpdate,
): Promise<OpenedMessage> {
  if (message.kind === 'answered' || message.sealed === undefined) return { kind: 'open', message };
  const opened = await sealer.open(places.message(runId, message.id), message.sealed);
  if (opened?.kind === 'open') return { kind: 'open', message: JSON.parse(opened.value) as Message };
  if (message.kind === 'terminate') return { kind: 'open', message: withoutReason(message) };
  if (opened?.kind === 'locked') return opened;
  const problem = opened?.problem ?? 'it is encrypted in no form that is known here';
  const error = new PayloadDamagedError(`message "${message.id}" of run "${runId}"`, problem);
  return { kind: 'damaged', error };
}

function withoutReason({ kind, id, undo }: TerminateMessage): Message {
  return { kind, id, reason: REASON_UNREADABLE, ...(undo === undefined ? {} : { undo }) };
}
