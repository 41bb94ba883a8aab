/**
 * The engine alone, without a store: microseconds for a step that is new, and for a recorded one that is replayed.
 *
 * Both run through whole turns; records are kept as they are.
 */
import { createBench } from '../harness.ts';
import { median, round } from '../measure.ts';
import { openNone } from '../stores.ts';
import { chainThenWaits, goOn } from '../workflows.ts';

const LENGTHS = [100, 1_000, 10_000];
const TIMES = 9;

export async function measureEngine(): Promise<Record<string, unknown>[]> {
  const lines = [];
  for (const steps of LENGTHS) {
    const fresh: number[] = [];
    const replayed: number[] = [];
    for (let time = 0; time <= TIMES; time++) {
      const us = await measureRun(steps);
      if (time === 0) continue; // the compiler's
      fresh.push(us.fresh / steps);
      replayed.push(us.replayed / steps);
    }
    const figures = { usPerStep: round(median(fresh)), usPerReplayedStep: round(median(replayed)) };
    lines.push({ store: 'none', steps, ...figures });
  }
  return lines;
}

/** A run of so many steps, which then waits for a signal; the turn that takes up the signal replays them. */
async function measureRun(steps: number): Promise<{ fresh: number; replayed: number }> {
  const bench = createBench(openNone());
  const run = await bench.client.start(chainThenWaits, { steps, waits: 1 });
  const fresh = await microseconds(() => bench.work());
  bench.restart();
  await run.signal(goOn, 1);
  const replayed = await microseconds(() => bench.work());
  await run.result();
  return { fresh, replayed };
}

async function microseconds(action: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await action();
  return (performance.now() - startedMs) * 1_000;
}
