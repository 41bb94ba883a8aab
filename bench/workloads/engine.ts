/**
 * The engine alone, without a store: microseconds for a step that is new, for a recorded one that is replayed, and for one
 * of many steps that are begun at once and end one by one.
 *
 * All run through whole turns; records are kept as they are.
 */
import { createBench } from '../harness.ts';
import { cpuMsSince, median, round } from '../measure.ts';
import { openNone } from '../stores.ts';
import * as measured from '../workflows.ts';

const { chainThenWaits, endOneByOne, goOn } = measured;

const LENGTHS = [100, 1_000, 10_000];
const TIMES = 9;

/** So many steps at once, and how often. */
const WIDTHS = [
  { width: 1_000, times: 9 },
  { width: 10_000, times: 3 },
  { width: 100_000, times: 1 },
];

const WITHOUT_LIMITS = {
  ...{ maxTasks: 1_000_000, maxPendingCommands: 1_000_000, maxCallbacksPerEvent: 10_000_000 },
  maxJournalEvents: 1_000_000,
};

export async function measureEngine(): Promise<Record<string, unknown>[]> {
  const lines = [];
  for (const steps of LENGTHS) {
    const all: Chain[] = [];
    for (let time = 0; time <= TIMES; time++) all.push(await measureChain(steps));
    all.shift(); // the compiler's
    const us = (part: (chain: Chain) => number): number => round((median(all.map(part)) * 1_000) / steps);
    const figures = {
      usPerStep: us(({ fresh }) => fresh.ms),
      cpuUsPerStep: us(({ fresh }) => fresh.cpuMs),
      usPerReplayedStep: us(({ replayed }) => replayed.ms),
      cpuUsPerReplayedStep: us(({ replayed }) => replayed.cpuMs),
    };
    lines.push({ of: `${steps} in a row`, store: 'none', ...figures });
  }
  for (const { width, times } of WIDTHS) {
    const all: Times[] = [];
    for (let time = 0; time < times; time++) all.push(await measureFan(width));
    lines.push({
      of: `${width} at once`,
      store: 'none',
      cpuUsPerStep: round((median(all.map(({ cpuMs }) => cpuMs)) * 1_000) / width),
    });
  }
  return lines;
}

/** Of 10,000 steps, in microseconds of the processor: new, replayed, and at once, which end one by one. */
export async function measureSteps() {
  const steps = 10_000;
  const all: Chain[] = [];
  for (let time = 0; time < 7; time++) all.push(await measureChain(steps));
  const wide: number[] = [];
  for (let time = 0; time < 3; time++) wide.push((await measureFan(steps)).cpuMs);
  const us = (times: readonly number[]): number => round((median(times) * 1_000) / steps);
  return {
    fresh: us(all.slice(1).map(({ fresh }) => fresh.cpuMs)),
    replayed: us(all.slice(1).map(({ replayed }) => replayed.cpuMs)),
    atOnce: us(wide),
  };
}

/** Of 100,000 at once. */
export async function measureWide(): Promise<number> {
  return round(((await measureFan(100_000)).cpuMs * 1_000) / 100_000);
}

/** Of one length, in time of the processor alone. */
export async function measureStep(steps: number): Promise<{ cpuUsPerStep: number }> {
  const times: number[] = [];
  for (let time = 0; time < 30; time++) times.push((await measureChain(steps)).fresh.cpuMs);
  return { cpuUsPerStep: round((median(times.slice(10)) * 1_000) / steps) };
}

interface Times {
  readonly ms: number;
  readonly cpuMs: number;
}

interface Chain {
  readonly fresh: Times;
  readonly replayed: Times;
}

/** A run of so many steps, which then waits for a signal; the turn that takes up the signal replays them. */
async function measureChain(steps: number): Promise<Chain> {
  const bench = createBench(openNone());
  const run = await bench.client.start(chainThenWaits, { steps, waits: 1 });
  const fresh = await timesOf(() => bench.work());
  bench.restart();
  await run.signal(goOn, 1);
  const replayed = await timesOf(() => bench.work());
  await run.result();
  return { fresh, replayed };
}

/** So many steps at once, each of which ends in a record of its own. */
async function measureFan(width: number): Promise<Times> {
  const bench = createBench(openNone(), measured, { settings: WITHOUT_LIMITS });
  const run = await bench.client.start(endOneByOne, width);
  const times = await timesOf(() => bench.work());
  await run.result();
  return times;
}

async function timesOf(action: () => Promise<void>): Promise<Times> {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  await action();
  return { ms: performance.now() - startedMs, cpuMs: cpuMsSince(startedCpu) };
}
