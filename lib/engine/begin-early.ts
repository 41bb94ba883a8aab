/**
 * Steps in a row that are `readOnly`: the next one begins before the record of the one before is written. What they gave
 * stays in `turn.unwritten`, and all of it goes into one record.
 *
 * That record is written before anything else happens: before the body of any other step begins, before the code is
 * given anything but the end of such a step, before its end, a suspension, and what the run shows; at a limit of bytes
 * and of time; and at once in a turn that took over, since a body that ends its worker is counted only if the journal
 * asked for it. A crash loses what is not written: then the bodies run again, with other inputs perhaps. That is why
 * idempotent is not enough (test/model/early.pml). Keeps I3 for everything that changes something outside.
 *
 * Tested by: test/engine/read-only-steps.test.ts, test/engine/read-only-crashes.test.ts
 */
import type { JournalEntry, JournalEvent } from '../journal/event.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import type { LiveMemory } from './live-memory.ts';
import { codeHasEnded } from './pending-events.ts';
import { findFatal } from './stop-code.ts';
import type { Turn } from './turn-state.ts';

/** Of a turn that has begun steps, or is about to, although something is not written. */
export interface Early {
  /** When the record is to be written at the latest. */
  readonly untilMs: number;
  /** Something waits for the record. */
  isOver: boolean;
}

/** Of the author's own body: what the engine does in its place, an undo and a transaction change something. */
export function isReadOnly({ command }: PendingStep): boolean {
  const { options, operation, undoes, isTransaction } = command;
  return options.readOnly === true && operation === undefined && undoes === undefined && isTransaction !== true;
}

/** Whether an event is the result of a readOnly step. To be asked before it is delivered. */
export function isOfReadOnly({ live }: LiveMemory, event: JournalEvent): boolean {
  const pending = event.kind === 'step-completed' ? live.pending.get(event.id) : undefined;
  return pending?.kind === 'step' && isReadOnly(pending);
}

/** Whether the code has answered such an event only with readOnly steps, and with what nothing outside sees. */
export function asksOnlyToRead({ live }: LiveMemory, asked: readonly JournalEntry[]): boolean {
  return asked.every((entry) => {
    if (entry.kind !== 'step') return entry.kind === 'sleep' || entry.kind === 'receive';
    const pending = live.pending.get(entry.id);
    return pending?.kind === 'step' && isReadOnly(pending);
  });
}

/** Whether the record of what was delivered may wait. To be asked before a commit. */
export function mayWaitForRecord(turn: Turn, memory: LiveMemory): boolean {
  const { engine, unwritten } = turn;
  if (unwritten.length === 0 || !unwritten.mayWait) return false;
  const nowMs = engine.clock.nowMs();
  turn.early ??= { untilMs: nowMs + engine.maxUnwrittenMs, isOver: false };
  if (turn.early.isOver || nowMs >= turn.early.untilMs || unwritten.waitingBytes > engine.maxRecordBytes) return false;
  return isTurnThatMay(turn, memory);
}

/** The first record says that the run has begun, and has the seed of its keys: it does not wait. */
function isTurnThatMay(turn: Turn, memory: LiveMemory): boolean {
  const { engine, run, journal, isAlone, doesNothingNew, refusals, shown } = turn;
  if (run.lease !== undefined || isAlone || journal.recordNumber === 0 || engine.rebuildAtEveryAwait) return false;
  if (doesNothingNew || refusals.size > 0 || memory.live.shown() !== shown) return false;
  return !codeHasEnded(memory) && findFatal(turn, memory) === undefined;
}

/**
 * After the steps were begun that may begin: whether the record has to be written before anything else is done, because
 * another step waits for it, or because no readOnly body is running.
 */
export function waitsForRecord({ early, attempts }: Turn): boolean {
  if (early === undefined) return false;
  early.isOver ||= attempts.readOnly === 0;
  return early.isOver;
}
