/**
 * The tail of the run's journal, as the turn has it: what the run item has of it, and what is held for the release or the
 * finish that is about to be written (rest-with-tail.ts). The next record that is put has all of it in front (commit.ts).
 *
 * Tested by: test/engine/tail.test.ts, test/engine/tail-crashes.test.ts
 */
import { entriesBytes } from '../ports/entries-text.ts';
import type { TailToWrite } from '../ports/tail.ts';
import { noteEntries } from './commit.ts';
import { warnIfNearlyFull } from './journal-length.ts';
import type { Turn } from './turn-state.ts';

/** What was delivered counts as received: it goes with the next write, which is the release, the finish, or a record. */
export function holdUnwritten(turn: Turn): void {
  const { journal, unwritten } = turn;
  const { events, bytes } = journal;
  const before = journal.tail;
  const added = unwritten.take();
  const entries = before === undefined ? added : [...before.entries, ...added];
  const tail = { entries, bytes: entriesBytes(entries) };
  turn.early = undefined;
  journal.tail = tail;
  turn.isHolding = true;
  noteEntries(turn, { entries: added, bytes: tail.bytes - (before?.bytes ?? 0) });
  warnIfNearlyFull(turn, { events, bytes });
}

/** What a release or a finish is to write of it. */
export function tailToWrite({ run, journal, epoch, nonce, isHolding }: Turn): TailToWrite {
  const { tail, recordNumber } = journal;
  if (isHolding && tail !== undefined) {
    return { tail: { number: recordNumber + 1, epoch, nonce, entries: tail.entries } };
  }
  return run.tail !== undefined && tail === undefined ? { tail: 'in-record' } : {};
}

/** The release, or the finish, was carried out. */
export function noteTailWritten(turn: Turn): void {
  if (turn.isHolding && turn.journal.recordNumber === 0 && turn.run.tail === undefined) turn.startsRun = true;
  turn.isHolding = false;
}
