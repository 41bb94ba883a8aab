/**
 * Brings a run into memory: what this worker kept, or the journal from the table, replayed to its end (operation 7, operation 8).
 *
 * Tested by: test/invariants/i2-one-writer.test.ts, test/adversarial/journal-changed-by-hand.test.ts
 */
import { LullError } from '../core/errors.ts';
import {
  type Continued,
  isPlainTerminate,
  isRecordedCommand,
  type JournalEntry,
  type Started,
} from '../journal/event.ts';
import { poolIn } from './pools/pool-of-run.ts';
import { allEntries, findDamage, readableEntries } from '../journal/find-damage.ts';
import type { JournalRecord } from '../journal/record.ts';
import { standingEntries } from '../journal/standing.ts';
import { countStreams, setUses } from '../journal/stream-uses.ts';
import { auditSnapshot, isToBeAudited } from './audit-snapshot.ts';
import { bringAgain } from './come-again.ts';
import { retriedEntry, startedOfFork, takeForked } from './go-on.ts';
import { deadlineIn } from './run-deadline.ts';
import { replayFromBase, replayRun, startNow } from './replay-run.ts';
import { entriesBytes } from '../ports/entries-text.ts';
import { messageIdsIn, whyLocked } from '../ports/locked-records.ts';
import { isOfPayloadKey } from '../ports/world-errors.ts';
import { addToLength, emptyJournal, type JournalLength } from './journal-length.ts';
import { putFirst } from './inbox.ts';
import { emitStarted, emitStartedOfLost } from './lifecycle-events.ts';
import { isContinued, type LinkBefore, linkOf } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import { begunByTheLost, isToBeAlone, whyToBlock } from './lost-workers.ts';
import { countChildren } from './open-children.ts';
import { readAhead } from './read-ahead.ts';
import { goOnRestored, resumeRun } from './resume-run.ts';
import type { Engine } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import type { Turn } from './turn-state.ts';
import { isEndForTurn } from './unbounded/nothing-behind.ts';
import type { LackOfCallSites } from '../scheduler/live-run.ts';
import { readBase, type ReadBase } from './unbounded/read-base.ts';
import { endOf, type JournalHead } from './warm-runs.ts';

export type LoadRunResult =
  | { readonly kind: 'loaded'; readonly memory: LiveMemory }
  /** A later worker has written: this turn was taken over. */
  | { readonly kind: 'lost' }
  /** The journal has a request to terminate: an earlier worker died before it was carried out. */
  | { readonly kind: 'terminated'; readonly reason: string }
  /** The journal ends so: an earlier worker died before the run continued. */
  | { readonly kind: 'continued'; readonly entry: Continued; readonly deadlineAtMs: number | undefined }
  | { readonly kind: 'cannot-replay'; readonly error: Error };

/** `again`: the last event of the journal is delivered as if for the first time. */
export async function loadRun(turn: Turn, again?: LackOfCallSites): Promise<LoadRunResult> {
  if (again !== undefined) return loadWhole(turn, again);
  if (turn.warm !== undefined && turn.journal.recordNumber === turn.warm.journal.recordNumber) {
    turn.watch(turn.warm.memory.strays);
    return { kind: 'loaded', memory: turn.warm.memory };
  }
  const resumed = turn.base === undefined ? await resumeRun(turn) : ({ kind: 'none' } as const);
  if (resumed.kind === 'lost') return { kind: 'lost' };
  if (resumed.kind === 'none') return loadWhole(turn);
  if (!isToBeAudited(turn.engine)) return { kind: 'loaded', memory: goOnRestored(turn, resumed.resumed) };
  const replayed = await loadWhole(turn);
  await auditSnapshot(turn, resumed.resumed, replayed);
  return replayed;
}

