/** A short simulation, the same each time. `npm run simulate` is the long one. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawPlan } from './draw-plan.ts';
import { readKeptSeeds } from './keep-seed.ts';
import { type Report, simulate } from './simulate.ts';

const SEEDS = 120;
const SEEDS_RUN_TWICE = 40;
const LIMIT_MS = 120_000;

/** What broke a rule, in a few words, with the command that shows the rest. */
function wrongIn(name: string, { violation }: Report): string[] {
  if (violation === undefined) return [];
  return [`${name} breaks "${violation.rule}" in ${violation.runId}: ${violation.message}`];
}

test(
  'no rule is broken, whatever the weather that the first seeds bring',
  async () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      wrong.push(...wrongIn(`npm run simulate -- --runs 1 --seed ${seed}`, await simulate(drawPlan(seed))));
    }
    expect(wrong).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'no rule is broken by what broke one before',
  async () => {
    const wrong: string[] = [];
    for (const { found, plan, isCompiled } of readKeptSeeds(join(import.meta.dirname, 'seeds.json'))) {
      if (isCompiled === true) continue; // test/frames/runs/simulation.test.ts
      wrong.push(...wrongIn(`the plan in seeds.json with which was found "${found}"`, await simulate(plan)));
    }
    expect(wrong).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'the same seed does the same, to the last call',
  async () => {
    const different: number[] = [];
    for (let seed = 1; seed <= SEEDS_RUN_TWICE; seed += 1) {
      const [first, second] = [await simulate(drawPlan(seed)), await simulate(drawPlan(seed))];
      if (traceOf(first) !== traceOf(second)) different.push(seed);
    }
    expect(different).toEqual([]);
  },
  LIMIT_MS,
);

function traceOf({ things, faults, cloud }: Report): string {
  return JSON.stringify([things, faults, cloud.table.lastCalls(Infinity)]).replaceAll(SEALED, '$1');
}

/** What is encrypted has a random part, whatever the seed. */
const SEALED = /(sealed(?::|\\*",\\*"v\\*":\\*"))[\w+/=]+/g;
