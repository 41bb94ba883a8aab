/** A message as the journal has it, once it is delivered. */
import type { JournalEvent } from '../journal/event.ts';
import type { Message } from './message.ts';

export type EventFromOutside = Extract<JournalEvent, { readonly messageId: string }>;

/** `atMs`: when it is delivered. */
export function toMessageEvent(message: Message, atMs: number): EventFromOutside {
  const { id: messageId } = message;
  switch (message.kind) {
    case 'signal':
      return { kind: 'signal-received', messageId, atMs, name: message.name, payload: message.payload };
    case 'update':
      return { kind: 'update-received', messageId, atMs, name: message.name, args: message.args };
    case 'run-ended': {
      const { kind, runId, workflow, status, value } = message;
      return { kind, messageId, atMs, runId, workflow, status, value };
    }
    case 'callback': {
      const { link } = message;
      const of = {
        messageId,
        atMs,
        id: message.callbackId,
        name: message.name,
        ...(link === undefined ? {} : { link }),
      };
      if (message.outcome === 'completed') return { kind: 'callback-completed', ...of, value: message.payload };
      if (message.outcome === 'failed') return { kind: 'callback-failed', ...of, error: message.payload };
      return { kind: 'callback-heartbeat', ...of, details: message.payload };
    }
    case 'cancel':
      return { kind: 'cancel-requested', messageId, atMs, reason: message.reason };
    case 'terminate':
      return {
        kind: 'terminate-requested',
        messageId,
        atMs,
        reason: message.reason,
        ...(message.undo && { undo: true }),
      };
  }
}
