/** One share of the seeds, one after the other, until there are enough runs, the time is over, or one fails. */
import { drawPlan } from './draw-plan.ts';
import { simulate } from './simulate.ts';
import { addReport, emptyTally, type Tally } from './tally.ts';

export interface Share {
  readonly firstSeed: number;
  /** Every so manyeth seed belongs to the share. */
  readonly stride: number;
  readonly runs: number;
  readonly untilMs: number;
  readonly workloads: readonly string[];
}

export interface Result {
  readonly tally: Tally;
  /** The seed that broke a rule. */
  readonly failed: number | undefined;
}

const TELL_EVERY_MS = 1_000;

/** `onProgress` is told now and then how far it is, and which seed is the next. */
export async function runSeeds(
  { firstSeed, stride, runs, untilMs, workloads }: Share,
  onProgress: (tally: Tally, seed: number) => void,
): Promise<Result> {
  const tally = emptyTally();
  let toldAtMs = 0;
  for (let seed = firstSeed; tally.runs < runs && Date.now() < untilMs; seed += stride) {
    if (Date.now() - toldAtMs >= TELL_EVERY_MS) {
      toldAtMs = Date.now();
      onProgress(tally, seed);
    }
    const plan = drawPlan(seed, workloads);
    const report = await simulate(plan);
    addReport(tally, report, plan.runs.length);
    if (report.violation !== undefined) return { tally, failed: seed };
  }
  return { tally, failed: undefined };
}
