/** Which run has recorded a command, where the journal of a run begins with a part of another run's. */
import type { CommandId, Fork, Started } from './event.ts';

/** The secret that the command of that position follows from. Undefined in journals of before there were seeds. */
export function seedOf({ seed, forks = [] }: Pick<Started, 'seed' | 'forks'>, id: CommandId): string | undefined {
  return forks.findLast(({ at }) => at <= id)?.seed ?? seed;
}

/** Undefined: the run itself. */
export function recorderOf({ forks = [] }: Pick<Started, 'forks'>, id: CommandId): Fork | undefined {
  return forks.find(({ at }) => id < at);
}
