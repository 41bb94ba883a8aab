/** What may be said on the command line. */
import { parseArgs } from 'node:util';

export interface SimulationOptions {
  readonly firstSeed: number;
  /** At least so many runs of workflows: the seed that brings the last of them is done to its end. */
  readonly runs: number;
  readonly untilMs: number;
  readonly processes: number;
  /** Keeps the plan of what fails. */
  readonly keep: boolean;
  /** Does not make it smaller. */
  readonly asItIs: boolean;
}

export const USAGE = `npm run simulate -- [--minutes N] [--runs N] [--seed random|N] [--processes N] [--keep] [--as-it-is]

  --minutes N     for so long (default: 1, if neither is given)
  --runs N        so many runs of workflows, each under faults; a seed brings one to five of them
  --seed N        from this seed on; random: from any
  --processes N   in so many processes (default: one for each core; 1 for one run)
  --keep          keep the plan of what fails, in seeds.json
  --as-it-is      do not look for a smaller plan that fails in the same way`;

/** Raises an error in words. `machine` is what this one has: its time, its chance, its cores. */
export function readOptions(
  args: readonly string[],
  machine: { readonly nowMs: number; readonly random: () => number; readonly cores: number },
): SimulationOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string', default: 'random' },
      processes: { type: 'string' },
      keep: { type: 'boolean', default: false },
      'as-it-is': { type: 'boolean', default: false },
    },
  });
  const { minutes, seed, keep } = values;
  const runs = values.runs === undefined ? Infinity : readNumber('runs', values.runs);
  const limitMinutes = minutes === undefined ? (runs === Infinity ? 1 : Infinity) : readNumber('minutes', minutes);
  const processes = values.processes === undefined ? machine.cores : readNumber('processes', values.processes);
  return {
    firstSeed: seed === 'random' ? Math.floor(machine.random() * 1e9) : readNumber('seed', seed),
    runs,
    untilMs: machine.nowMs + limitMinutes * 60_000,
    processes: Math.max(1, Math.min(processes, runs)),
    keep,
    asItIs: values['as-it-is'],
  };
}

function readNumber(option: string, text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && (option === 'minutes' || Number.isSafeInteger(value))) return value;
  throw new Error(`--${option} is "${text}": give a number`);
}
