/** 200 steps, then 20 suspensions: a turn that takes up one signal, with the run in memory and without. */
import { createBench } from '../harness.ts';
import { cpuMsSince, median, medians } from '../measure.ts';
import type { BenchStore } from '../stores.ts';
import { chainThenWaits, goOn } from '../workflows.ts';

const STEPS = 200;
const SUSPENSIONS = 20;
const LONG = { steps: 10_000, waits: 3 };

/** The same of a journal of 10,000 records, cold. */
export async function measureLongResume(store: BenchStore) {
  const bench = createBench(store);
  const run = await bench.client.start(chainThenWaits, LONG);
  await bench.work();
  const times: { readonly ms: number; readonly cpuMs: number }[] = [];
  for (let at = 0; at < LONG.waits; at++) {
    await run.signal(goOn, at);
    bench.restart();
    const startedMs = performance.now();
    const startedCpu = process.cpuUsage();
    await bench.work();
    times.push({ ms: performance.now() - startedMs, cpuMs: cpuMsSince(startedCpu) });
  }
  await run.result();
  return { ms: median(times.map(({ ms }) => ms)), cpuMs: median(times.map(({ cpuMs }) => cpuMs)) };
}

export function measureResume(store: BenchStore) {
  const bench = createBench(store);
  const resume = async (prepare: () => void) => {
    const run = await bench.client.start(chainThenWaits, { steps: STEPS, waits: SUSPENSIONS });
    await bench.work();
    const times: number[] = [];
    const cpuTimes: number[] = [];
    let reads = 0;
    for (let at = 0; at < SUSPENSIONS; at++) {
      await run.signal(goOn, at);
      prepare();
      store.takeCounts();
      const startedMs = performance.now();
      const startedCpu = process.cpuUsage();
      await bench.work();
      times.push(performance.now() - startedMs);
      cpuTimes.push(cpuMsSince(startedCpu));
      reads += store.takeCounts().reads;
    }
    await run.result();
    return { ms: median(times), cpuMs: median(cpuTimes), reads: reads / SUSPENSIONS };
  };
  return medians(store.isMetered ? 1 : 5, async () => {
    const cold = await resume(() => {
      bench.restart();
    });
    const warm = await resume(() => undefined);
    const times = { coldMs: cold.ms, coldCpuMs: cold.cpuMs, warmMs: warm.ms, warmCpuMs: warm.cpuMs };
    return { ...times, coldReads: cold.reads, warmReads: warm.reads };
  });
}
