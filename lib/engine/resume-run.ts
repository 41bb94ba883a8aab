/**
 * Brings a run into memory from its snapshot: the coroutines as they were, and the records that came after it, replayed behind
 * them (operation 33). It is all or nothing: whatever is not as it has to be, the snapshot is dropped, and the whole journal is
 * replayed, which decides.
 *
 * Tested by: test/frames/runs/snapshots.test.ts
 */
import { describeThrown } from '../core/to-error.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { countStreams, setUses } from '../journal/stream-uses.ts';
import { entriesBytes } from '../ports/entries-text.ts';
import { snapshotKey, type SnapshotPoint } from '../ports/run-item.ts';
import { addToLength, emptyJournal } from './journal-length.ts';
import { linkOf } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import { countChildren } from './open-children.ts';
import { readAhead } from './read-ahead.ts';
import { replayBehind } from './replay-run.ts';
import { decodeSnapshot, type Snapshot } from './snapshot.ts';
import type { Turn } from './turn-state.ts';
import { codeOf, withdrawSnapshot } from './write-snapshot.ts';

/** What a run takes in the course of its work. After all else the whole journal is replayed. */
const ORDINARY: ReadonlySet<JournalEntry['kind']> = new Set<JournalEntry['kind']>([
  ...(['step', 'sleep', 'receive', 'callback', 'patched', 'write', 'stream-written'] as const),
  ...(['step-completed', 'step-failed', 'step-retrying', 'step-heartbeat', 'step-interrupted', 'steps-begun'] as const),
  ...(['sleep-completed', 'signal-received', 'update-received', 'run-ended', 'cancel-requested'] as const),
  ...(['callback-completed', 'callback-failed', 'callback-heartbeat'] as const),
]);

export type ResumeRunResult =
  | { readonly kind: 'resumed'; readonly memory: LiveMemory }
  /** There is none, or it was dropped. Nothing of the turn has changed. */
  | { readonly kind: 'none' }
  /** A later worker has written: this turn was taken over. */
  | { readonly kind: 'lost' };

export async function resumeRun(turn: Turn): Promise<ResumeRunResult> {
  const { engine, run, runId } = turn;
  const snapshot = turn.newSnapshot ?? turn.snapshot;
  const isOrdinary = !turn.takesOver && run.goesOnFrom === undefined && run.blocked === undefined;
  if (engine.frames === undefined || snapshot === undefined || !isOrdinary) return { kind: 'none' };
  if (turn.journal.recordNumber === 0) readAhead(turn);
  const [encoded, records] = await Promise.all([
    engine.store.readValue(runId, snapshotKey(snapshot)).catch(describeThrown),
    engine.store.loadRecords(runId, snapshot.record - 1, undefined, linkOf(run)), // the last one that it has seen, too
  ]);
  if (records.some((record) => record.epoch > turn.epoch)) return { kind: 'lost' };
  if (encoded === undefined) return dropped(turn, 'it is not there');
  const read = decodeSnapshot(encoded);
  const why = read.kind === 'refused' ? read.reason : whyNot(turn, snapshot, read.snapshot, records);
  if (read.kind === 'refused' || why !== undefined) return dropped(turn, why ?? '');
  return goOnFrom(turn, read.snapshot, records.slice(1));
}

/** Why it is not of this journal, of this code, or the journal goes on with what only a replay of the whole understands. */
function whyNot(
  { engine, run }: Turn,
  wanted: SnapshotPoint,
  { code, link, record, nonce }: Snapshot,
  records: readonly JournalRecord[],
): string | undefined {
  if (code !== codeOf(engine)) return 'it is of other code';
  const [last, ...later] = records;
  const isOfJournal = link === linkOf(run) && record === wanted.record && last?.number === record;
  if (!isOfJournal || last.nonce !== nonce) return 'it is not of this journal';
  const areWhole = later.every(({ number, damage }, index) => number === record + 1 + index && damage === undefined);
  if (!areWhole) return 'records after it are missing';
  const other = later.flatMap(({ entries }) => entries).find(({ kind }) => !ORDINARY.has(kind));
  return other && `after it comes ${other.kind}`;
}

async function goOnFrom(turn: Turn, snapshot: Snapshot, later: readonly JournalRecord[]): Promise<ResumeRunResult> {
  const { engine, run, journal } = turn;
  const entries = later.flatMap((record) => record.entries);
  const replayed = await replayBehind(engine, run, { started: snapshot.started, run: snapshot.run, entries });
  if (replayed.kind !== 'replayed') return dropped(turn, replayed.reason);
  const { started, messageIds, openChildren, streams, events, bytes } = snapshot;
  for (const id of messageIds) journal.messageIds.add(id);
  for (const entry of entries) if ('messageId' in entry) journal.messageIds.add(entry.messageId);
  for (const [runId, onParentClose] of openChildren) journal.openChildren.set(runId, onParentClose);
  countChildren(journal.openChildren, entries);
  setUses(journal.streams, streams);
  countStreams(journal.streams, entries);
  const length = { ...emptyJournal(), events, bytes };
  for (const record of later) addToLength(length, record.entries, entriesBytes(record.entries));
  const last = later.at(-1) ?? { number: snapshot.record, nonce: snapshot.nonce };
  Object.assign(journal, length, { recordNumber: last.number, nonce: last.nonce, beganAtMs: started.atMs });
  turn.replayedEvents += replayed.events;
  turn.noteSnapshot({ restored: true });
  turn.watch(replayed.memory.strays);
  return { kind: 'resumed', memory: replayed.memory };
}

async function dropped(turn: Turn, reason: string): Promise<ResumeRunResult> {
  const { engine, runId, run } = turn;
  turn.noteSnapshot({ dropped: reason });
  turn.snapshot = undefined;
  await withdrawSnapshot(turn);
  engine.log.info('a snapshot was dropped, and the run is replayed', { runId, workflow: run.workflow, reason });
  return { kind: 'none' };
}
