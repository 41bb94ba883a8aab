/** Runs seeds from 1 on until one fails, and says which: as a line of JSON. Bundled with a bug in it. */
import { drawPlan } from '../draw-plan.ts';
import { simulate } from '../simulate.ts';

const mostSeeds = Number(process.argv[2]);

let found: { readonly seed: number; readonly rule: string; readonly message: string } | undefined;
for (let seed = 1; seed <= mostSeeds && found === undefined; seed += 1) {
  const { violation } = await simulate(drawPlan(seed));
  if (violation !== undefined) found = { seed, rule: violation.rule, message: violation.message.slice(0, 200) };
}
console.log(JSON.stringify(found ?? {}));
