/**
 * Writes a base of a run with an unbounded history: a snapshot that stands for all of its journal up to now.
 *
 *     records since the base before  --archive-->   values of the run, where there is a bucket
 *     the run at rest                --snapshot-->  a value of the run, under a key of this turn's own
 *     the run item                   <--names it    by the release (operation 14), or a renewal in a long turn (operation 13)
 *     records behind it              --removed-->   operation 43, and the base before with them
 *
 * In this order: whatever dies in between, the run item names a base that is there, and all records behind it are there or
 * archived. What the run item may name is never deleted: only a base that it is known not to name (`withdraw`), or named
 * before the one that it names.
 *
 * What stays of the journal: record 1, by which tokens of callbacks are checked; the base's own; and each record that is
 * in the way of a write that may still come. A worker which was taken over would write the next record of a journal as it knew
 * it, and I2 stops it because there is one. Of all that it could write next, the first one of a later lease is in its way: one
 * that begins with `taken-over`, or one of a lease that does not follow on the lease of the record before, since the worker in
 * between may have taken over and written nothing. That one may have asked for its fence under the number of a record which the
 * lease before it wrote meanwhile: those stay too. A lease that follows on one that was given back stops no worker. A request of
 * a record that had no answer may be carried out late: in its way is the record that was written under its number, by a worker
 * that says that it lives, or that a transaction was not carried out. Keeps I2, I5
 * (test/model/base.pml).
 *
 * Tested by: test/frames/runs/unbounded-journal.test.ts, test/frames/runs/unbounded-takeover.test.ts,
 * test/frames/runs/unbounded-messages.test.ts
 */
import { encodedBytes } from '../../codec/encode.ts';
import { SHORTEST_RETENTION_MS } from '../../core/shortest-retention.ts';
import { describeThrown } from '../../core/to-error.ts';
import type { JournalEntry } from '../../journal/event.ts';
import type { JournalRecord } from '../../journal/record.ts';
import { encodeArchive } from '../../archive/archive.ts';
import { entriesBytes } from '../../ports/entries-text.ts';
import { unlessLocked } from '../../ports/locked-records.ts';
import { type JournalBase, SNAPSHOT_KEY_PREFIX } from '../../ports/run-item.ts';
import { emptyJournal } from '../journal-length.ts';
import { linkOf } from '../link-before.ts';
import type { LiveMemory } from '../live-memory.ts';
import { saysThatItLives } from '../proof-of-life.ts';
import type { Turn } from '../turn-state.ts';
import { mayBeStored, noteRefused, toSnapshotOf } from '../write-snapshot.ts';
import { isUnbounded } from './is-unbounded.ts';

/** A base that is written, and that the run item does not name yet. */
export interface WrittenBase {
  readonly base: JournalBase;
  /** Keys of the archives that were written with it. */
  readonly archives: readonly string[];
  /** Records that are behind it, and not needed. */
  readonly behind: readonly JournalRecord[];
  /** Ids of messages that it does not have any more. */
  readonly forgotten: readonly string[];
}

/** An archive is closed at so many bytes of records. */
const ARCHIVE_BYTES = 1_000_000;

/** In a turn that goes on and on: a part of the limits of a journal that is kept whole. */
const PART_OF_EVENTS = 1 / 20;
const PART_OF_BYTES = 1 / 50;

const OF_TRANSACTION = /Transaction(Condition|Conflict|Refused)Error/;

/** Ids of messages are known for twice as long as a request may be on its way. */
const KNOWN_MS = 2 * SHORTEST_RETENTION_MS;

/** Whether the journal behind the base is so long that the turn does not wait for its end. */
export function isLong({ engine, journal }: Turn): boolean {
  const { maxJournalEvents, maxJournalBytes } = engine;
  return journal.events >= maxJournalEvents * PART_OF_EVENTS || journal.bytes >= maxJournalBytes * PART_OF_BYTES;
}

