/** Mistakes in forks. */
import type { PlantedBug } from './planted-bug.ts';

export const forkBugs: readonly PlantedBug[] = [
  {
    name: 'a fork copies the step before which it was forked',
    file: 'lib/journal/forked-part.ts',
    find: `const until = standing.entries.slice(1, index).filter(isTakenOver);`,
    put: `const until = standing.entries.slice(1, index + 1).filter(isTakenOver);`,
  },
  {
    name: 'a fork copies what stands no more',
    file: 'lib/journal/forked-part.ts',
    find: `const index = standing.entries.findIndex((entry) => isRecordedCommand(entry) && entry.id === at);`,
    put: `const index = standing.entries.findLastIndex((entry) => isRecordedCommand(entry) && entry.id <= at);`,
    also: {
      find: `const standing = standingEntries(journal.slice(0, entries));`,
      put: `const standing = { ...standingEntries(journal.slice(0, entries)), entries: journal.slice(0, entries).filter(({ kind }) => kind !== 'retried') };`,
    },
  },
  {
    name: 'the worker that takes a fork over copies from the beginning',
    file: 'lib/engine/go-on.ts',
    find: `const missing = [...entries, ...later].slice(copied);`,
    put: `const missing = [...entries, ...later].slice(copied < 0 ? copied : 0);`,
  },
  {
    name: 'a fork does not follow the child that the other run has started after a retry',
    file: 'lib/engine/options-of-replay.ts',
    find: `if (isOfHistory || recorderOf(started, entry.id) !== undefined) ids.set(entry.id, entry.operation.runId);`,
    put: `if (isOfHistory) ids.set(entry.id, entry.operation.runId);`,
  },
  {
    name: 'a fork has the secrets of the other run',
    file: 'lib/engine/go-on.ts',
    find: `at, seed: engine.newSeed(run) };`,
    put: `at, seed: started.seed ?? engine.newSeed(run) };`,
  },
  {
    name: 'a fork that is asked for again is a conflict with itself',
    file: 'lib/client/fork-run.ts',
    find: `if (creation.run.inputDigest !== fork.inputDigest)`,
    put: `if (creation.run.inputDigest !== fork.inputDigest || creation.run.createdAtMs !== fork.createdAtMs)`,
  },
  {
    name: 'a fork takes the input of the other run, whatever is given',
    file: 'lib/client/fork-run.ts',
    find: `if (!Object.hasOwn(options, 'input')) {`,
    put: `if (!Object.hasOwn(options, 'inputs')) {`,
  },
];
