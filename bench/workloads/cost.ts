/** Write units, index writes included: starting and finishing, and going to bed and getting up. */
import { createBench, type Bench } from '../harness.ts';
import { openDynalite, type BenchStore } from '../stores.ts';
import { goOn, nothing, twoSignals, twoSignalsInTime, twoSleeps } from '../workflows.ts';

export async function measureCost(): Promise<Record<string, unknown>[]> {
  const store = await openDynalite({ isMetered: true });
  const bench = createBench(store);
  const lines = [
    { of: 'start and finish', writeUnits: await startAndFinish(bench) },
    { of: 'suspend and resume, a timer', writeUnits: await timer(bench) },
    { of: 'suspend and resume, a signal', writeUnits: await signal(bench, twoSignals) },
    { of: 'suspend and resume, a signal while a timer is pending', writeUnits: await signal(bench, twoSignalsInTime) },
  ];
  await store.close();
  return lines.map((line) => ({ store: store.name, ...line }));
}

async function startAndFinish(bench: Bench): Promise<number> {
  bench.store.takeCounts();
  await bench.client.start(nothing, undefined);
  await bench.work();
  return units(bench.store);
}

/** From a getting up to the next bed-time: the first timer fires, the second is waited for. */
async function timer(bench: Bench): Promise<number> {
  const run = await bench.client.start(twoSleeps, undefined);
  await bench.work();
  bench.passTime('1 day');
  bench.store.takeCounts();
  await bench.turn(run.id);
  return units(bench.store);
}

async function signal(bench: Bench, workflow: typeof twoSignals): Promise<number> {
  const run = await bench.client.start(workflow, undefined);
  await bench.work();
  bench.store.takeCounts();
  await run.signal(goOn, 1);
  await bench.work();
  return units(bench.store);
}

function units(store: BenchStore): number {
  return store.takeCounts().writeUnits ?? Number.NaN;
}