/** Of a run at rest. Undefined: the run has none, or it does not pay. A failure is none of the run's. */
export async function writeBase(turn: Turn, memory: LiveMemory): Promise<WrittenBase | undefined> {
  const { engine, journal, runId, base: before } = turn;
  if (!isUnbounded(turn) || engine.frames === undefined || !mayBeStored(turn, memory)) return undefined;
  const since = Math.max(before?.record ?? 0, journal.snapshotTriedAt ?? 0);
  if (journal.recordNumber - since < engine.snapshotRecords) return undefined;
  journal.snapshotTriedAt = journal.recordNumber;
  try {
    const { ids, forgotten } = oldIds(turn);
    const stored = toSnapshotOf(turn, memory, new Set(forgotten));
    if ('reason' in stored) return refused(turn, stored.reason);
    const bytes = encodedBytes(stored.value);
    if (bytes > engine.maxValueBytes) return refused(turn, 'it is larger than a value may be');
    if (bytes > (journal.bytes * engine.maxSnapshotPercent) / 100 && !isLong(turn)) return undefined;
    const records = await recordsToArchive(turn);
    const archived = await archive(turn, records);
    const key = keyOf(turn, 'base');
    const events = (before?.events ?? 0) + journal.events;
    const last = archived.at(-1);
    const hasSecrets = before?.hasSecrets === true || records.some(({ entries }) => entries.some(isSensitive));
    const base: JournalBase = {
      ...{ record: journal.recordNumber, key, events, ids },
      ...(last && { archive: last }),
      ...(staysAt(records, records.length - 1) && { stays: true }),
      ...(hasSecrets && { hasSecrets }),
    };
    await engine.store.putValue(runId, key, stored.value);
    turn.noteSnapshot({ writtenBytes: bytes });
    const behind = records.filter(({ number }, index) => {
      return number < base.record && !(number === before?.record ? before.stays : staysAt(records, index));
    });
    return { base, archives: archived, behind, forgotten };
  } catch (error) {
    return refused(turn, `it was not written: ${describeThrown(error)}`);
  }
}

function refused(turn: Turn, reason: string): WrittenBase | undefined {
  noteRefused(turn, reason);
  return undefined;
}

/** As the release of the lease names it: nothing is behind it. */
export function atItsEnd({ base }: WrittenBase, { epoch }: Turn): JournalBase {
  return { ...base, epoch };
}

/** One that the run item does not name, and never will. */
export async function withdrawBase({ engine, runId, journal }: Turn, { base, archives }: WrittenBase): Promise<void> {
  journal.snapshotTriedAt = 0;
  for (const key of [base.key, ...archives]) await forget(engine, runId, key);
}

/** The run item names it. What is behind it goes; what is left of that, if the worker dies, goes with the run. */
export async function goOnBehind(turn: Turn, { base, behind, forgotten }: WrittenBase): Promise<void> {
  const { engine, runId, run, base: before } = turn;
  turn.base = base;
  for (const id of forgotten) turn.journal.messageIds.delete(id);
  Object.assign(turn.journal, emptyJournal());
  try {
    if (behind.length > 0) await engine.store.removeRecords(runId, behind, linkOf(run));
  } catch (error) {
    engine.log.debug('records behind the base of a run were not removed: they go later', { runId, error });
  }
  if (before !== undefined) await forget(engine, runId, before.key);
}

/** In the midst of a turn. `unnamed`: it is not known whether the run item names it, and nothing is deleted. */
export async function nameBase(turn: Turn, written: WrittenBase): Promise<'named' | 'unnamed' | 'lost'> {
  const { engine, runId, epoch } = turn;
  const { base } = written;
  let expiresAtMs = engine.clock.nowMs() + engine.leaseMs;
  try {
    for (;;) {
      const renewal = await engine.store.renew(runId, { epoch, expiresAtMs, base });
      if (renewal.kind === 'lost') return 'lost';
      const { lease, base: named } = renewal.run;
      if (named?.key === base.key) {
        await goOnBehind(turn, written);
        return 'named';
      }
      if (lease === undefined || lease.expiresAtMs <= expiresAtMs) return 'unnamed';
      ({ expiresAtMs } = lease); // a renewal that was sent at the same time
    }
  } catch (error) {
    engine.log.warn('a run may have a new base or not: nothing behind it is removed', { runId, error });
    return 'unnamed';
  }
}

