/** Mistakes around runs whose starters take the first turn. */
import type { PlantedBug } from './planted-bug.ts';

const PORT = 'lib/ports/first-turn.ts';
const CREATION = 'lib/engine/create-run.ts';

export const firstTurnBugs: readonly PlantedBug[] = [
  {
    name: 'a starter leaves a run at rest, and no time at which it is due',
    file: CREATION,
    find: `return { kind: 'rests', dueAtMs, ...`,
    put: `return { kind: 'rests', dueAtMs: dueAtMs === undefined ? dueAtMs : undefined, ...`,
  },
  {
    name: 'a starter creates a run with a lease, and no time at which it is due',
    file: 'lib/memory/run-state.ts',
    find: `status: 'running', dueAtMs: 0, lease }`,
    put: `status: 'running', lease }`,
  },
  {
    name: 'a starter takes the run of another one for its own',
    file: PORT,
    find: `run.firstTurn?.nonce === firstTurn.nonce`,
    put: `run.firstTurn !== undefined`,
  },
  {
    name: 'a reader forgets the record in the run item',
    file: PORT,
    find: `? [...records] : [first, ...records]`,
    put: `? [...records] : [...records]`,
  },
  {
    name: 'bodies begin before the run is there',
    file: 'lib/engine/turn.ts',
    find: `!turn.isInTable) return createRunOfTurn(turn, turn.creation, memory);`,
    put: `!turn.isInTable) {
    beginSteps(turn, memory);
    return createRunOfTurn(turn, turn.creation, memory);
  }`,
  },
  {
    name: 'a first record that is too large for the run item is not put',
    file: CREATION,
    find: `turn.unwritten.pushAll(entries);`,
    put: ``,
  },
  {
    name: 'the starter of a run renews a lease that it has not taken yet',
    file: 'lib/engine/lease-renewer.ts',
    find: `if (!isInTable()) return false;`,
    put: ``,
  },
];
