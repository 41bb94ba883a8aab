/** What there is to deliver: messages, then timers that are due and steps that ended, by the time when they were. */
import type { JournalEvent } from '../journal/event.ts';
import type { Message } from '../ports/message.ts';
import { isLimitReached, limitReached, whyTooLong } from './journal-length.ts';
import { firstTimer, type LiveMemory } from './live-memory.ts';
import type { Turn } from './turn-state.ts';

/** The next event, taken from where it waited; undefined when there is none. A run that has ended only gets messages. */
export function nextEvent(turn: Turn, memory: LiveMemory): JournalEvent | undefined {
  const nowMs = turn.engine.clock.nowMs();
  const message = turn.inbox.shift();
  if (message !== undefined) return toMessageEvent(message, nowMs);
  // Beyond what code may still do, nothing is added any more: the run is about to be failed.
  if (codeHasEnded(memory) || whyTooLong(turn) !== undefined) return undefined;
  const limit = limitReached(turn);
  if (limit !== undefined) return limit;

  const stepResult = firstStepResult(turn, memory);
  const timer = firstTimer(memory);
  if (timer !== undefined && timer.dueAtMs <= Math.min(nowMs, stepResult?.atMs ?? Infinity)) {
    return { kind: 'sleep-completed', id: timer.id, atMs: nowMs };
  }
  if (stepResult !== undefined) turn.stepResults.shift();
  return stepResult;
}

/** Says whether `nextEvent` would give one. */
export function hasPendingEvents(turn: Turn, memory: LiveMemory): boolean {
  if (turn.inbox.length > 0) return true;
  if (codeHasEnded(memory)) return false;
  if (isLimitReached(turn) || firstStepResult(turn, memory) !== undefined) return true;
  const timer = firstTimer(memory);
  return timer !== undefined && timer.dueAtMs <= turn.engine.clock.nowMs();
}

/** Says whether the workflow has returned, thrown, or was cancelled: its code takes no event any more. */
export function codeHasEnded({ live }: LiveMemory): boolean {
  return live.outcome().kind !== 'going-on';
}

/** What ended for nobody, because it was withdrawn meanwhile, is dropped on the way. */
function firstStepResult(turn: Turn, memory: LiveMemory): Turn['stepResults'][number] | undefined {
  for (;;) {
    const stepResult = turn.stepResults[0];
    if (stepResult === undefined || memory.live.pending.has(stepResult.id)) return stepResult;
    turn.stepResults.shift();
  }
}

export type EventFromOutside = Extract<JournalEvent, { readonly messageId: string }>;

/** A message as the journal has it. */
export function toMessageEvent(message: Message, atMs: number): EventFromOutside {
  const { id: messageId } = message;
  switch (message.kind) {
    case 'signal':
      return { kind: 'signal-received', messageId, atMs, name: message.name, payload: message.payload };
    case 'cancel':
      return { kind: 'cancel-requested', messageId, atMs, reason: message.reason };
    case 'terminate':
      return { kind: 'terminate-requested', messageId, atMs, reason: message.reason };
  }
}
