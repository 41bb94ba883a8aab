/** 200 runs of 3 steps, 20 at a time: from the start of each to its result. */
import { createBench } from '../harness.ts';
import { cpuMsSince, medians, percentile } from '../measure.ts';
import type { BenchStore } from '../stores.ts';
import * as measured from '../workflows.ts';
import { chain } from '../workflows.ts';

const RUNS = 200;
const AT_ONCE = 20;
const STEPS = 3;

/** `takesFirstTurns`: the process that starts a run takes its first turn, and no worker has to. */
export function measureStart(store: BenchStore, { takesFirstTurns = false } = {}) {
  const bench = createBench(store, measured, { takesFirstTurns });
  return medians(store.isMetered ? 1 : 5, async () => {
    const times: number[] = [];
    let left = RUNS;
    const caller = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const startedMs = performance.now();
        const run = await bench.client.start(chain, STEPS);
        if (!takesFirstTurns) await bench.turn(run.id);
        await run.result();
        times.push(performance.now() - startedMs);
      }
    };
    const startedMs = performance.now();
    const startedCpu = process.cpuUsage();
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    const seconds = (performance.now() - startedMs) / 1_000;
    return {
      runsPerSecond: RUNS / seconds,
      cpuMsPerRun: cpuMsSince(startedCpu) / RUNS,
      p50Ms: percentile(times, 50),
      p99Ms: percentile(times, 99),
    };
  });
}