/** From the journal. */
async function loadWhole(turn: Turn, again?: LackOfCallSites): Promise<LoadRunResult> {
  const base = await readBase(turn.engine, { ...turn.run, ...(turn.base && { base: turn.base }) });
  const loaded = await loadJournal(turn);
  if (loaded === 'lost') return { kind: 'lost' };
  const { records, damage, blockedBy } = loaded;
  if (base.kind !== 'none') return loadBehind(turn, base, loaded, again);

  // Of a damaged journal too: a blocked run can be terminated, and no message is delivered twice.
  const journal = entriesIn(loaded);
  const { entries } = standingEntries(journal);
  for (const id of messageIdsIn(records)) turn.journal.messageIds.add(id);
  countChildren(turn.journal.openChildren, entries);
  if (entries.length > 0) turn.journal.pool = poolIn(entries);
  Object.assign(turn.journal, endOf(records, { number: 0, nonce: undefined }));
  const terminate = entries.find(isPlainTerminate);
  if (terminate !== undefined) return { kind: 'terminated', reason: terminate.reason };

  if (damage !== undefined) return { kind: 'cannot-replay', error: whyUnreadable(turn.runId, records, damage) };
  Object.assign(turn.journal, lengthOf(records, entries));
  turn.journal.streams.clear();
  countStreams(turn.journal.streams, journal);
  if (blockedBy !== undefined) return { kind: 'cannot-replay', error: blockedBy };
  const [started] = entries;
  const end = entries.find(isContinued);
  if (started?.kind === 'started') turn.journal.beganAtMs = started.atMs;
  if (end !== undefined) return { kind: 'continued', entry: end, deadlineAtMs: deadlineIn(entries) };
  return goOn(turn, journal, again);
}

/** The base, and what the journal has behind it. Without a base that can be read the run is blocked, or terminated. */
async function loadBehind(
  turn: Turn,
  base: Exclude<ReadBase, { readonly kind: 'none' }>,
  loaded: LoadedJournal,
  again: LackOfCallSites | undefined,
): Promise<LoadRunResult> {
  const { journal, engine } = turn;
  const { records, damage, blockedBy } = loaded;
  const entries = entriesIn(loaded);
  for (const id of messageIdsIn(records)) journal.messageIds.add(id);
  Object.assign(journal, endOf(records, { number: turn.base?.record ?? 0, nonce: journal.nonce }));
  const terminate = entries.find(isPlainTerminate);
  if (base.kind === 'read') takeHead(journal, base.snapshot, entries);
  if (terminate !== undefined) return { kind: 'terminated', reason: terminate.reason };
  if (damage !== undefined) return { kind: 'cannot-replay', error: whyUnreadable(turn.runId, records, damage) };
  Object.assign(journal, lengthOf(records, entries));
  if (blockedBy !== undefined) return { kind: 'cannot-replay', error: blockedBy };
  if (base.kind === 'unreadable') return { kind: 'cannot-replay', error: base.error };
  const following = await replayFromBase(engine, turn.run, { ...base.snapshot, entries }, { again });
  if (following.kind === 'cannot-replay') return { kind: 'cannot-replay', error: following.error };
  turn.watch(following.memory.strays);
  turn.replayedEvents += entries.reduce((events, entry) => (isRecordedCommand(entry) ? events : events + 1), 0);
  const { memory, unrecorded } = following;
  turn.unwritten.pushAll(unrecorded);
  turn.noteSnapshot({ restored: true });
  return { kind: 'loaded', memory };
}

/** What the base knows of the journal before it. */
function takeHead(journal: JournalHead, snapshot: Snapshot, entries: readonly JournalEntry[]): void {
  const { started, messageIds, openChildren, streams, nonce } = snapshot;
  const later = [...journal.messageIds]; // in the order in which they came
  journal.messageIds.clear();
  for (const id of [...messageIds, ...later]) journal.messageIds.add(id);
  journal.openChildren.clear();
  for (const [runId, onParentClose] of openChildren) journal.openChildren.set(runId, onParentClose);
  countChildren(journal.openChildren, entries);
  journal.streams.clear();
  setUses(journal.streams, streams);
  countStreams(journal.streams, entries);
  journal.nonce ??= nonce;
  journal.beganAtMs = started.atMs;
  journal.pool = started.pool;
}

/** Of a journal that is whole, and does not end here. */
async function goOn(
  turn: Turn,
  journal: readonly JournalEntry[],
  again: LackOfCallSites | undefined,
): Promise<LoadRunResult> {
  const taking = await takeForked(turn, journal);
  if (taking.kind !== 'taken') return taking;
  const standing = standingEntries(taking.journal);
  const { entries } = standing;
  const carrying = await takeCarried(turn, entries[0]);
  if (carrying.kind === 'cannot-replay') return carrying;

  const { pool } = turn.journal;
  const following = await replayRun(turn.engine, turn.run, standing, { before: carrying.before, pool, again });
  if (following.kind === 'cannot-replay') return { kind: 'cannot-replay', error: following.error };
  turn.journal.pool = following.memory.pool;
  turn.watch(following.memory.strays);
  await bringAgain(turn, standing);
  turn.replayedEvents += entries.reduce((events, entry) => (isRecordedCommand(entry) ? events : events + 1), 0);
  turn.unwritten.pushAll(following.unrecorded);
  return { kind: 'loaded', memory: following.memory };
}

