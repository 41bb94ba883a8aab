/** 100 steps side by side. */
import { createBench } from '../harness.ts';
import { medians } from '../measure.ts';
import type { BenchStore } from '../stores.ts';
import { fan } from '../workflows.ts';

const WIDTH = 100;

export function measureFan(store: BenchStore) {
  const bench = createBench(store);
  return medians(store.isMetered ? 1 : 45, async () => {
    await bench.client.start(fan, WIDTH);
    store.takeCounts();
    const startedMs = performance.now();
    await bench.work();
    const ms = performance.now() - startedMs;
    const { records, writeUnits } = store.takeCounts();
    return { ms, records, ...(writeUnits === undefined ? {} : { writeUnits }) };
  });
}
