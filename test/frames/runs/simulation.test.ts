/**
 * The simulator with snapshots on: workers die, freeze and are replaced, the table fails, messages come twice, and snapshots
 * are lost, late, stale, of another run, of other code, of another form, or damaged. No run may notice.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawPlan } from '../../simulation/draw-plan.ts';
import { readKeptSeeds } from '../../simulation/keep-seed.ts';
import type { Plan } from '../../simulation/plan.ts';
import { simulate } from '../../simulation/simulate.ts';

const SEEDS = Number(process.env['LULL_FRAMES_SEEDS'] ?? 40);

const LIMIT_MS = 300_000;

test(
  'no rule is broken by runs that go on from snapshots, whatever became of those',
  { timeout: LIMIT_MS },
  async () => {
    const wrong: string[] = [];
    const spoiled = new Map<string, number>();
    let reads = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { violation, cloud } = await simulate(drawPlan(seed));
      if (violation !== undefined)
        wrong.push(`seed ${seed}: "${violation.rule}" in ${violation.runId}: ${violation.message}`);
      const { shelf } = cloud.fleet;
      reads += shelf.reads;
      for (const [way, times] of shelf.spoiled) spoiled.set(way, (spoiled.get(way) ?? 0) + times);
    }
    expect(wrong).toEqual([]);
    expect(reads).toBeGreaterThan(SEEDS);
    expect([...spoiled.keys()].sort()).toHaveLength(11);
  },
);

test('no rule is broken by what broke one before, compiled', { timeout: LIMIT_MS }, async () => {
  const wrong: string[] = [];
  for (const { found, plan, isCompiled } of readKeptSeeds(join('test', 'simulation', 'seeds.json'))) {
    if (isCompiled !== true) continue; // test/simulation/simulation.test.ts
    const { violation } = await simulate(plan);
    if (violation !== undefined) wrong.push(`"${found}": "${violation.rule}": ${violation.message}`);
  }
  expect(wrong).toEqual([]);
});

/** The first seeds that draw a run with an unbounded history. */
function* unboundedPlans(count: number): Generator<Plan> {
  let left = count;
  for (let seed = 1; left > 0; seed += 1) {
    const plan = drawPlan(seed);
    if (plan.runs[0]?.workload.startsWith('unbounded') !== true) continue;
    left -= 1;
    yield plan;
  }
}

const UNBOUNDED = Number(process.env['LULL_UNBOUNDED_SEEDS'] ?? 15);

test('no rule is broken by runs with an unbounded history', { timeout: LIMIT_MS }, async () => {
  const wrong: string[] = [];
  let bases = 0;
  for (const plan of unboundedPlans(UNBOUNDED)) {
    const { violation, cloud } = await simulate(plan);
    if (violation !== undefined) wrong.push(`seed ${plan.seed}: "${violation.rule}": ${violation.message}`);
    if (cloud.table.ledger.of('run-1').item?.base !== undefined) bases += 1;
  }
  expect(wrong).toEqual([]);
  expect(bases).toBeGreaterThan(UNBOUNDED / 2);
});
