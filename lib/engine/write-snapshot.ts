/**
 * Writes a snapshot of a run that is at rest, where that pays: enough records have come since the last one, and it is small
 * beside the journal that it saves the reading of. The next release of the lease says that it is there (operation 32).
 *
 * The state after record n follows from the records up to n alone (I4): so a snapshot is right whenever it was written, and
 * by whom. All that was delivered has to be recorded by then.
 *
 * Tested by: test/frames/runs/snapshots.test.ts
 */
import { encodedBytes } from '../codec/encode.ts';
import { formOfOwnCode, STORED_RUN_FORMAT } from '../core/stored-run-format.ts';
import { describeThrown } from '../core/to-error.ts';
import { linkOf } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import { outsideGuard } from './guard.ts';
import { digestOfPassed, encodeSnapshot, type Snapshot } from './snapshot.ts';
import type { Turn } from './turn-state.ts';
import { snapshotKey } from '../ports/run-item.ts';
import { isUnbounded } from './unbounded/is-unbounded.ts';

/** A failure is none of the run's: it goes on without a snapshot. */
export async function writeSnapshot(turn: Turn, memory: LiveMemory): Promise<void> {
  const { engine, journal, runId, epoch } = turn;
  const { recordNumber, nonce } = journal;
  if (engine.frames === undefined || nonce === undefined || !isWanted(turn, memory)) return;
  journal.snapshotTriedAt = recordNumber;
  const written = { record: recordNumber, epoch };
  try {
    const encoded = outsideGuard(() => toSnapshot(turn, memory, nonce));
    if ('reason' in encoded) {
      noteRefused(turn, encoded.reason);
      return;
    }
    if (encodedBytes(encoded.value) > engine.maxValueBytes) {
      noteRefused(turn, 'it is larger than a value may be');
      return;
    }
    if (encodedBytes(encoded.value) > (journal.bytes * engine.maxSnapshotPercent) / 100) return; // to read the journal costs no more
    await engine.store.putValue(runId, snapshotKey(written), encoded.value);
    const before = turn.newSnapshot;
    turn.newSnapshot = written;
    turn.noteSnapshot({ writtenBytes: encodedBytes(encoded.value) });
    if (before !== undefined) await forgetSnapshot(turn, before);
  } catch (error) {
    noteRefused(turn, `it was not written: ${describeThrown(error)}`);
  }
}

/** It is the run's no more. If that fails, it goes with the purge. */
export async function forgetSnapshot({ engine, runId }: Turn, gone: NonNullable<Turn['snapshot']>): Promise<void> {
  try {
    await engine.store.deleteValue(runId, snapshotKey(gone));
  } catch (error) {
    engine.log.debug('a snapshot that is not needed any more was not deleted: it goes with the purge', {
      runId,
      error,
    });
  }
}

/**
 * Before the turn goes on after a rest that was none, or ends without telling of what it has written: no other worker would
 * ever know that it is there. The next rest is as good for a snapshot.
 */
export async function withdrawSnapshot(turn: Turn): Promise<void> {
  const { newSnapshot, journal } = turn;
  if (newSnapshot === undefined) return;
  turn.newSnapshot = undefined;
  journal.snapshotTriedAt = 0;
  await forgetSnapshot(turn, newSnapshot);
}

/** None of the run, or of this link, is needed any more. */
export async function forgetSnapshots(turn: Turn): Promise<void> {
  for (const gone of [turn.run.snapshot, turn.newSnapshot]) {
    if (gone !== undefined) await forgetSnapshot(turn, gone);
  }
}

/**
 * A run that was tried again, or begins as a fork, has secrets of its own for parts of its journal: it is replayed. So is one
 * that was asked to stop at a limit.
 */
export function mayBeStored(turn: Turn, { live, started }: LiveMemory): boolean {
  const { journal, run, unwritten } = turn;
  if (run.retries !== undefined || run.goesOnFrom !== undefined || started.forks !== undefined) return false;
  if (journal.isAtLimit || journal.isStopped || turn.doesNothingNew) return false;
  // It would come again to a run that is replayed, and is in no inbox.
  if (turn.inbox.some(({ id }) => turn.carried.has(id))) return false;
  return unwritten.length === 0 && journal.tail === undefined && live.outcome().kind === 'going-on';
}

