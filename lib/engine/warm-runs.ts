/**
 * Runs that this worker keeps in memory between their turns, so that the next turn reads no journal.
 *
 * A cache, deletable at any time. It is exact: an entry counts only if the lease that is taken follows the one after
 * which it was kept, and that one was given back; then nobody can have written a record since (fences, I2).
 */
import type { RunItem } from '../ports/run-item.ts';
import type { LiveMemory } from './live-memory.ts';

/** How far the journal goes, and which messages are in it. */
export interface JournalHead {
  recordNumber: number;
  readonly messageIds: Set<string>;
}

export interface WarmRun {
  /** The lease under which the run was left. */
  readonly epoch: number;
  readonly journal: JournalHead;
  readonly memory: LiveMemory;
}

export interface WarmRuns {
  /** Gives what is kept, if it is exact, and forgets it in any case: a turn that goes wrong leaves nothing behind. */
  take(before: RunItem): WarmRun | undefined;
  keep(runId: string, run: WarmRun): void;
}

/** Forgets the run that was left longest ago when there are more than `limit`; keeps nothing with 0. */
export function createWarmRuns(limit: number): WarmRuns {
  const runs = new Map<string, WarmRun>();
  return {
    take(before) {
      const run = runs.get(before.runId);
      runs.delete(before.runId);
      const isExact = run?.epoch === before.epoch && before.lease === undefined;
      return isExact ? run : undefined;
    },
    keep(runId, run) {
      runs.set(runId, run);
      for (const oldest of runs.keys()) {
        if (runs.size <= limit) break;
        runs.delete(oldest);
      }
    },
  };
}
