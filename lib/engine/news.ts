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
  if (message !== undefined) return toEvent(message, nowMs);
  // Beyond what code may still do, nothing is added any more: the run is about to be failed.
  if (hasEnded(memory) || whyTooLong(turn) !== undefined) return undefined;
  const limit = limitReached(turn);
  if (limit !== undefined) return limit;

  const arrival = firstArrival(turn, memory);
  const timer = firstTimer(memory);
  if (timer !== undefined && timer.dueAtMs <= Math.min(nowMs, arrival?.atMs ?? Infinity)) {
    return { kind: 'sleep-completed', id: timer.id, atMs: nowMs };
  }
  if (arrival !== undefined) turn.arrivals.shift();
  return arrival;
}

/** Says whether `nextEvent` would give one. */
export function hasNews(turn: Turn, memory: LiveMemory): boolean {
  if (turn.inbox.length > 0) return true;
  if (hasEnded(memory)) return false;
  if (isLimitReached(turn) || firstArrival(turn, memory) !== undefined) return true;
  const timer = firstTimer(memory);
  return timer !== undefined && timer.dueAtMs <= turn.engine.clock.nowMs();
}

/** Says whether the workflow has returned, thrown, or was cancelled: its code takes no event any more. */
export function hasEnded({ live }: LiveMemory): boolean {
  return live.outcome().kind !== 'going-on';
}

/** What ended for nobody, because it was withdrawn meanwhile, is dropped on the way. */
function firstArrival(turn: Turn, memory: LiveMemory): Turn['arrivals'][number] | undefined {
  for (;;) {
    const arrival = turn.arrivals[0];
    if (arrival === undefined || memory.live.pending.has(arrival.id)) return arrival;
    turn.arrivals.shift();
  }
}

export type EventFromOutside = Extract<JournalEvent, { readonly messageId: string }>;

/** A message as the journal has it. */
export function toEvent(message: Message, atMs: number): EventFromOutside {
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
