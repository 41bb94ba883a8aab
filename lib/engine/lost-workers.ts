/**
 * What a journal tells of workers that were lost with nothing to show for it, and what comes of that: the run is taken
 * alone, and if that worker is lost too, before the code has come to its next await, the run is blocked (I10).
 *
 * Each takeover leaves a `taken-over` in the journal, and a turn that is alone a `taken-alone` before it runs any code.
 * Whatever is recorded after them is progress. What ends a worker while a step's body is running is the step's matter:
 * it is counted there (`maxInterruptions`).
 *
 * Tested by: test/engine/lost-workers.test.ts
 */
import { clampText } from '../core/clamp-text.ts';
import { LullError } from '../core/errors.ts';
import { isRecordedCommand, type CommandId, type JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { isPlainTerminateMessage } from '../ports/message.ts';
import type { Engine } from './settings.ts';
import { saysThatItLives } from './proof-of-life.ts';
import type { Turn } from './turn-state.ts';

/** So the reason fits into the run item, to its end. */
const NAME_CHARACTERS = 50;

/** Says whether the worker before this turn was alone with the run, and was lost in its code, once too often. */
export async function whyToBlock(turn: Turn, records: readonly JournalRecord[]): Promise<LullError | undefined> {
  const { engine, run, epoch } = turn;
  if (isWaitingForItsNextTry(turn, records) || (run.blocked?.tryAtMs !== undefined && (await isToBeTerminated(turn)))) {
    return workersLost(turn, records, turn.takesOver ? 1 : 0);
  }
  const last = records.at(-1);
  const wasLostAlone = turn.takesOver && last?.epoch === epoch - 1 && last.entries.at(-1)?.kind === 'taken-alone';
  if (!wasLostAlone || !hasBeenAlone(engine, records)) return undefined;
  return lostInARow(records) + 1 < engine.maxLostTurns ? undefined : workersLost(turn, records, 1);
}

/**
 * Says whether a turn is to be alone: the last worker was lost, or the run is blocked because workers were. Also if other
 * code could not replay the run meanwhile, or this code was not run at all: that tells nothing of this code.
 */
export function isToBeAlone({ engine, takesOver, run }: Turn, records: readonly JournalRecord[]): boolean {
  if (takesOver || run.blocked?.tryAtMs !== undefined) return true;
  if (run.blocked === undefined || lostInARow(records) === 0) return false;
  return lastAlone(records) !== engine.version || WITHOUT_CODE.has(run.blocked.code);
}

/** Why a journal could not be read, while which no turn is alone for this: `records` were none then. */
const WITHOUT_CODE: ReadonlySet<string | undefined> = new Set(['PAYLOAD_KEY', 'PAYLOAD_DAMAGED', 'JOURNAL_DAMAGED']);

/** The steps whose bodies the lost worker had begun; undefined if it did not write that down. */
export function begunByTheLost({ epoch }: Turn, records: readonly JournalRecord[]): CommandId[] | undefined {
  const entries = records.filter((record) => record.epoch === epoch - 1).flatMap((record) => record.entries);
  if (!entries.some(({ kind }) => kind === 'taken-alone')) return undefined;
  return entries.flatMap((entry) => (entry.kind === 'steps-begun' ? entry.ids : []));
}

/** A blocked run is not tried again by the same code before its time: each try may cost a worker. */
function isWaitingForItsNextTry({ engine, run }: Turn, records: readonly JournalRecord[]): boolean {
  const { tryAtMs = 0 } = run.blocked ?? {};
  return engine.clock.nowMs() < tryAtMs && hasBeenAlone(engine, records);
}

/** Then none of its code is run any more. */
async function isToBeTerminated({ engine, runId, inboxIds, letters }: Turn): Promise<boolean> {
  if (inboxIds.length === 0) return false;
  const messages = await engine.store.loadMessages(runId, inboxIds, letters);
  return messages.some(isPlainTerminateMessage);
}

/** This code has been alone with the run since something was recorded. Other code may end no worker: it is tried. */
function hasBeenAlone({ version }: Engine, records: readonly JournalRecord[]): boolean {
  return sinceProgress(records).some((entry) => entry.kind === 'taken-alone' && entry.version === version);
}

/** The code that was alone with the run last, since something was recorded. */
function lastAlone(records: readonly JournalRecord[]): string | undefined {
  const alone = sinceProgress(records).findLast((entry) => entry.kind === 'taken-alone');
  return alone?.kind === 'taken-alone' ? alone.version : undefined;
}

/** Takeovers since something was recorded. The first of them is none of a lost worker if the worker recorded that it lives. */
function lostInARow(records: readonly JournalRecord[]): number {
  const since = sinceProgress(records);
  const before = records.flatMap((record) => record.entries).at(-since.length - 1);
  const takeovers = since.filter(({ kind }) => kind === 'taken-over').length;
  return takeovers > 0 && before !== undefined && saysThatItLives(before) ? takeovers - 1 : takeovers;
}

function sinceProgress(records: readonly JournalRecord[]): JournalEntry[] {
  const entries = records.flatMap((record) => record.entries);
  return entries.slice(entries.findLastIndex(({ kind }) => kind !== 'taken-over' && kind !== 'taken-alone') + 1);
}

function workersLost(turn: Turn, records: readonly JournalRecord[], more: number): LullError {
  const lost = lostInARow(records) + more;
  return new LullError(
    'WORKERS_LOST',
    `${lost} workers were lost, or cut off from the table, in this run's code ${whereIn(records)}; the last one ran ` +
      `nothing else. Likely causes: a loop without yield*, process.exit, too little memory. Deploy fixed code, ` +
      `or terminate it`,
  );
}

function whereIn(records: readonly JournalRecord[]): string {
  const asked = records.flatMap(({ entries }) => entries).findLast((entry: JournalEntry) => isRecordedCommand(entry));
  return asked === undefined
    ? 'at its beginning'
    : `after it asked for ${asked.kind} "${clampText(asked.name, NAME_CHARACTERS)}" (#${asked.id})`;
}
