/** Mistakes around children and runs that watch others. */
import type { PlantedBug } from './planted-bug.ts';

export const childBugs: readonly PlantedBug[] = [
  {
    name: 'a worker that dies after the end of a child leaves its parent without it',
    file: 'lib/engine/finish.ts',
    find: `...(afterEnd === undefined ? {} : { afterEnd }),`,
    put: ``,
  },
  {
    name: 'an end is settled before other runs have learned of it',
    file: 'lib/engine/after-end.ts',
    find: `const isFull = await sendAll(engine, locked === undefined ? [...ends, ...stops] : stops);`,
    put: `await engine.store.settleEnd(runId, end);\n    const isFull = await sendAll(engine, locked === undefined ? [...ends, ...stops] : stops);`,
  },
  {
    name: 'children of a terminated run go on',
    file: 'lib/engine/after-end.ts',
    find: `if (journal.openChildren.size > 0) return`,
    put: `if (journal.openChildren.size > 0 && turn.ending?.status !== 'terminated') return`,
    also: {
      find: `export function toDoAfterEnd({ engine, run, newestRun, journal }: Turn)`,
      put: `export function toDoAfterEnd(turn: Turn, { engine, run, newestRun, journal } = turn)`,
    },
  },
  {
    name: 'children whose start the journal has only asked for are forgotten',
    file: 'lib/engine/open-children.ts',
    find: `if (entry.kind !== 'step' || entry.operation?.kind !== 'start-child') continue;`,
    put: `if (entry.kind !== 'step' || entry.operation?.kind !== 'start-child' || entry.operation.onParentClose === undefined) continue;`,
  },
  {
    name: 'a run that ends does not see who began to watch it',
    file: 'lib/memory/run-state.ts',
    find: `watchers: [...watchers, watcherId], wakes: run.wakes + 1 };`,
    put: `watchers: [...watchers, watcherId] };`,
  },
  {
    name: 'a start that is carried out again is a conflict with itself',
    file: 'lib/client/start-run.ts',
    find: `return startedBy !== undefined && there?.runId === startedBy.runId && there.step === startedBy.step;`,
    put: `return startedBy !== undefined && there?.runId === 'none';`,
  },
  {
    name: 'a child that is started again after a loss has another id',
    file: 'lib/engine/options-of-replay.ts',
    find: `newRunId: (id) => recordedRunIds.get(id) ?? secrets.childRunId(id),`,
    put: `newRunId: () => engine.newNonce(),`,
  },
  {
    name: 'the sweeper leaves a closed run with something to do alone',
    file: 'lib/engine/sweep.ts',
    find: `if (isClosed(run.status) && run.afterEnd !== undefined) {`,
    put: `if (isClosed(run.status) && run.afterEnd !== undefined) return 'nothing';\n    if (isClosed(run.status) && run.afterEnd !== undefined) {`,
  },
];
