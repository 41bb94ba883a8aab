/**
 * Delivers the pending events one at a time; after each one the coroutines run until all of them wait again (I4).
 *
 * Tested by: test/invariants/i4-replay-is-equal.test.ts, test/invariants/i6-message-once.test.ts
 */
import { toError } from '../core/to-error.ts';
import { isPlainTerminate, type UpdateReceived } from '../journal/event.ts';
import type { StreamWritten } from '../journal/stream-entries.ts';
import { refusalOf } from './answer-update.ts';
import { asksOnlyToRead, isOfReadOnly } from './begin-early.ts';
import { commit } from './commit.ts';
import { commitTransaction, type CommitTransactionResult } from './commit-transaction.ts';
import { deliver, type LiveMemory } from './live-memory.ts';
import type { LackOfCallSites } from '../scheduler/live-run.ts';
import { lookForPause } from './look-for-pause.ts';
import { codeHasEnded, nextEvent } from './pending-events.ts';
import type { Turn } from './turn-state.ts';

export type DeliverResult =
  | { readonly kind: 'delivered'; readonly events: number }
  /** The last event is to be recorded, and delivered again to a run that keeps call sites (call-sites.ts). */
  | { readonly kind: 'again'; readonly lack: LackOfCallSites }
  /** Taken over. */
  | { readonly kind: 'lost' }
  /** The run is to end at once, and none of its code runs any more. */
  | { readonly kind: 'terminated'; readonly reason: string }
  /** The code cannot take the event: the run has to be blocked (I8). */
  | { readonly kind: 'cannot-replay'; readonly error: Error };

/** Adds what is to be recorded to `turn.unwritten`. */
export async function deliverPendingEvents(turn: Turn, memory: LiveMemory): Promise<DeliverResult> {
  const lackBefore = memory.live.lackOfCallSites(); // of code that was stopped
  if (lackBefore !== undefined) return { kind: 'again', lack: lackBefore };
  await lookForPause(turn); // then nothing is pending but the ends of steps
  let events = 0;
  for (let event = nextEvent(turn, memory); event !== undefined; event = nextEvent(turn, memory)) {
    if (event.kind === 'update-received' && !codeHasEnded(memory)) {
      const check = checkUpdate(turn, memory, event);
      if (check === 'refused') {
        // One that came again is not asked about at each load.
        if (turn.carried.has(event.messageId)) turn.unwritten.push({ ...event, unread: true });
        continue;
      }
      if (check !== 'carry-out') return { kind: 'cannot-replay', error: check };
    }
    events += 1;
    if ('messageId' in event && !turn.carried.has(event.messageId)) turn.received.add(event.messageId);
    // Also when the code has ended: the next worker finds it in the journal, and has to come to the same end (I4).
    if (isPlainTerminate(event)) {
      turn.unwritten.push(event);
      return { kind: 'terminated', reason: event.reason };
    }
    if (codeHasEnded(memory)) {
      turn.unwritten.push('messageId' in event ? { ...event, unread: true } : event); // accepted is accepted (I6)
      continue;
    }
    // Of a stream it is counted at once: bodies go on to write.
    const transacted = event.kind === 'stream-written' ? asItIs(event) : await commitTransaction(turn, memory, event);
    if (transacted.kind === 'lost') return { kind: 'lost' };
    const { isRecorded } = transacted;
    event = transacted.event;
    const isOfStep = event.kind === 'step-completed' || event.kind === 'step-failed';
    // Workers were lost. If the code that takes the event ends this one too, the step's result is recorded already.
    const isAhead = isRecorded || (turn.isAlone && isOfStep);
    if (isAhead && !isRecorded) {
      turn.unwritten.push(event);
      if ((await commit(turn)) === 'lost') return { kind: 'lost' };
    }
    try {
      const isRead = isOfReadOnly(memory, event);
      const asked = deliver(memory, event);
      const entries = isAhead ? asked : [event, ...asked];
      if (isRead && asksOnlyToRead(memory, asked)) turn.unwritten.pushWaiting(entries);
      else turn.unwritten.pushAll(entries);
    } catch (error) {
      // A step's result is recorded all the same, or its body would run again at each attempt. A message stays in the inbox.
      if (isOfStep && !isAhead) turn.unwritten.push(event);
      return { kind: 'cannot-replay', error: toError(error) };
    }
    const lack = memory.live.lackOfCallSites();
    if (lack !== undefined) return { kind: 'again', lack };
    if (turn.engine.rebuildAtEveryAwait) break;
  }
  return { kind: 'delivered', events };
}

function asItIs(event: StreamWritten): CommitTransactionResult {
  return { kind: 'event', event, isRecorded: false };
}

/** A refusal is not recorded: it is answered once all that led to it is. An error: the code cannot read what was sent. */
function checkUpdate(turn: Turn, memory: LiveMemory, event: UpdateReceived): 'carry-out' | 'refused' | Error {
  try {
    const refusal = refusalOf(memory, event);
    if (refusal === undefined) return 'carry-out';
    turn.refusals.set(event.messageId, refusal);
    return 'refused';
  } catch (error) {
    return toError(error);
  }
}
