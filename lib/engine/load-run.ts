/**
 * Brings a run into memory: what this worker kept, or the journal from the table, replayed (7, 8).
 *
 * Keeps I4 and I8: a replay feeds the recorded events in order, compares what the code asks for, and touches nothing
 * outside. Nothing here is the author's to see: console and log are silent until the last recorded event.
 */
import { decode } from '../codec/decode.ts';
import type { Encoded } from '../core/encoded.ts';
import { LullError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import type { RunInfo } from '../core/run-info.ts';
import { toError } from '../core/to-error.ts';
import { UnknownWorkflowError } from '../core/workflow-registry.ts';
import type { JournalEntry, Started } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { replay } from '../journal/replay.ts';
import { createLiveRun } from '../scheduler/create-live-run.ts';
import { withGuard, type Guarded } from './guard.ts';
import { rememberPending, type LiveMemory } from './live-memory.ts';
import type { Turn } from './turn-state.ts';

export type Loading =
  | { readonly kind: 'loaded'; readonly memory: LiveMemory }
  /** A later worker has written: this turn was taken over. */
  | { readonly kind: 'lost' }
  /** The journal has a request to terminate: an earlier worker died before it was carried out. */
  | { readonly kind: 'terminated'; readonly reason: string }
  | { readonly kind: 'cannot-follow'; readonly error: Error };

export async function loadRun(turn: Turn): Promise<Loading> {
  if (turn.warm !== undefined && turn.journal.recordNumber === turn.warm.journal.recordNumber) {
    return { kind: 'loaded', memory: turn.warm.memory };
  }
  const records = await loadJournal(turn);
  if (records === 'lost') return { kind: 'lost' };

  const entries = records.flatMap((record) => record.entries);
  for (const entry of entries) if ('messageId' in entry) turn.journal.messageIds.add(entry.messageId);
  turn.journal.recordNumber = records.length;
  const terminate = entries.find((entry) => entry.kind === 'terminate-requested');
  if (terminate !== undefined) return { kind: 'terminated', reason: terminate.reason };
  try {
    return follow(turn, entries, await loadInput(turn));
  } catch (error) {
    return { kind: 'cannot-follow', error: toError(error) };
  }
}

/** All records; after a takeover with our fence behind them, so that the one before us can add nothing any more. */
async function loadJournal(turn: Turn): Promise<JournalRecord[] | 'lost'> {
  const { engine, runId, epoch, nonce } = turn;
  for (;;) {
    const records = await engine.store.loadRecords(runId, 0);
    if (records.some((record) => record.epoch > epoch)) return 'lost';
    checkNumbers(runId, records);
    if (!turn.takesOver) return records;

    const entries: JournalEntry[] = [{ kind: 'taken-over', atMs: engine.clock.nowMs() }];
    const fence = { number: records.length + 1, epoch, nonce, entries };
    const put = await engine.store.putRecord(runId, fence);
    if (put.kind === 'exists' && put.record.nonce !== nonce) continue; // the one before us was faster: load again
    turn.takesOver = false;
    return [...records, put.kind === 'exists' ? put.record : fence];
  }
}

function checkNumbers(runId: string, records: readonly JournalRecord[]): void {
  const gap = records.findIndex((record, index) => record.number !== index + 1);
  invariant(gap === -1, `the journal of run "${runId}" has record ${records[gap]?.number} where ${gap + 1} belongs`);
}

async function loadInput({ engine, runId, run }: Turn): Promise<Encoded> {
  if (run.input.kind === 'inline') return run.input.value;
  const value = await engine.store.readValue(runId, run.input.key);
  if (value !== undefined) return value;
  throw new LullError(
    'INPUT_MISSING',
    `the table does not have the run's input, which should stand under "${run.input.key}"`,
  );
}

/** Replays; what the code asked for past the journal's end (a worker died between two records) is to be written. */
function follow(turn: Turn, recorded: readonly JournalEntry[], input: Encoded): Loading {
  const { engine, runId, run } = turn;
  const definition = engine.registry.find(run.workflow);
  if (definition === undefined) {
    return { kind: 'cannot-follow', error: new UnknownWorkflowError(run.workflow, engine.registry.names()) };
  }

  const started = recorded[0] ?? { kind: 'started', atMs: engine.clock.nowMs(), version: engine.version };
  invariant(started.kind === 'started', `the journal of run "${runId}" begins with "${started.kind}", not "started"`);
  const dueTimes = new Map(recorded.flatMap((entry) => (entry.kind === 'sleep' ? [[entry.id, entry.dueAtMs]] : [])));

  let isReplaying = recorded.length > 0;
  const live = createLiveRun({
    info: toRunInfo(turn, started),
    seed: runId,
    body: () => definition.start(decode(input)),
    ...(definition.stepDefaults && { stepDefaults: definition.stepDefaults }),
    recordedDueAtMs: (id) => dueTimes.get(id),
    decode: (encoded) => decode(encoded),
    strict: engine.strict,
    log: (level, values) => {
      if (!isReplaying) engine.log[level](...values, { runId, workflow: run.workflow });
    },
  });
  const guarded: Guarded = {
    workflow: run.workflow,
    startedAtMs: started.atMs,
    nowMs: () => live.nowMs(),
    random: () => live.random(),
    whereabouts: () => live.whereabouts(),
    replaying: () => isReplaying,
  };

  if (recorded.length === 0) {
    const asked = withGuard(guarded, () => live.deliver(started));
    turn.unwritten.push(started, ...asked);
    return { kind: 'loaded', memory: rememberPending(live, guarded) };
  }
  const context = { whereabouts: () => live.whereabouts(), hasEnded: () => live.outcome().kind !== 'going-on' };
  const following = withGuard(guarded, () =>
    replay(recorded, (event, recordedUpTo) => live.deliver(event, recordedUpTo), context),
  );
  isReplaying = false;
  if (following.kind === 'diverged') return { kind: 'cannot-follow', error: following.error };
  turn.unwritten.push(...following.unrecorded);
  return { kind: 'loaded', memory: rememberPending(live, guarded) };
}

function toRunInfo({ runId, run }: Turn, started: Started): RunInfo {
  return {
    id: runId,
    workflow: run.workflow,
    version: started.version,
    startedAt: new Date(started.atMs),
    attempt: 1,
  };
}
