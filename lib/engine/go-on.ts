/**
 * What a turn does first with a run that is tried again after it had failed (operation 25), or that begins as a fork of
 * another one: it records what the caller has decided. The run item says so until a turn has come to its end.
 *
 * Each of it may be done twice, by workers that die in between: a `retried` is written once for its number, and the copy of
 * another journal goes on where the worker before has left it.
 *
 * Tested by: test/engine/retry.test.ts, test/engine/retry-messages.test.ts, test/engine/fork.test.ts,
 * test/engine/retry-under-crashes.test.ts
 */
import { LullError } from '../core/errors.ts';
import type { StreamUse } from '../core/stream-uses.ts';
import type { Forked, JournalEntry, Retried, Started } from '../journal/event.ts';
import { findDamage, readableEntries } from '../journal/find-damage.ts';
import { type ForkedPart, forkedPart } from '../journal/forked-part.ts';
import type { JournalRecord } from '../journal/record.ts';
import { unlessLocked } from '../ports/locked-records.ts';
import { countStreams, toUses } from '../journal/stream-uses.ts';
import type { ForkPoint } from '../ports/run-item.ts';
import { commit } from './commit.ts';
import type { Engine } from './settings.ts';
import type { Turn } from './turn-state.ts';

/** The entry with which a run goes on from the step that failed; undefined if there is none to write. */
export function retriedEntry(
  { run, engine, journal: { pool } }: Turn,
  records: readonly JournalRecord[],
): Retried | undefined {
  const { goesOnFrom } = run;
  if (goesOnFrom?.kind !== 'retry') return undefined;
  const journal = readableEntries(records);
  const { number, keeps, reason, deadlineAtMs, children = [] } = goesOnFrom;
  if (journal.some((entry) => entry.kind === 'retried' && entry.number >= number)) return undefined;
  const uses = new Map<string, StreamUse>();
  countStreams(uses, journal);
  const streams = toUses(uses);
  return {
    kind: 'retried',
    atMs: engine.clock.nowMs(),
    number,
    keeps,
    reason,
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(children.length === 0 ? {} : { children }),
    ...(streams && { streams }),
    ...(pool === undefined ? {} : { pool }),
  };
}

/** The first entry of a fork: that of the other run, but for what is the run's own. Throws a LullError `FORK_SOURCE_MISSING`. */
export async function startedOfFork(turn: Turn, point: ForkPoint): Promise<Started> {
  const { started } = await readForked(turn.engine, point);
  return asStartOfFork(turn, point, started);
}

function asStartOfFork({ engine, run, journal: { pool } }: Turn, point: ForkPoint, started: Started): Started {
  const { deadlineAtMs: _deadlineAtMs, pool: _pool, forks = [], ...rest } = started;
  const { runId, link, at } = point;
  const fork = { runId, ...(link === undefined ? {} : { link }), at, seed: engine.newSeed(run) };
  const { deadlineAtMs } = run;
  return {
    ...rest,
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(pool === undefined ? {} : { pool }),
    forks: [...forks.filter((earlier) => earlier.at < at), fork],
  };
}

export type TakeForkedResult =
  | { readonly kind: 'taken'; readonly journal: readonly JournalEntry[] }
  | { readonly kind: 'lost' }
  | { readonly kind: 'cannot-replay'; readonly error: LullError };

/** Copies what the other run has recorded, behind what a worker before has copied. Gives the whole journal. */
export async function takeForked(turn: Turn, journal: readonly JournalEntry[]): Promise<TakeForkedResult> {
  const { engine, run } = turn;
  const { goesOnFrom: point } = run;
  if (point?.kind !== 'fork' || journal.some(({ kind }) => kind === 'forked')) return { kind: 'taken', journal };
  let part: ForkedPart;
  try {
    part = await readForked(engine, point);
  } catch (error) {
    if (error instanceof LullError && error.code === 'FORK_SOURCE_MISSING') return { kind: 'cannot-replay', error };
    throw error;
  }
  const { started, entries, later } = part;
  const first = journal.length === 0 ? [asStartOfFork(turn, point, started)] : [];
  const whole = [...journal, ...first];
  const copied = whole.filter((entry) => !isFence(entry)).length - 1; // without `started`
  const missing = [...entries, ...later].slice(copied);
  const keeps = keptOf(whole, entries.length);
  const forked: Forked = {
    kind: 'forked',
    atMs: engine.clock.nowMs(),
    keeps: keeps ?? whole.length + entries.length - copied,
    runId: point.runId,
    ...(point.link === undefined ? {} : { link: point.link }),
    before: point.before,
  };
  const added = [...first, ...missing, forked];
  turn.unwritten.pushAll(added);
  if ((await commit(turn)) === 'lost') return { kind: 'lost' };
  return { kind: 'taken', journal: [...journal, ...added] };
}

/** Of this run's workers, and not of the other run's. */
function isFence({ kind }: JournalEntry): boolean {
  return kind === 'taken-over' || kind === 'taken-alone' || kind === 'steps-begun';
}

/** Behind which entry of the journal all that was copied stands, with `started`; undefined if it is not all there yet. */
function keptOf(journal: readonly JournalEntry[], copied: number): number | undefined {
  let left = copied + 1;
  for (const [index, entry] of journal.entries()) {
    if (!isFence(entry)) left -= 1;
    if (left === 0) return index + 1;
  }
  return undefined;
}

/** Whether the journal from which a fork begins is still there. */
export async function isForkedThere(engine: Pick<Engine, 'store'>, point: ForkPoint): Promise<boolean> {
  return (await findForked(engine, point)) !== undefined;
}

async function findForked({ store }: Pick<Engine, 'store'>, point: ForkPoint): Promise<ForkedPart | undefined> {
  const { runId, link } = point;
  const records = await store.loadRecords(runId, 0, undefined, link);
  unlessLocked(runId, records);
  return findDamage(records) === undefined ? forkedPart(readableEntries(records), point) : undefined;
}

async function readForked(engine: Engine, point: ForkPoint): Promise<ForkedPart> {
  const part = await findForked(engine, point);
  if (part !== undefined) return part;
  throw new LullError(
    'FORK_SOURCE_MISSING',
    `the run was forked from run "${point.runId}", whose journal is not in the table any more, or not whole: it was purged or ` +
      `deleted before this run's first turn. Terminate this run`,
  );
}
