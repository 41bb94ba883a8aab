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
    name: 'a run begins when it has joined the line',
    file: 'lib/engine/pools/run-place.ts',
    find: `if (visited.taken.has(RUN)) {`,
    put: `if (visited.taken.has(RUN) || visited.inLine.length > 0) {`,
  },
];
