/**
 * For how long runs have been due that no worker took: the lag of the sweeper or of the workers.
 *
 * The table does not say since when a run is due that a message made due. It counts from the sweep of this process that
 * found it so first: too little by a sweep's interval, and by more when the process is a new one.
 */
import type { DueRunFound } from '../ports/observer.ts';

export interface DueAges {
  found(event: DueRunFound): void;
  /** The longest that one of those found since the last call has been due; undefined if none was found. */
  takeOldestMs(): number | undefined;
}

/** Of more, the oldest are there anyway. */
const REMEMBERED_LIMIT = 10_000;

export function createDueAges(): DueAges {
  let before = new Map<string, number>();
  let now = new Map<string, number>();
  let oldestMs: number | undefined;
  return {
    found({ runId, atMs, sinceMs }) {
      const dueSinceMs = sinceMs ?? before.get(runId) ?? atMs;
      if (sinceMs === undefined && now.size < REMEMBERED_LIMIT) now.set(runId, dueSinceMs);
      oldestMs = Math.max(oldestMs ?? 0, atMs - dueSinceMs);
    },
    takeOldestMs() {
      const taken = oldestMs;
      before = now;
      now = new Map();
      oldestMs = undefined;
      return taken;
    },
  };
}
