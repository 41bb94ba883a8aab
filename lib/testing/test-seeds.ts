/** Seeds of runs that are the same in each run of a test, also when a worker dies before it has recorded one. */
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';

/** When the runs of an id were started, the first first: an id may be given again after a purge. */
const starts = new WeakMap<Store, Map<string, number[]>>();

/**
 * What it gives follows from the engine's seed, the run's id, how often a run of that id was started on this store, and
 * what it was started with.
 */
export function createTestSeeds(store: Store, seed: number): (run: RunItem) => string {
  const startsOf = starts.get(store) ?? new Map<string, number[]>();
  starts.set(store, startsOf);
  return ({ runId, createdAtMs, workflow, inputDigest, link }) => {
    const times = startsOf.get(runId) ?? [];
    startsOf.set(runId, times);
    if (!times.includes(createdAtMs)) times.push(createdAtMs);
    return JSON.stringify([
      seed,
      runId,
      times.indexOf(createdAtMs),
      workflow,
      inputDigest,
      ...(link === undefined ? [] : [link]),
    ]);
  };
}
