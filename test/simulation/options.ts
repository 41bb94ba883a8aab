/** What may be said on the command line. */
import { Command, Option } from 'commander';
import { count, drawSeed, positiveNumber, seedOrRandom } from '../command-options.ts';
import { workloads } from './workloads/all-workloads.ts';

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
  /** The simulator is compiled (start.ts): runs go on from snapshots. */
  readonly frames: boolean;
  /** Only plans of these; none: of all. */
  readonly workloads: readonly string[];
}

interface Given {
  readonly minutes?: number;
  readonly runs?: number;
  readonly seed: number | 'random';
  readonly processes?: number;
  readonly keep?: true;
  readonly asItIs?: true;
  readonly frames?: true;
  readonly workload?: readonly string[];
}

export function createCommand(): Command {
  return new Command('npm run simulate --')
    .description('The engine, its client, API and sweeper, under faults that follow from a seed.')
    .option('--minutes <number>', 'for so long (default: 1, if there is no --runs)', positiveNumber)
    .option('--runs <number>', 'so many runs of workflows; a seed brings one to five of them', count)
    .option('--seed <number>', 'from this seed on; random: from any', seedOrRandom, 'random')
    .option('--processes <number>', 'in so many processes (default: one for each core; 1 for one run)', count)
    .option('--keep', 'keep the plan of what fails, in seeds.json')
    .option('--frames', 'compiled: runs go on from snapshots, which are spoiled, and some have an unbounded history')
    .option('--as-it-is', 'do not look for a smaller plan that fails in the same way')
    .addOption(
      new Option('--workload <names...>', 'only these (default: all)').choices(workloads.map(({ name }) => name)),
    )
    .showHelpAfterError();
}

/** `machine` is what this one has: its time, its chance, its cores. */
export function readOptions(
  command: Command,
  args: readonly string[],
  machine: { readonly nowMs: number; readonly random: () => number; readonly cores: number },
): SimulationOptions {
  const given = command.parse(args, { from: 'user' }).opts<Given>();
  const { runs = Infinity, processes = machine.cores, keep = false, asItIs = false, frames = false } = given;
  const { minutes = runs === Infinity ? 1 : Infinity } = given;
  return {
    firstSeed: drawSeed(given.seed, machine.random),
    runs,
    untilMs: machine.nowMs + minutes * 60_000,
    processes: Math.max(1, Math.min(processes, runs)),
    keep,
    asItIs,
    frames,
    workloads: given.workload ?? [],
  };
}
