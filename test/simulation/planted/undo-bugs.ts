/** Mistakes in undoing the steps of a run. */
import type { PlantedBug } from './planted-bug.ts';

export const undoBugs: readonly PlantedBug[] = [
  {
    name: 'undos run in the order of their steps',
    file: 'lib/scheduler/undo-phase.ts',
    find: `let last = this.completed.pop(); last !== undefined; last = this.completed.pop()`,
    put: `let last = this.completed.shift(); last !== undefined; last = this.completed.shift()`,
  },
  {
    name: 'an undo that fails stops the others',
    file: 'lib/scheduler/undo-phase.ts',
    find: `        this.errors.push(toError(error));\n      }\n    }`,
    put: `        this.errors.push(toError(error));\n        return;\n      }\n    }`,
  },
  {
    name: 'an undo that is code of the run is not run',
    file: 'lib/scheduler/undo-phase.ts',
    find: `    yield* made;`,
    put: ``,
  },
  {
    name: 'an undo that is code of the run runs twice',
    file: 'lib/scheduler/undo-phase.ts',
    find: `    yield* made;`,
    put: `    yield* made;\n    yield* (body as (result: unknown) => Coroutine<void>)(undoes.result);`,
  },
  {
    name: 'a request to cancel interrupts the undos',
    file: 'lib/scheduler/undo-phase.ts',
    find: `{ name: 'undo', isShielded: true }`,
    put: `{ name: 'undo' }`,
  },
  {
    name: 'a run that is terminated with its undos lets its code clean up',
    file: 'lib/scheduler/create-live-run.ts',
    find: `    this.#endCodeWith({ kind: 'terminated', error: new CancelledError(reason) });`,
    put: `    this.cancel(reason);`,
  },
  {
    name: 'after a takeover a run that was terminated with its undos ends at once',
    file: 'lib/engine/load-run.ts',
    find: `  Object.assign(turn.journal, endOf(records, { number: 0, nonce: undefined }));
  const terminate = entries.find(isPlainTerminate);`,
    put: `  Object.assign(turn.journal, endOf(records, { number: 0, nonce: undefined }));
  const terminate = entries.find((entry) => entry.kind === 'terminate-requested');`,
  },
  {
    name: 'an error that was left behind ends a run without its undos',
    file: 'lib/engine/stop-code.ts',
    find: `return live.undos() !== 'none' && hasRoomToUndo(turn);`,
    put: `return live.undos() === 'none' && hasRoomToUndo(turn) && turn.epoch < 0;`,
  },
  {
    name: 'an error that was left behind cuts off the undos',
    file: 'lib/engine/stop-code.ts',
    find: `  if (live.undos() === 'under-way') return undefined;\n`,
    put: ``,
  },
  {
    name: 'a cancelled run is not undone',
    file: 'lib/scheduler/create-live-run.ts',
    find: `if (!isGood && this.#undos`,
    put: `if (!isGood && this.#ending.kind === 'failed' && this.#undos`,
  },
];