type Carrying =
  | { readonly kind: 'taken'; readonly before: LinkBefore | undefined }
  | { readonly kind: 'cannot-replay'; readonly error: Error };

/** The signals that the link before has carried over, and that are not in this journal yet, come before all others. */
async function takeCarried(turn: Turn, started: JournalEntry | undefined): Promise<Carrying> {
  const { engine, run, journal, inbox } = turn;
  if (linkOf(run) === 1) return { kind: 'taken', before: undefined };
  if (started?.kind === 'started') {
    const { carries = [] } = started;
    if (carries.every((id) => journal.messageIds.has(id))) return { kind: 'taken', before: undefined };
  }
  try {
    const before = await turn.linkBefore();
    const here = new Set(inbox.map(({ id }) => id));
    const carried = before?.carried ?? [];
    const missing = carried.filter(({ id }) => !journal.messageIds.has(id) && !here.has(id));
    for (const { id } of carried) turn.carried.add(id);
    putFirst(inbox, missing);
    if (started === undefined) journal.beganAtMs = engine.clock.nowMs();
    return { kind: 'taken', before };
  } catch (error) {
    if (error instanceof LullError && error.code === 'JOURNAL_DAMAGED') return { kind: 'cannot-replay', error };
    throw error;
  }
}

interface LoadedJournal {
  readonly records: readonly JournalRecord[];
  /** As `findDamage` says it. */
  readonly damage?: string;
  /** Why none of the run's code is to run. */
  readonly blockedBy?: Error;
}

/** Of a damaged journal those that can be read. */
function entriesIn({ records, damage }: LoadedJournal): JournalEntry[] {
  return damage === undefined ? allEntries(records) : readableEntries(records);
}

/**
 * All records. After a takeover with this turn's fence behind them, so that the previous worker can add no more records.
 * If the run's code is to run after that, it runs when no other turn goes on in this process.
 */
async function loadJournal(turn: Turn): Promise<LoadedJournal | 'lost'> {
  const { engine, runId, epoch, nonce } = turn;
  // There was no lease before this one, so there can be no record.
  if (turn.run.epoch === 0 && turn.journal.recordNumber === 0) return { records: [] };
  if (turn.journal.recordNumber === 0) readAhead(turn);
  let isAtEnd = isEndForTurn(turn);
  for (;;) {
    const holder = turn.creation === undefined ? turn.run : undefined;
    const after = turn.base?.record ?? 0;
    const found = isAtEnd ? [] : await engine.store.loadRecords(runId, after, undefined, linkOf(turn.run), holder);
    if (found.some((record) => record.epoch > epoch)) return 'lost';
    const records = mayWriteNow(turn) ? await withTailPut(turn, found) : found;
    if (records === 'lost') return 'lost';
    if (records === 'exists') continue; // the previous worker was faster: load again
    const damage = findDamage(records, after);
    const blockedBy = damage === undefined ? await whyToBlock(turn, records) : undefined;
    const isToRunAlone =
      blockedBy === undefined && !turn.isAlone && isToBeAlone(turn, damage === undefined ? records : []);
    const problem = { ...(damage !== undefined && { damage }), ...(blockedBy && { blockedBy }) };
    if (isToRunAlone && (await turn.beAlone()) === 'too-late') return 'lost';
    const retried = blockedBy === undefined && damage === undefined ? retriedEntry(turn, records) : undefined;
    const entries = [
      ...(await fence(turn, records)),
      ...(retried ? [retried] : []),
      ...(isToRunAlone ? [takenAlone(engine)] : []),
    ];
    if (entries.length === 0) return { records, ...problem };
    // If this worker was frozen after it took the lease, another one may have taken the run and released it again (a
    // delayed start) without writing a fence.
    if (!(await turn.lease.isOurs())) return 'lost';

    // The record after the items has the tail in front, or the tail would count no more.
    const record = { number: (records.at(-1)?.number ?? after) + 1, epoch, nonce, entries };
    turn.aloneRecord = isToRunAlone ? record : undefined;
    const put = await engine.store.putRecord(runId, record, linkOf(turn.run));
    isAtEnd = false;
    if (put.kind === 'exists' && put.record.nonce !== nonce) continue; // the previous worker was faster: load again
    if (turn.takesOver) emitStartedOfLost(turn, records);
    turn.takesOver = false;
    turn.isAlone ||= isToRunAlone;
    if (record.number === 1) {
      turn.startsRun = true;
      emitStarted(turn);
    }
    return { records: [...records, put.kind === 'exists' ? put.record : record], ...problem };
  }
}

