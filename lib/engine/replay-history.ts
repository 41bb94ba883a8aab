/**
 * Replays a journal that is at hand, and no run in a table: against the code of now, in this process, so that a debugger
 * stops in it. It begins nothing and writes nothing.
 *
 * Tested by: test/testing/replay-history.test.ts
 */
import { NondeterminismError } from '../core/errors.ts';
import { toError } from '../core/to-error.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { Standing } from '../journal/standing.ts';
import { describeCommandEntry } from '../journal/find-difference.ts';
import type { Inspection } from '../ports/inspection.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Outcome } from '../scheduler/live-run.ts';
import { toEngine } from './engine.ts';
import { inspectMemory } from './inspect-run.ts';
import { withoutWorld, type QueryEngineOptions } from './query-engine.ts';
import { replayRun } from './replay-run.ts';

export type HistoryReplay =
  /** The code has followed to the end of the journal. `adds`: what it asks for beyond. */
  | {
      readonly kind: 'followed';
      readonly inspection: Inspected;
      readonly outcome: Outcome['kind'];
      readonly thrown?: Error;
      readonly adds: readonly string[];
    }
  /** `recorded` and `requested` are absent where the code cannot read what is stored. */
  | {
      readonly kind: 'differs';
      readonly error: Error;
      readonly recorded?: string;
      readonly requested?: string;
      readonly inspection: Inspected;
      readonly thrown?: Error;
    }
  /** None of the code has run. */
  | { readonly kind: 'unreadable'; readonly error: Error };

type Inspected = Extract<Inspection, { readonly kind: 'inspected' }>;

/** `standing`: what the code sees, `seenByCode`. */
export async function replayHistory(
  options: QueryEngineOptions,
  run: RunItem,
  standing: Standing,
): Promise<HistoryReplay> {
  const { entries } = standing;
  const replayed = await replayRun(toEngine(withoutWorld(options)), run, standing, { tracesAwaits: true });
  if (replayed.kind === 'replayed') {
    const { memory, unrecorded } = replayed;
    const inspection = inspectMemory(memory, [...entries, ...unrecorded]);
    const outcome = memory.live.outcome();
    const adds = unrecorded.flatMap((entry) => ('name' in entry || entry.kind === 'patched' ? [textOf(entry)] : []));
    return { kind: 'followed', inspection, outcome: outcome.kind, ...thrownBy(outcome), adds };
  }
  const { error, reached } = replayed;
  if (reached === undefined) return { kind: 'unreadable', error };
  const { recorded, requested } = error instanceof NondeterminismError ? error : {};
  return {
    kind: 'differs',
    error,
    ...(recorded === undefined ? {} : { recorded }),
    ...(requested === undefined ? {} : { requested }),
    inspection: inspectMemory(reached, entries),
    ...thrownBy(reached.live.outcome()),
  };
}

function textOf(entry: JournalEntry): string {
  return describeCommandEntry(entry as Parameters<typeof describeCommandEntry>[0]);
}

function thrownBy(outcome: Outcome): { thrown?: Error } {
  return 'error' in outcome ? { thrown: toError(outcome.error) } : {};
}
