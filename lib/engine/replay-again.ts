/**
 * Replays a run from the journal that is written, beside the run that a worker may have in memory: for the testing kit,
 * which compares the two. Nothing is written, and the run does not notice.
 *
 * Tested by: test/testing/compare-with-replay.test.ts
 */
import type { JournalEntry } from '../journal/event.ts';
import { standingEntries } from '../journal/standing.ts';
import { loadWholeJournal } from '../archive/archive.ts';
import type { Outcome } from '../scheduler/live-run.ts';
import { replayRun } from './replay-run.ts';
import type { Engine } from './settings.ts';

export type Replayed =
  /** There is no journal, or it cannot be read, or the run waits to begin anew. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'cannot-replay'; readonly error: Error }
  | {
      readonly kind: 'replayed';
      /** How the code has ended, if it has. */
      readonly outcome: Outcome;
      readonly codeLocation: string;
      /** What the code asks for at the end of its journal that the journal does not have. */
      readonly unrecorded: readonly JournalEntry[];
    };

export async function replayAgain(engine: Engine, runId: string): Promise<Replayed> {
  const run = await engine.store.readRun(runId);
  if (run === undefined || run.status === 'pending') return { kind: 'unknown' };
  const { records, droppedUpTo } = await loadWholeJournal(engine.store, runId);
  if (records.length === 0 || droppedUpTo !== undefined) return { kind: 'unknown' };
  const replayed = await replayRun(engine, run, standingEntries(records.flatMap(({ entries }) => entries)));
  if (replayed.kind === 'cannot-replay') return { kind: 'cannot-replay', error: replayed.error };
  const { live } = replayed.memory;
  return {
    kind: 'replayed',
    outcome: live.outcome(),
    codeLocation: live.codeLocation(),
    unrecorded: replayed.unrecorded,
  };
}
