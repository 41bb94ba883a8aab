/**
 * The limits of a run's journal (I10).
 *
 * At a limit the code is asked to stop, by an event that is delivered and recorded as any other (I4): it may clean up,
 * and has a tenth of the limit for that, counted from the event. Beyond it the code is stopped. If it has steps to undo,
 * an event says so, from which the undos have as much again as the limit. Beyond that, or where there is nothing to undo,
 * the run is failed at once. No code sees that, so no replay depends on it: it is decided when the run's end is written,
 * and by nothing before. Messages are received all the while (I6).
 *
 * Tested by: test/invariants/i10-journal.test.ts
 */
import { WorkflowCodeError } from '../core/errors.ts';
import type { JournalEntry, LimitReached } from '../journal/event.ts';
import type { JournalUse } from '../ports/run-item.ts';
import type { Engine } from './settings.ts';
import type { Turn } from './turn-state.ts';

/** How long a journal is. */
export interface JournalLength {
  events: number;
  bytes: number;
  /** The code was asked to stop, or is about to be. */
  isAtLimit: boolean;
  /** How long it was when that was recorded, or when the code was stopped. */
  atLimit: JournalUse | undefined;
  /** The code was stopped for good, and its steps are undone. */
  isStopped: boolean;
}

/** What the code may use up while it cleans up, and the undos of its steps when it is stopped for good. */
const RESERVE = 0.1;
const RESERVE_FOR_UNDOS = 1;
/** From here on the log and the run's description say it. */
const NEARLY = 0.8;

export function emptyJournal(): JournalLength {
  return { events: 0, bytes: 0, isAtLimit: false, atLimit: undefined, isStopped: false };
}

export function addToLength(length: JournalLength, entries: readonly JournalEntry[], bytes: number): void {
  length.events += entries.length;
  length.bytes += bytes;
  for (const { kind } of entries) {
    if (kind !== 'limit-reached' && kind !== 'code-stopped') continue;
    length.isStopped ||= kind === 'code-stopped';
    length.isAtLimit = true;
    length.atLimit = { events: length.events, bytes: length.bytes };
  }
}

/** Whether the undos may use up what they have more than the code: they had not till now. */
export function hasRoomToUndo({ journal }: Turn): boolean {
  return !journal.isStopped;
}

/** The event that asks the code to stop; undefined if it need not, or was asked before. */
export function limitReached({ engine, journal, unwritten }: Turn): LimitReached | undefined {
  if (journal.isAtLimit) return undefined;
  const limit = exceeded(engine, { events: journal.events + unwritten.length, bytes: journal.bytes }, 1);
  if (limit === undefined) return undefined;
  journal.isAtLimit = true;
  return { kind: 'limit-reached', atMs: engine.clock.nowMs(), limit: limit.name, reason: reasonOf(limit) };
}

/** Says whether `limitReached` would give an event. */
export function isLimitReached({ engine, journal }: Turn): boolean {
  return !journal.isAtLimit && exceeded(engine, journal, 1) !== undefined;
}

/** Why the run is to be failed at once; undefined if it is not. */
export function whyTooLong({ engine, journal, unwritten }: Turn): Error | undefined {
  const { events, bytes, atLimit, isStopped } = journal;
  if (atLimit === undefined) return undefined;
  const more = { events: events + unwritten.length - atLimit.events, bytes: bytes - atLimit.bytes };
  const limit = exceeded(engine, more, isStopped ? RESERVE_FOR_UNDOS : RESERVE);
  if (limit === undefined) return undefined;
  const what = isStopped
    ? `the code was stopped, and the undos of its steps have not ended within another ${limit.count} ${limit.unit} (as much again as`
    : `the journal reached a limit and the code was asked to stop; it did not within another ${limit.count} ${limit.unit} (a tenth of`;
  return new WorkflowCodeError('JOURNAL_TOO_LONG', `${what} ${limit.name}, which is ${limit.most}). ${ADVICE}`);
}

/** For the run item: how long the journal is, if it is near to a limit. */
export function useIfNearlyFull({ engine, journal: { events, bytes } }: Turn): JournalUse | undefined {
  return exceeded(engine, { events, bytes }, NEARLY) && { events, bytes };
}

/** Says it in the log, once on the way. */
export function warnIfNearlyFull({ engine, run, journal }: Turn, before: JournalUse): void {
  const limit = exceeded(engine, journal, NEARLY);
  if (limit === undefined || exceeded(engine, before, NEARLY) !== undefined) return;
  const { events, bytes } = journal;
  const { runId, workflow } = run;
  const text = `the journal of a run comes near to ${limit.name} (${limit.most}): at the limit the run is asked to stop`;
  engine.log.warn(text, { runId, workflow, events, bytes });
}

interface Exceeded {
  readonly name: 'maxJournalEvents' | 'maxJournalBytes';
  readonly unit: 'events' | 'bytes';
  readonly count: number;
  readonly most: number;
}

function exceeded(engine: Engine, { events, bytes }: JournalUse, part: number): Exceeded | undefined {
  const { maxJournalEvents, maxJournalBytes } = engine;
  if (events >= maxJournalEvents * part) return toExceeded('events', events, maxJournalEvents);
  if (bytes >= maxJournalBytes * part) return toExceeded('bytes', bytes, maxJournalBytes);
  return undefined;
}

function toExceeded(unit: Exceeded['unit'], count: number, most: number): Exceeded {
  return { name: unit === 'events' ? 'maxJournalEvents' : 'maxJournalBytes', unit, count, most };
}

const ADVICE = 'Give its loops an end, or continue as new (continueAsNew) before';

function reasonOf({ name, unit, count, most }: Exceeded): string {
  return `the journal of the run has ${count} ${unit}, and the limit is ${most} (${name}): its code was asked to stop. ${ADVICE}`;
}
