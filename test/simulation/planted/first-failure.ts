/**
 * Runs seeds from 1 on until one fails, and says which, as a line of JSON; with `shrink` also the smallest plan that it
 * finds. Bundled with a bug in it.
 */
import { drawPlan } from '../draw-plan.ts';
import type { Plan } from '../plan.ts';
import { shrink } from '../shrink.ts';
import { simulate } from '../simulate.ts';

export interface FirstFailure {
  readonly seed: number;
  readonly rule: string;
  readonly message: string;
  readonly plan: Plan | undefined;
}

const MOST_ATTEMPTS = 600;

const [mostSeeds, isToShrink] = [Number(process.argv[2]), process.argv[3] === 'shrink'];

let found: FirstFailure | undefined;
for (let seed = 1; seed <= mostSeeds && found === undefined; seed += 1) {
  const plan = drawPlan(seed);
  const report = await simulate(plan);
  const { violation } = report;
  if (violation === undefined) continue;
  const { rule, message } = violation;
  const small = isToShrink ? (await shrink(plan, report, MOST_ATTEMPTS)).plan : undefined;
  found = { seed, rule, message: message.slice(0, 200), plan: small };
}
console.log(JSON.stringify(found ?? null));
