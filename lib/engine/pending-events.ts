/**
 * The events that are ready to be delivered: what the code has worked out itself, then messages, then due timers, the run's deadline and ended steps, in the
 * order of their times.
 *
 * Tested by: test/invariants/i4-replay-is-equal.test.ts, test/engine/unread-messages.test.ts
 */
import type { JournalEvent } from '../journal/event.ts';
import { toMessageEvent } from '../ports/message-event.ts';
import type { Message } from '../ports/message.ts';
import { isLimitReached, limitReached, whyTooLong } from './journal-length.ts';
import { passedDeadline } from './run-deadline.ts';
import { firstTimer, nextTimeAtMs, type LiveMemory } from './live-memory.ts';
import type { Turn } from './turn-state.ts';

/** Takes the next event from its queue; undefined when there is none. A run that has ended only gets messages. */
export function nextEvent(turn: Turn, memory: LiveMemory): JournalEvent | undefined {
  if (continuesAsNew(memory)) return undefined; // messages move along in the inbox
  const written = takesStreams(turn, memory) ? turn.streams.take() : undefined;
  if (written !== undefined) return written;
  const known = takeKnown(turn, memory);
  if (known !== undefined) return known;
  if (isHeld(turn, memory)) {
    const ended = firstStepResult(turn, memory);
    if (ended !== undefined) turn.stepResults.shift();
    return ended;
  }
  const nowMs = turn.engine.clock.nowMs();
  const message = takeDeliverable(turn, memory);
  if (message !== undefined) return toMessageEvent(message, nowMs);
  // The code has used up what it had for cleaning up, so the run is about to be failed: nothing more is recorded.
  if (codeHasEnded(memory) || whyTooLong(turn) !== undefined) return undefined;
  const limit = limitReached(turn);
  if (limit !== undefined) return limit;

  const stepResult = firstStepResult(turn, memory);
  const timer = firstTimer(memory);
  const passed = passedDeadline(memory.live, {
    nowMs,
    before: Math.min(timer?.dueAtMs ?? Infinity, stepResult?.atMs ?? Infinity),
  });
  if (passed !== undefined) return passed;
  if (timer !== undefined && timer.dueAtMs <= Math.min(nowMs, stepResult?.atMs ?? Infinity)) {
    return { kind: 'sleep-completed', id: timer.id, atMs: nowMs };
  }
  if (stepResult !== undefined) turn.stepResults.shift();
  return stepResult;
}

/** Whether `nextEvent` would return one. */
export function hasPendingEvents(turn: Turn, memory: LiveMemory): boolean {
  if (continuesAsNew(memory)) return false;
  return isStreamDue(turn, memory) || hasOthers(turn, memory);
}

/** What bodies have written comes first: what they did next was after it. It does not come alone before it is due. */
function takesStreams(turn: Turn, memory: LiveMemory): boolean {
  const { streams } = turn;
  if (streams.dueAtMs === Infinity || codeHasEnded(memory) || whyTooLong(turn) !== undefined) return false;
  return isStreamDue(turn, memory) || hasOthers(turn, memory);
}

/** Once the code has ended, no step is awaited any more, and nothing that one writes. */
function isStreamDue({ engine, streams }: Turn, memory: LiveMemory): boolean {
  return streams.dueAtMs <= engine.clock.nowMs() && !codeHasEnded(memory);
}

function hasOthers(turn: Turn, memory: LiveMemory): boolean {
  if (memory.known.some(({ id }) => memory.live.pending.has(id))) return true;
  if (isHeld(turn, memory)) return firstStepResult(turn, memory) !== undefined;
  if (turn.inbox.some((message) => isDeliverable(message, memory))) return true;
  if (codeHasEnded(memory)) return false;
  if (isLimitReached(turn) || firstStepResult(turn, memory) !== undefined) return true;
  return (nextTimeAtMs(memory) ?? Infinity) <= turn.engine.clock.nowMs();
}

/** The first that the code still waits for. */
function takeKnown({ engine }: Turn, { known, live }: LiveMemory): JournalEvent | undefined {
  for (let first = known.shift(); first !== undefined; first = known.shift()) {
    const { id, value } = first;
    if (live.pending.has(id)) return { kind: 'step-completed', id, atMs: engine.clock.nowMs(), value };
  }
  return undefined;
}

/** The first message that can be delivered. */
function takeDeliverable({ inbox }: Turn, memory: LiveMemory): Message | undefined {
  const index = inbox.findIndex((message) => isDeliverable(message, memory));
  return index === -1 ? undefined : inbox.splice(index, 1)[0];
}

/** An update waits for its handler, in the inbox. When the code has ended, it is recorded as unread. */
function isDeliverable(message: Message, memory: LiveMemory): boolean {
  return message.kind !== 'update' || codeHasEnded(memory) || memory.live.handlesUpdate(message.name);
}

/**
 * Whether the run, or its workflow, is paused: then steps that are under way come to their end, and nothing else happens.
 * Code that has ended is not held: nothing is left to pause.
 */
export function isHeld(turn: Turn, memory: LiveMemory): boolean {
  return turn.doesNothingNew && !codeHasEnded(memory);
}

/** Whether the workflow has returned, thrown, or was cancelled: its code takes no more events. */
export function codeHasEnded({ live }: LiveMemory): boolean {
  return live.outcome().kind !== 'going-on';
}

export function continuesAsNew({ live }: LiveMemory): boolean {
  return live.outcome().kind === 'continued';
}

/** Skips the results of steps that were cancelled in the meantime. */
function firstStepResult(turn: Turn, memory: LiveMemory): Turn['stepResults'][number] | undefined {
  for (;;) {
    const stepResult = turn.stepResults[0];
    if (stepResult === undefined || memory.live.pending.has(stepResult.id)) return stepResult;
    turn.stepResults.shift();
  }
}
