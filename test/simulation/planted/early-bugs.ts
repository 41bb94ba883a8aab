/** Mistakes around steps that begin before their record. */
import type { PlantedBug } from './planted-bug.ts';

const FILE = 'lib/engine/begin-early.ts';

export const earlyBugs: readonly PlantedBug[] = [
  {
    name: 'a step that changes something begins before its record',
    file: FILE,
    find: `return command.options.readOnly === true && command.operation`,
    put: `return command.operation`,
  },
  {
    name: 'a turn that took over begins readOnly steps before their record',
    file: FILE,
    find: `run.lease !== undefined || isAlone || journal`,
    put: `journal`,
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
    name: 'a message waits for its record, and its item does not',
    file: 'lib/engine/unwritten.ts',
    find: `    this.#mayWait = false;
    this.#entries.push(entry);`,
    put: `    this.#mayWait &&= 'messageId' in entry || entry.kind === 'receive' || entry.kind === 'step';
    this.#entries.push(entry);`,
    also: {
      find: `this.#mayWait = true;
    this.#waitingBytes = 0;
    return`,
      put: `this.#mayWait = true;
    return`,
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
  {
    name: 'what a run shows does not wait for the record',
    file: FILE,
    find: `refusals.size > 0 || memory.live.shown() !== shown) return false;`,
    put: `refusals.size > 0) return false;\n  turn.shown = memory.live.shown();`,
    also: { find: `refusals, shown } = turn`, put: `refusals } = turn` },
  },
];
