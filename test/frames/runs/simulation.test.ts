/**
 * The simulator with snapshots on: workers die, freeze and are replaced, the table fails, messages come twice, and snapshots
 * are lost, late, stale, of another run, of other code, of another form, or damaged. No run may notice.
 */
import { expect, test } from 'vitest';
import { drawPlan } from '../../simulation/draw-plan.ts';
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
