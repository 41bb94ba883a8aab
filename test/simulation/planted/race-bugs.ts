/** Mistakes around races: a branch that has lost takes what it was woken for, and drops it. */
import type { PlantedBug } from './planted-bug.ts';

export const raceBugs: readonly PlantedBug[] = [
  {
    name: 'a race decides late: after its losers have taken a signal',
    file: 'lib/api/race.ts',
    find: `else child[WATCH_CERTAINTY](this);`,
    put: `else child.addDoneCallback(() => this.futureCertain(child));`,
  },
  {
    name: 'a race says late that it has a winner: a race around it decides after its losers have taken a signal',
    file: 'lib/api/race.ts',
    find: `    this.becomeCertain();\n`,
    put: '',
  },
  {
    name: 'a race cancels no loser',
    file: 'lib/api/race.ts',
    find: `for (const loser of this.#children) if (loser !== winner) loser.cancel();`,
    put: `void winner;`,
  },
];
