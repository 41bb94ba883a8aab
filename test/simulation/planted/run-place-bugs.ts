/** Mistakes around the places that runs have from their begin to their end. */
import type { PlantedBug } from './planted-bug.ts';

export const runPlaceBugs: readonly PlantedBug[] = [
  {
    name: 'a run that is tried again begins without a place',
    file: 'lib/engine/pools/run-place.ts',
    find: `if (isToldByStatus && !isRetry) return`,
    put: `if (isToldByStatus) return`,
  },
  {
    name: 'the next link of a run has no place',
    file: 'lib/engine/link-before.ts',
    find: `pool: poolIn(entries), streams`,
    put: `pool: undefined, streams`,
  },
  {
    name: 'a run that goes on loses its place when it is looked at',
    file: 'lib/engine/pools/check-places.ts',
    find: `if (place.step === 0) return { ...place, checkAtMs: nowMs + RUN_CHECK_MS };`,
    put: ``,
  },
  {
    name: 'a place of a run whose worker was lost at its end never comes back',
    file: 'lib/engine/pools/check-places.ts',
    find: `if (run === undefined || isClosed(run.status)) return undefined;`,
    put: `if (run === undefined || (isClosed(run.status) && place.step !== 0)) return undefined;`,
  },
  {
    name: 'code that does not know a workflow begins the journal of its run',
    file: 'lib/engine/pools/run-place.ts',
    find: `if (run.lease === undefined || (await hasBegun(turn))) return { kind: 'begin' };`,
    put: `if (run.epoch >= 0) return { kind: 'begin' };`,
  },
  {
    name: 'a run that is stopped while it waits, after its worker was lost, gives back what that one may have begun with',
    file: 'lib/engine/pools/run-place.ts',
    find: `if (this.#waits === undefined || run.lease !== undefined) return;`,
    put: `if (this.#waits === undefined) return;`,
  },
  {
    name: 'a run begins when it has joined the line',
    file: 'lib/engine/pools/run-place.ts',
    find: `if (visited.taken.has(RUN)) {`,
    put: `if (visited.taken.has(RUN) || visited.inLine.length > 0) {`,
  },
];
