/**
 * Runs seeds from 1 on until one fails, and does not without the bug; says which, as a line of JSON. With `isToShrink` also the
 * smallest plan that it finds. It gives up after so many seeds, or when it has computed for so long. Bundled with a bug in it.
 */
import { drawPlan } from '../draw-plan.ts';
import type { Plan } from '../plan.ts';
import { shrink } from '../shrink.ts';
import { simulate } from '../simulate.ts';
import { withoutTheBug } from './clean-code.ts';

/** What is asked of it, as an argument. */
export interface SearchOptions {
  readonly mostSeeds: number;
  readonly mostCpuMs: number;
  /** Bundled like this program, and without the bug: clean-code.ts. */
  readonly cleanBundle: string;
  /** Only plans count that have a run of such a workload. */
  readonly workload?: string;
  readonly isToShrink: boolean;
}

export type Search = (FirstFailure | NothingFound) & {
  /** How many seeds were looked at. */
  readonly seeds: number;
  /** Seeds that fail without the bug as well: no finding of it, but one. */
  readonly failAnyway: readonly number[];
};

export interface NothingFound {
  readonly seed?: undefined;
}

export interface FirstFailure {
  readonly seed: number;
  readonly rule: string;
  readonly message: string;
  readonly plan: Plan | undefined;
}

const MOST_ATTEMPTS = 600;

const { mostSeeds, mostCpuMs, cleanBundle, workload, isToShrink } = JSON.parse(process.argv[2] ?? '') as SearchOptions;

const clean = withoutTheBug(cleanBundle);
const failAnyway: number[] = [];
let found: FirstFailure | undefined;
let seeds = 0;
for (let seed = 1; seeds < mostSeeds && found === undefined && computedMs() < mostCpuMs; seed += 1) {
  const plan = drawPlan(seed);
  if (workload !== undefined && !plan.runs.some((run) => run.workload.startsWith(workload))) continue;
  seeds += 1;
  const report = await simulate(plan);
  const { violation } = report;
  if (violation === undefined) continue;
  if (!(await clean.keepsTheRules(plan))) {
    failAnyway.push(seed);
    continue;
  }
  const { rule, message } = violation;
  const options = { mostAttempts: MOST_ATTEMPTS, isSound: clean.keepsTheRules };
  const small = isToShrink ? (await shrink(plan, report, options)).plan : undefined;
  found = { seed, rule, message: message.slice(0, 200), plan: small };
}
clean.end();
const search: Search = found === undefined ? { seeds, failAnyway } : { ...found, seeds, failAnyway };
console.log(JSON.stringify(search));

function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
