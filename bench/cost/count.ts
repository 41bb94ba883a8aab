/** What one run of a workload uses, counted. */
import type { RunFrames } from '../../lib/scheduler/run-frames.ts';
import { createBench } from '../harness.ts';
import { openDynalite } from '../stores.ts';
import * as workloads from './workloads.ts';
import type { Workload } from './workloads.ts';

export interface Usage {
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Wakes that a worker took: each is an invocation, and a message that is sent, received and deleted. */
  readonly turns: number;
}

/** `frames`: with snapshots. */
export async function countUsage(workload: Workload, frames?: RunFrames): Promise<Usage> {
  const store = await openDynalite({ isMetered: true });
  try {
    const { order, report, subscription } = workloads;
    const stepMs = (workload.stepSeconds * 1_000) / workload.width;
    const bench = createBench(store, { order, report, subscription }, { stepMs, settings: { frames } });
    store.takeCounts();
    bench.takeTurns();
    const run = await workload.play(bench);
    const turns = bench.takeTurns();
    const { writeUnits = Number.NaN, readUnits = Number.NaN } = store.takeCounts();
    await run.result({ timeout: 0 });
    return { writeUnits, readUnits, turns };
  } finally {
    await store.close();
  }
}