/** Before the run's code goes on. */
function mayWriteNow({ takesOver, run }: Turn): boolean {
  return takesOver || run.blocked !== undefined || run.goesOnFrom !== undefined;
}

/**
 * The first item that a turn puts has the number of the tail, and its entries: behind it the tail would be lost, or the worker
 * before could still write. Then they are a record like others.
 */
async function withTailPut(
  turn: Turn,
  records: readonly JournalRecord[],
): Promise<readonly JournalRecord[] | 'exists' | 'lost'> {
  const { engine, runId, run, epoch, nonce } = turn;
  const tail = records.at(-1);
  if (tail?.isTail !== true) return records;
  if (!(await turn.lease.isOurs())) return 'lost';
  const record = { number: tail.number, epoch, nonce, entries: tail.entries };
  const put = await engine.store.putRecord(runId, record, linkOf(run));
  if (put.kind === 'exists' && put.record.nonce !== nonce) return 'exists';
  return [...records.slice(0, -1), record];
}

/** A journal begins with `started`, also when the worker died before it wrote that. */
async function fence(turn: Turn, records: readonly JournalRecord[]): Promise<JournalEntry[]> {
  const { engine, takesOver } = turn;
  if (!takesOver) return [];
  const begun = begunByTheLost(turn, records);
  const takenOver: JournalEntry = {
    kind: 'taken-over',
    atMs: engine.clock.nowMs(),
    ...(begun && { begun }),
  };
  const isEmpty = records.length === 0 && turn.base === undefined;
  return isEmpty ? [await firstEntry(turn), takenOver] : [takenOver];
}

/** Also if the journal of the link before is damaged: then nothing is carried over, and the run is held for it or ends. */
export async function firstEntry(turn: Turn): Promise<Started> {
  const { goesOnFrom } = turn.run;
  if (goesOnFrom?.kind === 'fork') {
    try {
      return await startedOfFork(turn, goesOnFrom);
    } catch (error) {
      if (!(error instanceof LullError && error.code === 'FORK_SOURCE_MISSING')) throw error;
    }
  }
  let before: LinkBefore | undefined;
  try {
    before = await turn.linkBefore();
  } catch (error) {
    if (!(error instanceof LullError && (error.code === 'JOURNAL_DAMAGED' || isOfPayloadKey(error)))) throw error;
  }
  const started = startNow(turn.engine, turn.run, { before, pool: turn.journal.pool });
  turn.journal.pool = started.pool;
  return started;
}

function takenAlone(engine: Engine): JournalEntry {
  return { kind: 'taken-alone', atMs: engine.clock.nowMs(), version: engine.version };
}

const NO_LIMIT = { isStopped: false, isAtLimit: false, atLimit: undefined };

function lengthOf(records: readonly JournalRecord[], standing: readonly JournalEntry[]): JournalLength {
  const length = emptyJournal();
  for (const { entries } of records) addToLength(length, entries, entriesBytes(entries));
  const isStopped = standing.some(({ kind }) => kind === 'code-stopped');
  const isAtLimit = standing.some(({ kind }) => kind === 'limit-reached');
  return isStopped || isAtLimit ? { ...length, isStopped, isAtLimit } : { ...length, ...NO_LIMIT };
}

/** Of records that are damaged, or that cannot be decrypted now. */
export function whyUnreadable(runId: string, records: readonly JournalRecord[], damage: string): LullError {
  return whyLocked(runId, records) ?? journalDamaged(runId, damage);
}

function journalDamaged(runId: string, damage: string): LullError {
  return new LullError(
    'JOURNAL_DAMAGED',
    `the journal of run "${runId}" is not as this version of lull writes it: ${damage}. The table was changed by hand, or a ` +
      `newer version wrote it. Put back what was there, or deploy that version, and the run continues; or terminate it`,
  );
}
