/** What may be said on the command line. */
import { parseArgs } from 'node:util';

export interface SimulationOptions {
  readonly firstSeed: number;
  /** At most so many seeds. */
  readonly seeds: number;
  readonly untilMs: number;
  readonly threads: number;
  /** Keeps the plan of what fails. */
  readonly keep: boolean;
  /** Does not make it smaller. */
  readonly asItIs: boolean;
}

export const USAGE = `npm run simulate -- [--minutes N] [--runs N] [--seed random|N] [--threads N] [--keep] [--as-it-is]

  --minutes N     for so long (default: 1, if neither is given)
  --runs N        so many seeds
  --seed N        from this seed on; random: from any
  --threads N     on so many threads (default: 1)
  --keep          keep the plan of what fails, in seeds.json
  --as-it-is      do not look for a smaller plan that fails in the same way`;

export function readOptions(args: readonly string[], nowMs: number, random: () => number): SimulationOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string', default: 'random' },
      threads: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      'as-it-is': { type: 'boolean', default: false },
    },
  });
  const { minutes, runs, seed, threads, keep } = values;
  const limitMinutes = minutes === undefined ? (runs === undefined ? 1 : Infinity) : readNumber('minutes', minutes);
  return {
    firstSeed: seed === 'random' ? Math.floor(random() * 1e9) : readNumber('seed', seed),
    seeds: runs === undefined ? Infinity : readNumber('runs', runs),
    untilMs: nowMs + limitMinutes * 60_000,
    threads: readNumber('threads', threads),
    keep,
    asItIs: values['as-it-is'],
  };
}

function readNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new Error(`--${option} is "${text}": give a number`);
  return value;
}
