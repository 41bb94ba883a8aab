/** Draws what one seed stands for: the weather, and the runs that go through it. */
import type { Plan, RunPlan } from './plan.ts';
import { Dice } from './world/dice.ts';
import { drawWeather } from './world/weather.ts';
import { workloadOf, workloads } from './workloads/all-workloads.ts';
import type { Workload } from './workloads/workload.ts';

/** `only`: runs of these workloads; none: of all. */
export function drawPlan(seed: number, only: readonly string[] = []): Plan {
  const dice = new Dice(seed);
  const weather = drawWeather(dice.named('weather'));
  const count = dice.pick([1, 1, 2, 3, 5]);
  const runs: RunPlan[] = [];
  const incidents = [...weather.incidents];
  while (runs.length < count) {
    const runId = `run-${runs.length + 1}`;
    const own = dice.named(runId);
    const { name, draw, alone, hasBucket, befalls } = drawWorkload(own, { only, mayBeAlone: runs.length === 0 });
    const drawn = draw(own, runId);
    const callers = someWithFirstTurns(own.named('first turns'), drawn.callers);
    runs.push({ workload: name, runId, ...drawn, callers: someOverHttp(own.named('http'), callers) });
    incidents.push(...(befalls?.(own.named('befalls'), weather.faultsEndAtMs) ?? []));
    if (alone !== undefined)
      return {
        ...{ seed, runs },
        weather: { ...weather, ...(hasBucket && { hasBucket }), settings: { ...weather.settings, ...alone } },
      };
  }
  return { seed, runs, weather: { ...weather, incidents } };
}

function drawWorkload(
  dice: Dice,
  { only, mayBeAlone }: { readonly only: readonly string[]; readonly mayBeAlone: boolean },
): Workload {
  const possible = workloads.filter(
    ({ name, alone }) => (alone === undefined || mayBeAlone) && (only.length === 0 || only.includes(name)),
  );
  return workloadOf(dice.weighted(Object.fromEntries(possible.map(({ name, weight }) => [name, weight]))));
}

/** In some runs, some callers use the API. */
function someOverHttp(dice: Dice, callers: RunPlan['callers']): RunPlan['callers'] {
  const share = dice.pick([0, 0, 0, 0.5, 1]);
  if (share === 0) return callers;
  return callers.map((actions) =>
    actions.map((action) => (dice.chance(share) ? { ...action, isOverHttp: true } : action)),
  );
}

/** In some runs, who starts them takes the first turn. */
function someWithFirstTurns(dice: Dice, callers: RunPlan['callers']): RunPlan['callers'] {
  if (!dice.chance(0.2)) return callers;
  return callers.map((actions) =>
    actions.map((action) => (action.do === 'start' ? { ...action, takesFirstTurn: true } : action)),
  );
}
