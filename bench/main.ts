/** Measures the engine: see `run.ts`. What it says holds for this machine; ratios between lines travel better. */
import { print } from './measure.ts';
import { openDynalite, openMemory, type BenchStore } from './stores.ts';
import { measureCost } from './workloads/cost.ts';
import { measureEngine } from './workloads/engine.ts';
import { measureFan } from './workloads/fan.ts';
import { measurePool } from './workloads/pool.ts';
import { measurePoolOfWorkers } from './workloads/pool-workers.ts';
import { measurePut } from './workloads/put.ts';
import { measureResume } from './workloads/resume.ts';
import { measureSeq } from './workloads/seq.ts';
import { measureSignals } from './workloads/signals.ts';
import { measureStart } from './workloads/start.ts';

type Figures = Record<string, number>;

const onEachStore: Record<string, (store: BenchStore) => Promise<Figures>> = {
  put: measurePut,
  seq: measureSeq,
  start: measureStart,
  resume: measureResume,
  fan: measureFan,
  signals: measureSignals,
  pool: measurePool,
};

const others: Record<string, () => Promise<Record<string, unknown>[]>> = {
  engine: measureEngine,
  cost: measureCost,
  pool: measurePoolOfWorkers,
};

const known = [...new Set([...Object.keys(onEachStore), ...Object.keys(others)])];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = wanted.filter((workload) => !known.includes(workload));
if (unknown.length > 0) {
  console.error(`there is no workload ${unknown.join(', ')}: there are ${known.join(', ')}`);
  process.exit(2);
}

for (const workload of wanted) {
  const measure = onEachStore[workload];
  if (measure !== undefined) {
    const inMemory = await measureOn(openMemory(), measure);
    if (Object.keys(inMemory).length > 0) print({ workload, store: 'memory', ...inMemory });
    const times = await measureOn(await openDynalite(), measure);
    const units = onlyUnits(await measureOn(await openDynalite({ isMetered: true }), measure));
    print({ workload, store: 'dynalite', ...times, ...units });
  }
  for (const line of (await others[workload]?.()) ?? []) print({ workload, ...line });
}

async function measureOn(store: BenchStore, measure: (store: BenchStore) => Promise<Figures>): Promise<Figures> {
  try {
    return await measure(store);
  } finally {
    await store.close();
  }
}

function onlyUnits(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => name.startsWith('writeUnits')));
}
