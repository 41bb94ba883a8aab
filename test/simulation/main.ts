/** `npm run simulate`: seed after seed, until the time is over or one fails. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { describeFailure } from './describe-failure.ts';
import { drawPlan } from './draw-plan.ts';
import { keepSeed } from './keep-seed.ts';
import { readOptions, type SimulationOptions, USAGE } from './options.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { add, addReport, describeTally, emptyTally, type Tally } from './tally.ts';

const SEEDS_FILE = join('test', 'simulation', 'seeds.json');
const MOST_ATTEMPTS = 1_500;

interface Share extends SimulationOptions {
  /** Every so manyeth seed is this thread's. */
  readonly stride: number;
}

interface Result {
  readonly tally: Tally;
  readonly failed: number | undefined;
}

if (isMainThread) process.exitCode = await main();
else parentPort?.postMessage(await runSeeds(workerData as Share));

async function main(): Promise<number> {
  let options: SimulationOptions;
  try {
    options = readOptions(process.argv.slice(2), Date.now(), Math.random);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const startedAtMs = performance.now();
  const results = options.threads <= 1 ? [await runSeeds({ ...options, stride: 1 })] : await onThreads(options);
  const tally = emptyTally();
  for (const result of results) add(tally, result.tally);
  console.log(describeTally(tally, (performance.now() - startedAtMs) / 1_000));
  const failed = results.flatMap((result) => result.failed ?? []).sort((a, b) => a - b)[0];
  console.log(`violations             ${failed === undefined ? 0 : 1}`);
  if (failed !== undefined) await explain(failed, options);
  return failed === undefined ? 0 : 1;
}

async function runSeeds({ firstSeed, seeds, untilMs, stride }: Share): Promise<Result> {
  const tally = emptyTally();
  for (let index = 0; index < seeds && Date.now() < untilMs; index += 1) {
    const seed = firstSeed + index * stride;
    const plan = drawPlan(seed);
    const report = await simulate(plan);
    addReport(tally, report, plan.runs.length);
    if (report.violation !== undefined) return { tally, failed: seed };
  }
  return { tally, failed: undefined };
}

function onThreads(options: SimulationOptions): Promise<Result[]> {
  const { threads, firstSeed, seeds } = options;
  return Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const share: Share = {
        ...options,
        firstSeed: firstSeed + index,
        seeds: Math.ceil((seeds - index) / threads),
        stride: threads,
      };
      const worker = new Worker(new URL(import.meta.url), { workerData: share });
      return new Promise<Result>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    }),
  );
}

async function explain(seed: number, { asItIs, keep }: SimulationOptions): Promise<void> {
  const plan = drawPlan(seed);
  const report = await simulate(plan);
  const smallest = asItIs ? { plan, report, attempts: 0 } : await shrink(plan, report, MOST_ATTEMPTS);
  console.log(describeFailure({ seed, ...smallest, commit: commit() }));
  const { violation } = smallest.report;
  if (keep) keepSeed(SEEDS_FILE, { found: `${violation?.rule}: ${violation?.message}`, plan: smallest.plan });
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
