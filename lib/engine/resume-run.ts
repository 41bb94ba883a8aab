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
import { addToLength } from './journal-length.ts';
import { linkOf } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import { countChildren } from './open-children.ts';
import { readAhead } from './read-ahead.ts';
import { replayBehind } from './replay-run.ts';
import { decodeSnapshot, type Snapshot } from './snapshot.ts';
import type { Turn } from './turn-state.ts';
import { emptyHead, endOf, type JournalHead } from './warm-runs.ts';
import { whyOtherCode, withdrawSnapshot } from './write-snapshot.ts';

/** What a run takes in the course of its work. After all else the whole journal is replayed. */
const ORDINARY: ReadonlySet<JournalEntry['kind']> = new Set<JournalEntry['kind']>([
  ...(['step', 'sleep', 'receive', 'callback', 'patched', 'write', 'stream-written'] as const),
  ...(['step-completed', 'step-failed', 'step-retrying', 'step-heartbeat', 'step-interrupted', 'steps-begun'] as const),
  ...(['sleep-completed', 'signal-received', 'update-received', 'run-ended', 'cancel-requested'] as const),
  ...(['callback-completed', 'callback-failed', 'callback-heartbeat'] as const),
]);

/** A run that was restored. Nothing of the turn has changed for it yet. */
export interface Resumed {
  readonly memory: LiveMemory;
  /** What the turn is to know of the journal. */
  readonly head: JournalHead;
  /** Events that were replayed behind the snapshot. */
  readonly events: number;
}

export type ResumeRunResult =
  | { readonly kind: 'resumed'; readonly resumed: Resumed }
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
    engine.store.loadRecords(runId, snapshot.record - 1, undefined, linkOf(run), run), // the last one that it has seen, too
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
  { code, ownCode, passed, link, record, nonce }: Snapshot,
  records: readonly JournalRecord[],
): string | undefined {
  const other = whyOtherCode(engine, { code, ownCode, passed });
  if (other !== undefined) return other;
  const [last, ...later] = records;
  const isOfJournal = link === linkOf(run) && record === wanted.record && last?.number === record;
  if (!isOfJournal || last.nonce !== nonce) return 'it is not of this journal';
  const areWhole = later.every(({ number, damage }, index) => number === record + 1 + index && damage === undefined);
  if (!areWhole) return 'records after it are missing';
  const odd = later.flatMap(({ entries }) => entries).find(({ kind }) => !ORDINARY.has(kind));
  return odd && `after it comes ${odd.kind}`;
}

async function goOnFrom(turn: Turn, snapshot: Snapshot, later: readonly JournalRecord[]): Promise<ResumeRunResult> {
  const { engine, run } = turn;
  const entries = later.flatMap((record) => record.entries);
  const { started, run: stored, passed } = snapshot;
  const replayed = await replayBehind(engine, run, { started, run: stored, passed, entries });
  if (replayed.kind !== 'replayed') return dropped(turn, replayed.reason);
  const { memory, events } = replayed;
  return { kind: 'resumed', resumed: { memory, head: headOf(snapshot, later, entries), events } };
}

function headOf(snapshot: Snapshot, later: readonly JournalRecord[], entries: readonly JournalEntry[]): JournalHead {
  const { started, events, bytes } = snapshot;
  const head: JournalHead = {
    ...{ ...emptyHead(), events, bytes },
    ...endOf(later, { number: snapshot.record, nonce: snapshot.nonce }),
    beganAtMs: started.atMs,
    pool: started.pool,
    messageIds: new Set(snapshot.messageIds),
    openChildren: new Map(snapshot.openChildren),
  };
  for (const entry of entries) if ('messageId' in entry) head.messageIds.add(entry.messageId);
  countChildren(head.openChildren, entries);
  setUses(head.streams, snapshot.streams);
  countStreams(head.streams, entries);
  for (const record of later) addToLength(head, record.entries, entriesBytes(record.entries));
  return head;
}

/** The turn goes on from it. */
export function goOnRestored(turn: Turn, { memory, head, events }: Resumed): LiveMemory {
  const { journal } = turn;
  const { messageIds, openChildren, streams, ...others } = head;
  for (const id of messageIds) journal.messageIds.add(id);
  for (const [runId, onParentClose] of openChildren) journal.openChildren.set(runId, onParentClose);
  for (const [name, use] of streams) journal.streams.set(name, use);
  Object.assign(journal, others);
  turn.replayedEvents += events;
  turn.noteSnapshot({ restored: true });
  turn.watch(memory.strays);
  return memory;
}

async function dropped(turn: Turn, reason: string): Promise<ResumeRunResult> {
  const { engine, runId, run } = turn;
  turn.noteSnapshot({ dropped: reason });
  turn.snapshot = undefined;
  await withdrawSnapshot(turn);
  engine.log.info('a snapshot was dropped, and the run is replayed', { runId, workflow: run.workflow, reason });
  return { kind: 'none' };
}
