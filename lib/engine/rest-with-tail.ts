/**
 * Releases a run together with what it has done last: where nothing else is left to be done, what was delivered is stored by
 * the release or the finish itself, as the tail of the journal (operation 14, operation 15). So a turn that only takes a
 * message or a timer, and rests again, puts no record.
 *
 * What is held for that is in memory only, and so nothing comes of it before: no body begins, no item of a message is deleted,
 * no caller learns of it (I3). If it turns out that something was accepted since, it is put as a record at once, and not held
 * again. A number of a record is used for one content: where a put may still be carried out late, its number is for an item.
 *
 * Relies on: no other worker can put a record of the number. A turn that took over has put its fence, and then does without
 * a tail; and the turns that release a run without a fence are those before its first record. A base stands for items alone: a run
 * with an unbounded history has no tail, and one that had one before gets its base when that is an item.
 *
 * Tested by: test/engine/tail.test.ts, test/engine/tail-crashes.test.ts
 */
import { encodedBytes } from '../codec/encode.ts';
import type { JournalEntry } from '../journal/event.ts';
import { entriesBytes } from '../ports/entries-text.ts';
import { lettersOf } from '../ports/letters.ts';
import { ENDED_RUN_ITEM_BYTES, runItemBytes } from '../ports/tail.ts';
import { checkInbox } from './check-inbox.ts';
import { comesToRest } from './comes-to-rest.ts';
import { finishRun } from './finish.ts';
import { deleteReceived } from './inbox.ts';
import { hasEvents } from './lifecycle-events.ts';
import { linkOf } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import { codeHasEnded, continuesAsNew, hasPendingEvents } from './pending-events.ts';
import { toShows } from './shows.ts';
import { findFatal } from './stop-code.ts';
import { suspendRun } from './suspend.ts';
import { holdUnwritten } from './tail.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';
import { isUnbounded } from './unbounded/is-unbounded.ts';
import { isEmpty } from './warm-runs.ts';
import { isSnapshotDue } from './write-snapshot.ts';

/** Entries from which nothing outside follows, and with which nothing else is written. */
const QUIET: ReadonlySet<JournalEntry['kind']> = new Set<JournalEntry['kind']>([
  ...(['started', 'patched', 'sleep', 'receive', 'sleep-completed'] as const),
  ...(['step-completed', 'step-failed', 'step-retrying', 'signal-received', 'run-ended'] as const),
]);

/** `not-yet`: what was delivered is to be recorded, and the turn goes on. */
export async function restWithTail(turn: Turn, memory: LiveMemory): Promise<TurnEnd | 'not-yet' | 'accepted-since'> {
  if (!mayHold(turn, memory)) return 'not-yet';
  // An error that the code has left behind shows when the event loop has turned, as it does while a record is written.
  await turn.engine.errorsToShow?.();
  if (!mayHold(turn, memory)) return 'not-yet';
  const check = await checkInbox(turn, memory);
  if (check === 'lost' || !(await turn.lease.isOurs())) return { kind: 'lease-lost' };
  if (check === 'accepted-since') return check;
  holdUnwritten(turn);
  turn.shown = memory.live.shown();
  await deleteReceived(turn); // letters leave the inbox: they have no items
  const rest = codeHasEnded(memory) ? await finishRun(turn, memory.live.outcome()) : await suspendRun(turn, memory);
  return rest.kind === 'accepted-since' ? rest.kind : rest;
}

/** Whether what is not recorded yet can go with the release, or with the finish. */
function mayHold(turn: Turn, memory: LiveMemory): boolean {
  const { unwritten, attempts } = turn;
  if (unwritten.length === 0 || attempts.size > 0 || !isTurnThatMay(turn)) return false;
  if (findFatal(turn, memory) !== undefined || continuesAsNew(memory)) return false;
  const entries = unwritten.all();
  if (!entries.every((entry) => isQuiet(turn, entry)) || !hasRoom(turn, memory, entries)) return false;
  if (codeHasEnded(memory)) return !hasPendingEvents(turn, memory);
  return memory.placeWaits.size === 0 && comesToRest(turn, memory) && !isSnapshotDue(turn);
}

/**
 * Before the first record turns release a run without a fence: while it is delayed, and while it waits for a place in a pool. So
 * that record is an item, unless no worker has had the run before.
 */
function isTurnThatMay(turn: Turn): boolean {
  const { engine, run, base, journal, isInTable, takesOver, isAlone, doesNothingNew, refusals, isNumberUsed } = turn;
  if (base !== undefined || isUnbounded(turn)) return false;
  if (!isInTable || takesOver || isAlone || doesNothingNew || isNumberUsed) return false;
  if (refusals.size > 0 || run.goesOnFrom !== undefined || engine.rebuildAtEveryAwait) return false;
  if (!isEmpty(journal)) return true;
  // The bus hears of the start again where the worker that has recorded it was lost: not, if that one had released the run.
  const isFirst = run.epoch === 0 || linkOf(run) > 1;
  return isFirst && run.notBeforeMs === undefined && !hasEvents(engine, run);
}

/** The item of a message is deleted when it is recorded. */
function isQuiet({ letters, carried }: Turn, entry: JournalEntry): boolean {
  if (!QUIET.has(entry.kind)) return false;
  return !('messageId' in entry) || carried.has(entry.messageId) || lettersOf({ letters }).has(entry.messageId);
}

/** Each further write of the run item is to cost one unit. One that has ended is written no more, or hardly. */
function hasRoom(turn: Turn, memory: LiveMemory, entries: readonly JournalEntry[]): boolean {
  const { engine, run, newestRun, journal, ending } = turn;
  const { filledRunItemBytes } = engine.store.limits;
  const bytes = (journal.tail?.bytes ?? 0) + entriesBytes(entries);
  if (bytes > engine.maxRecordBytes || filledRunItemBytes === 0) return false;
  const { inboxIds: _inboxIds, letters: _letters, ...rest } = newestRun ?? run;
  const shown = memory.live.shown();
  const resting = runItemBytes({ ...rest, ...(shown && toShows(run, shown)), inboxIds: [] }) + bytes;
  if (ending === undefined) return resting <= filledRunItemBytes;
  return resting + Math.min(encodedBytes(ending.result), engine.maxInlineBytes) <= ENDED_RUN_ITEM_BYTES;
}
