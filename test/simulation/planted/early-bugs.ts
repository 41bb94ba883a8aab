/** Mistakes around steps that begin before their record. */
import type { PlantedBug } from './planted-bug.ts';

const FILE = 'lib/engine/begin-early.ts';

export const earlyBugs: readonly PlantedBug[] = [
  {
    name: 'a step that changes something begins before its record',
    file: FILE,
    find: `return options.readOnly === true && operation === undefined`,
    put: `return operation === undefined`,
  },
  {
    name: 'readOnly steps begin before the record that the run has begun',
    file: FILE,
    find: `journal.recordNumber === 0 || engine`,
    put: `engine`,
    also: {
      find: `unwritten.length === 0 || !unwritten.mayWait`,
      put: `unwritten.length === 0 || (!unwritten.mayWait && turn.journal.recordNumber > 0)`,
    },
  },
  {
    name: 'a run is suspended without the record of what was read',
    file: FILE,
    find: `early.isOver ||= attempts.readOnly === 0;
  return early.isOver;`,
    put: `return false;`,
  },
  {
    name: 'a run ends without the record of what was read',
    file: FILE,
    find: `return !codeHasEnded(memory) && findFatal(turn, memory) === undefined;`,
    put: `return findFatal(turn, memory) === undefined;`,
  },
];