function isWanted(turn: Turn, memory: LiveMemory): boolean {
  const { journal } = turn;
  if (isUnbounded(turn) || !mayBeStored(turn, memory)) return false; // one with an unbounded history has bases
  return isFarFromLast(turn, journal.recordNumber);
}

/** Whether what is not recorded yet is to be put as an item, since a snapshot of the run may be written then. */
export function isSnapshotDue(turn: Turn): boolean {
  return turn.engine.frames !== undefined && isFarFromLast(turn, turn.journal.recordNumber + 1);
}

function isFarFromLast(turn: Turn, record: number): boolean {
  const since = Math.max((turn.newSnapshot ?? turn.snapshot)?.record ?? 0, turn.journal.snapshotTriedAt ?? 0);
  return record - since >= turn.engine.snapshotRecords;
}

const NONE: ReadonlySet<string> = new Set();

export type Stored = { readonly value: ReturnType<typeof encodeSnapshot> } | { readonly reason: string };

function toSnapshot(
  { engine, journal, run }: Turn,
  { live, started, code }: LiveMemory,
  nonce: string,
  forgotten: ReadonlySet<string> = NONE,
): Stored {
  const { frames } = engine;
  const definition = engine.registry.find(run.workflow);
  if (frames === undefined || definition === undefined) return { reason: 'this code was not compiled' };
  const stored = frames.storeRun(live, code);
  if (stored.kind === 'refused') return { reason: `run${stored.path} ${stored.reason}` };
  const { recordNumber: record, messageIds, openChildren, streams, events, bytes } = journal;
  const passed = digestOfPassed(frames.passedCode(live, definition));
  const value = encodeSnapshot({
    ...{ code: codeOf(engine), ownCode: frames.ownCodeId(), ...(passed !== undefined && { passed }) },
    ...{ link: linkOf(run), record, nonce, started, events, bytes },
    messageIds: forgotten.size === 0 ? [...messageIds] : [...messageIds].filter((id) => !forgotten.has(id)),
    openChildren: [...openChildren],
    streams: Object.fromEntries(streams),
    run: stored.bytes,
  });
  return { value };
}

/** Of the run as it is now, at rest, without the ids of some messages. */
export function toSnapshotOf(turn: Turn, memory: LiveMemory, forgotten: ReadonlySet<string>): Stored {
  const { nonce } = turn.journal;
  if (nonce === undefined) return { reason: 'it has no journal yet' };
  return outsideGuard(() => toSnapshot(turn, memory, nonce, forgotten));
}

export interface CodeOfSnapshot extends Pick<Snapshot, 'code' | 'ownCode'> {
  readonly passed?: string | undefined;
}

/** Why this code does not restore what other code has stored; undefined if it may. What is a cache is for this lull alone. */
export function whyOtherCode(engine: Turn['engine'], { code, ownCode, passed }: CodeOfSnapshot): string | undefined {
  if (ownCode !== engine.frames?.ownCodeId()) return 'it is of another version of lull';
  return passed === undefined && code !== codeOf(engine) ? 'it is of other code' : undefined;
}

/** The same of a base, which each later lull restores. `isToRead`: no turn goes on from it. */
export function whyNotOfBase(
  { frames, version }: Turn['engine'],
  { code, ownCode, passed }: CodeOfSnapshot,
  { isToRead = false }: { readonly isToRead?: boolean } = {},
): string | undefined {
  const form = formOfOwnCode(ownCode);
  if (form === undefined) return 'it is of another version of lull, from before its form had a number';
  if (form > STORED_RUN_FORMAT) return 'it is of a newer version of lull';
  const codeId = frames?.codeId() ?? '';
  const isSame = isToRead ? code.startsWith(`${codeId} `) : code === `${codeId} ${version}`;
  return passed === undefined && !isSame ? 'it is of other code' : undefined;
}

/** What was compiled, and the version that names what was not. */
function codeOf({ frames, version }: Turn['engine']): string {
  return `${frames?.codeId() ?? ''} ${version}`;
}

export function noteRefused(turn: Turn, reason: string): void {
  const { engine, runId, run } = turn;
  turn.noteSnapshot({ refused: reason });
  const what = isUnbounded(turn)
    ? 'a run has no new base, and its journal grows until it has one'
    : 'a run has no snapshot, and will be replayed';
  engine.log.warn(what, { runId, workflow: run.workflow, reason });
}
