/** Mistakes around code that changes: patches, and runs that are pinned to a version. */
import type { PlantedBug } from './planted-bug.ts';

export const versionBugs: readonly PlantedBug[] = [
  {
    name: 'a run that has passed the old branch of a patch is told to take the new one',
    file: 'lib/scheduler/patches.ts',
    find: `!isRecorded && !this.#host.isReplaying();`,
    put: `!isRecorded;`,
  },
  {
    name: 'a patch is answered anew each time that it is asked for',
    file: 'lib/scheduler/patches.ts',
    find: `if (given !== undefined) return given;`,
    put: '',
  },
  {
    name: 'a patch that a run takes is not written down',
    file: 'lib/scheduler/patches.ts',
    find: `if (isNew) this.#applied.push({ kind: 'patched', patch });`,
    put: '',
  },
  {
    name: 'a run that was replayed takes no patch any more',
    file: 'lib/engine/replay-run.ts',
    find: `isReplaying: () => isReplaying && !isInterrupted,`,
    put: `isReplaying: () => recorded.length > 0 && !isInterrupted,`,
  },
  {
    name: 'a run whose worker died before it wrote what an event led to has passed there',
    file: 'lib/engine/replay-run.ts',
    find: `isReplaying: () => isReplaying && !isInterrupted,`,
    put: `isReplaying: () => isReplaying,`,
  },
  {
    name: 'a patch may be recorded without what it led to',
    file: 'lib/engine/commit.ts',
    find: `isOfPatch ? LARGEST_RECORD_BYTES : limitBytes`,
    put: `limitBytes`,
  },
  {
    name: 'a patch is recorded with the first that was asked for, and not with all that its event led to',
    file: 'lib/engine/commit.ts',
    find: `isOfPatch ||= entry.kind === 'patched';`,
    put: `isOfPatch = entry.kind === 'patched';`,
  },
  {
    name: 'whoever comes takes a run, wherever it is pinned',
    file: 'lib/memory/run-state.ts',
    find: `const elsewhere = pinnedElsewhere(run, take);`,
    put: `const elsewhere = undefined as string | undefined;`,
  },
  {
    name: 'a run that goes to sleep is pinned no longer',
    file: 'lib/memory/run-state.ts',
    find: `letters: _l, tail: _t, ...rest } = others;`,
    put: `letters: _l, tail: _t, pinnedTo: _pinnedTo, ...rest } = others;`,
  },
  {
    name: 'a wake counts as handed over although the version that it is for is gone',
    file: 'lib/engine/take-run.ts',
    find: `if (handed === 'forwarded') return`,
    put: `if (Date.now() > 0) return`,
  },
  {
    name: 'a worker that has handed a wake over takes the turn as well',
    file: 'lib/engine/take-run.ts',
    find: `if (handed === 'forwarded') return { kind: 'refused', reason: 'pinned-elsewhere' };`,
    put: '',
  },
  {
    name: 'the arguments of a step are not compared',
    file: 'lib/journal/find-difference.ts',
    find: `recorded.args === asked.args) return undefined;`,
    put: `recorded.args !== '') return undefined;`,
  },
  {
    name: 'the key of a step is not compared',
    file: 'lib/journal/find-difference.ts',
    find: `return recorded.key === asked.key ? undefined : {`,
    put: `return recorded.key !== '' ? undefined : {`,
  },
  {
    name: 'random numbers are not compared',
    file: 'lib/journal/find-difference.ts',
    find: `!context.countsDraws || before === now`,
    put: `before >= 0`,
  },
];
