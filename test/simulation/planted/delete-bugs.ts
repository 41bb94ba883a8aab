/** Mistakes in deleting runs. */
import type { PlantedBug } from './planted-bug.ts';

export const deleteBugs: readonly PlantedBug[] = [
  {
    name: 'a run that is open can be deleted',
    file: 'lib/memory/run-state.ts',
    find: `if (!isClosed(state.run.status)) return { kind: 'open', run: state.run };\n`,
    put: ``,
  },
  {
    name: 'the id of a run that was deleted a moment ago is free at once',
    file: 'lib/memory/memory-store.ts',
    find: `if (partition.state?.isDeleted) return { kind: 'deleted', freeAtMs: partition.state.run.dueAtMs ?? 0 };`,
    put: `if (partition.state?.isDeleted) partition.state = undefined;`,
  },
  {
    name: 'the records of a deleted run stay until the sweep',
    file: 'lib/memory/memory-store.ts',
    find: `left.state = structuredClone({ ...state, run, isDeleted: true as const });`,
    put: `for (const [link, records] of partition.records) for (const [number, text] of records) left.recordsOf(link).set(number, text);\n    left.state = structuredClone({ ...state, run, isDeleted: true as const });`,
  },
  {
    name: 'the id of a deleted run is never free',
    file: 'lib/memory/memory-store.ts',
    find: `const run = { ...ended, dueAtMs: nowMs + SHORTEST_RETENTION_MS };`,
    put: `const { dueAtMs: _dueAtMs, ...run } = ended;`,
  },
  {
    name: 'a caller that asks again to delete is told that there was no such run',
    file: 'lib/client/delete-run.ts',
    find: `return isRepeat && deletion.kind === 'not-found' ? { kind: 'deleted' } : deletion;`,
    put: `return deletion;`,
  },
];
