/** Mistakes about bases of runs with an unbounded history: what is named, and what goes when it is. */
import type { PlantedBug } from './planted-bug.ts';

const OF_BASES = { isCompiled: true, workload: 'unbounded' } as const;
const WRITES = { ...OF_BASES, file: 'lib/engine/unbounded/write-base.ts' } as const;

export const baseBugs: readonly PlantedBug[] = [
  {
    ...WRITES,
    name: 'the records behind a base go before the run names it',
    find: `    return { base, archives: archived, behind, forgotten };`,
    put: `    await engine.store.removeRecords(runId, behind, linkOf(turn.run));
    return { base, archives: archived, behind, forgotten };`,
  },
  {
    ...WRITES,
    name: 'the own record of a base goes',
    find: `      return number < base.record && !(`,
    put: `      return number <= base.record && !(`,
  },
  {
    ...WRITES,
    name: 'the record that stops a worker which was taken over goes behind a base',
    find: `if (entry.kind === 'taken-over' || saysThatItLives(entry)) return true;`,
    put: `if (saysThatItLives(entry)) return true;`,
  },
  {
    ...WRITES,
    name: 'the record under the number of a request without an answer goes behind a base',
    find: `entry.kind === 'taken-over' || saysThatItLives(entry)`,
    put: `entry.kind === 'taken-over'`,
  },
  {
    ...WRITES,
    name: 'the base that was named goes, and not the one before',
    find: `await forget(engine, runId, before.key);`,
    put: `await forget(engine, runId, base.key);`,
  },
  {
    ...WRITES,
    name: 'a base that may be named is deleted when its renewal has no answer',
    find: `    engine.log.warn('a run may have a new base or not`,
    put: `    await forget(engine, runId, base.key);
    engine.log.warn('a run may have a new base or not`,
  },
  {
    ...WRITES,
    name: 'an archive does not name the one before it',
    find: `const before = keys.at(-1) ?? base?.archive;`,
    put: `const before = keys.at(-1);`,
  },
  {
    ...WRITES,
    name: 'the own record of a base is archived once more with the next one',
    find: `number > (base?.record ?? 0))`,
    put: `number >= (base?.record ?? 0))`,
  },
  {
    ...OF_BASES,
    name: 'a base is taken for the end of the journal, though later leases have written',
    file: 'lib/engine/unbounded/nothing-behind.ts',
    find: `base.epoch === epoch - 1 && journal.recordNumber <= base.record`,
    put: `base.epoch !== undefined && journal.recordNumber <= base.record`,
  },
  {
    ...OF_BASES,
    name: 'a base is taken for the end of the journal by the worker that takes over',
    file: 'lib/engine/unbounded/nothing-behind.ts',
    find: `!takesOver && base.epoch === epoch - 1 &&`,
    put: `base.epoch !== undefined && base.epoch >= epoch - 2 &&`,
  },
  {
    ...OF_BASES,
    name: 'a worker that was taken over between its two writes names its base',
    file: 'lib/memory/run-state.ts',
    find: `isClosed(before.run.status) || before.run.epoch !== release.epoch) return`,
    put: `isClosed(before.run.status) || (before.run.epoch !== release.epoch && !release.base)) return`,
  },
  {
    ...OF_BASES,
    name: 'a run whose base cannot be decrypted is blocked as one that has lost it',
    file: 'lib/engine/unbounded/read-base.ts',
    find: `    if (locked !== undefined) return locked;`,
    put: ``,
  },
  {
    ...OF_BASES,
    name: 'a run goes on from its base without what came after it',
    file: 'lib/engine/load-run.ts',
    find: `{ ...base.snapshot, entries }, { again });`,
    put: `{ ...base.snapshot, entries: [] }, { again });`,
  },
];