/** Of a run that has ended. */
export async function forgetBase({ engine, runId, base }: Turn): Promise<void> {
  if (base !== undefined) await forget(engine, runId, base.key);
}

async function forget({ store, log }: Turn['engine'], runId: string, key: string): Promise<void> {
  try {
    await store.deleteValue(runId, key);
  } catch (error) {
    log.debug('a value that is not needed any more was not deleted: it goes with the purge', { runId, error });
  }
}

/** No turn before or after has written one under it, nor one of another run of that id. */
function keyOf({ journal, nonce }: Turn, kind: 'base' | 'journal', part = ''): string {
  return `${SNAPSHOT_KEY_PREFIX}${kind}-${journal.recordNumber}${part}-${nonce}`;
}

/** From the base before on, with its own record; after a takeover also what another worker may have left. */
function recordsToArchive({ engine, runId, run, base, journal }: Turn): Promise<JournalRecord[]> {
  const after = run.lease === undefined ? Math.max(0, (base?.record ?? 0) - 1) : 0;
  return engine.store
    .loadRecords(runId, after, undefined, linkOf(run), run)
    .then((records) => unlessLocked(runId, records).filter(({ number }) => number <= journal.recordNumber));
}

/** Gives their keys, the newest one last; none where there is no bucket. */
async function archive(turn: Turn, records: readonly JournalRecord[]): Promise<string[]> {
  const { engine, runId, base } = turn;
  if (engine.store.limits.itemContentBytes === Infinity) return [];
  const keys: string[] = [];
  for (const chunk of chunksOf(records.filter(({ number }) => number > (base?.record ?? 0)))) {
    const before = keys.at(-1) ?? base?.archive;
    const key = keyOf(turn, 'journal', `-${keys.length}`);
    await engine.store.putValue(runId, key, encodeArchive({ ...(before && { before }), records: chunk }));
    keys.push(key);
  }
  return keys;
}

function* chunksOf(records: readonly JournalRecord[]): Generator<JournalRecord[]> {
  let chunk: JournalRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    chunk.push(record);
    bytes += entriesBytes(record.entries);
    if (bytes < ARCHIVE_BYTES) continue;
    yield chunk;
    [chunk, bytes] = [[], 0];
  }
  if (chunk.length > 0) yield chunk;
}

/** Whether it is in the way of a write that may still come. Of one whose predecessor is gone that is not known. */
function staysAt(records: readonly JournalRecord[], index: number): boolean {
  const [before, record] = [records[index - 1], records[index]];
  if (record === undefined || before?.number !== record.number - 1) return true;
  const later = records.slice(index).find(({ epoch }) => epoch > record.epoch);
  const isBeforeSilent = later !== undefined && later.epoch - record.epoch > 1;
  return isBeforeSilent || record.epoch - before.epoch > 1 || record.entries.some(isInPlaceOfAnother);
}

/** The record under its number may have been asked for before, in a request that had no answer. */
function isInPlaceOfAnother(entry: JournalEntry): boolean {
  if (entry.kind === 'taken-over' || saysThatItLives(entry)) return true;
  const isFailure = entry.kind === 'step-failed' || entry.kind === 'step-retrying';
  return isFailure && OF_TRANSACTION.test(JSON.stringify(entry.error)); // once too often where an author's error says so
}

function isSensitive(entry: JournalEntry): boolean {
  return 'sensitive' in entry;
}

/** Those that were known at a time long ago, but for those that the run item has. The turn knows them until the base is named. */
function oldIds({ engine, journal, base, run, newestRun }: Turn): {
  readonly ids: JournalBase['ids'];
  readonly forgotten: readonly string[];
} {
  const nowMs = engine.clock.nowMs();
  const { messageIds } = journal;
  const { count, atMs } = base?.ids ?? { count: 0, atMs: nowMs };
  if (nowMs - atMs < KNOWN_MS) return { ids: { count, atMs }, forgotten: [] };
  const kept = new Set((newestRun ?? run).inboxIds); // also of messages that are delivered: the next release takes them out
  const forgotten = [...messageIds].slice(0, count).filter((id) => !kept.has(id));
  return { ids: { count: messageIds.size - forgotten.length, atMs: nowMs }, forgotten };
}
