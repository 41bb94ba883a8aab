/**
 * Runs seeds from 1 on until one fails, and says which, as a line of JSON; with `shrink` also the smallest plan that it
 * finds. It gives up after so many seeds, or when it has computed for so long. Bundled with a bug in it.
 */
import { drawPlan } from '../draw-plan.ts';
import type { Plan } from '../plan.ts';
import { shrink } from '../shrink.ts';
import { simulate } from '../simulate.ts';

export type Search = FirstFailure | NothingFound;

export interface NothingFound {
  /** How many seeds were looked at. */
  readonly seeds: number;
}

export interface FirstFailure {
  readonly seed: number;
  readonly rule: string;
  readonly message: string;
  readonly plan: Plan | undefined;
}

const MOST_ATTEMPTS = 600;

const [mostSeeds, mostCpuMs, isToShrink] = [
  Number(process.argv[2]),
  Number(process.argv[3]),
  process.argv[4] === 'shrink',
];

let found: FirstFailure | undefined;
let seeds = 0;
for (let seed = 1; seed <= mostSeeds && found === undefined && computedMs() < mostCpuMs; seed += 1) {
  seeds = seed;
  const plan = drawPlan(seed);
  const report = await simulate(plan);
  const { violation } = report;
  if (violation === undefined) continue;
  const { rule, message } = violation;
  const small = isToShrink ? (await shrink(plan, report, MOST_ATTEMPTS)).plan : undefined;
  found = { seed, rule, message: message.slice(0, 200), plan: small };
}
const search: Search = found ?? { seeds };
console.log(JSON.stringify(search));

function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
