/** Draws what one seed stands for: the weather, and the runs that go through it. */
import type { Plan, RunPlan } from './plan.ts';
import { Dice } from './world/dice.ts';
import { drawWeather } from './world/weather.ts';
import { workloadOf, workloads } from './workloads/all-workloads.ts';

export function drawPlan(seed: number): Plan {
  const dice = new Dice(seed);
  const count = dice.pick([1, 1, 2, 3, 5]);
  const weights = Object.fromEntries(workloads.map(({ name, weight }) => [name, weight]));
  const runs: RunPlan[] = [];
  while (runs.length < count) {
    const runId = `run-${runs.length + 1}`;
    const own = dice.named(runId);
    const { name, draw } = workloadOf(own.weighted(weights));
    runs.push({ workload: name, runId, ...draw(own, runId) });
  }
  return { seed, weather: drawWeather(dice.named('weather')), runs };
}
