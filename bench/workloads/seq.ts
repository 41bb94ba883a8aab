/** One run of 100 steps that do nothing, one after the other: what a step costs. */
import { createBench } from '../harness.ts';
import { cpuMsSince, medians } from '../measure.ts';
import type { BenchStore } from '../stores.ts';
import { chain } from '../workflows.ts';

const STEPS = 100;

export function measureSeq(store: BenchStore) {
  const bench = createBench(store);
  return medians(store.isMetered ? 1 : 45, async () => {
    await bench.client.start(chain, STEPS);
    store.takeCounts();
    const startedMs = performance.now();
    const startedCpu = process.cpuUsage();
    await bench.work();
    const ms = performance.now() - startedMs;
    const cpuMs = cpuMsSince(startedCpu);
    const { reads, records, writeUnits } = store.takeCounts();
    return {
      msPerStep: ms / STEPS,
      cpuMsPerStep: cpuMs / STEPS,
      /** Take, the first record and finish are of the run, not of its steps. */
      ...(writeUnits === undefined ? {} : { writeUnitsPerStep: (writeUnits - OF_THE_RUN) / STEPS }),
      recordsPerStep: (records - 1) / STEPS,
      reads,
    };
  });
}

/** Take 1, the record of the start 1, finish 3. */
const OF_THE_RUN = 5;
