/** Mistakes around workers that are lost in a run's code, and errors that code leaves behind. */
import type { PlantedBug } from './planted-bug.ts';

export const lostWorkerBugs: readonly PlantedBug[] = [
  {
    name: 'a run that is taken over is not taken alone',
    file: 'lib/engine/lost-workers.ts',
    find: `if (takesOver || run.blocked?.tryAtMs !== undefined) return true;`,
    put: `if (!takesOver && run.blocked?.tryAtMs !== undefined) return true;`,
  },
  {
    name: 'a run that is taken alone does not wait until its neighbours have ended their turns',
    file: 'lib/engine/turn-state.ts',
    find: `return this.#place.beAlone(this.endsByMs);`,
    put: `return Promise.resolve('alone');`,
  },
  {
    name: 'workers that were lost in the code of a run are not counted',
    file: 'lib/engine/lost-workers.ts',
    find: `return lostInARow(records) + 1 < engine.maxLostTurns ?`,
    put: `return engine.maxLostTurns > 0 ?`,
  },
  {
    name: 'a run that old code has blocked for lost workers is not tried by new code',
    file: 'lib/engine/lost-workers.ts',
    find: `entry.kind === 'taken-alone' && entry.version === version`,
    put: `entry.kind === 'taken-alone' && entry.version !== undefined && version !== ''`,
  },
  {
    name: 'a run that is blocked for lost workers is tried again at each wake',
    file: 'lib/engine/lost-workers.ts',
    find: `return engine.clock.nowMs() < tryAtMs && hasBeenAlone(engine, records);`,
    put: `return tryAtMs < 0 && hasBeenAlone(engine, records);`,
  },
  {
    name: 'an error that code left behind fails no run',
    file: 'lib/engine/stop-code.ts',
    find: `ending === undefined || ending.status === 'completed' ? strays.first : undefined`,
    put: `ending?.status === 'completed' ? strays.first : undefined`,
  },
];
