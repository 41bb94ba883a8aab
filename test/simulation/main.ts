/** `npm run simulate`: seed after seed, until there are enough runs, the time is over, or one fails. */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeFailure } from './describe-failure.ts';
import { drawPlan } from './draw-plan.ts';
import { runInProcesses, serveShare } from './in-processes.ts';
import { keepSeed } from './keep-seed.ts';
import { createCommand, readOptions, type SimulationOptions } from './options.ts';
import { Progress } from './progress.ts';
import { type Result, runSeeds } from './run-seeds.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { add, describeTally, emptyTally } from './tally.ts';

const SEEDS_FILE = join('test', 'simulation', 'seeds.json');
const MOST_ATTEMPTS = 1_500;

if (process.send === undefined) process.exitCode = await main();
else serveShare();

async function main(): Promise<number> {
  const machine = { nowMs: Date.now(), random: Math.random, cores: availableParallelism() };
  const options = readOptions(createCommand(), process.argv.slice(2), machine);
  const startedAtMs = Date.now();
  console.log(`from seed ${options.firstSeed} on, ${options.processes} at a time`);
  const results = await runAll(options, startedAtMs);
  const tally = emptyTally();
  for (const result of results) add(tally, result.tally);
  console.log(describeTally(tally, (Date.now() - startedAtMs) / 1_000, options.processes));
  const failed = results.flatMap((result) => result.failed ?? []).sort((a, b) => a - b)[0];
  console.log(`violations             ${failed === undefined ? 0 : 1}`);
  if (failed !== undefined) await explain(failed, options);
  return failed === undefined ? 0 : 1;
}

async function runAll(options: SimulationOptions, startedAtMs: number): Promise<Result[]> {
  const { runs, untilMs, processes } = options;
  const progress = new Progress({ runs, untilMs, startedAtMs, output: process.stdout });
  try {
    if (processes === 1) {
      return [await runSeeds({ ...options, stride: 1 }, (tally) => progress.show([tally], Date.now()))];
    }
    const onProgress: Parameters<typeof runInProcesses>[1]['onProgress'] = (all) => progress.show(all, Date.now());
    return await runInProcesses(fileURLToPath(import.meta.url), { ...options, onProgress });
  } finally {
    progress.end();
  }
}

async function explain(seed: number, { asItIs, keep, frames, workloads }: SimulationOptions): Promise<void> {
  const plan = drawPlan(seed, workloads);
  const report = await simulate(plan);
  const smallest = asItIs ? { plan, report, attempts: 0 } : await shrink(plan, report, { mostAttempts: MOST_ATTEMPTS });
  console.log(describeFailure({ seed, workloads, ...smallest, commit: commit(), frames }));
  const { violation } = smallest.report;
  const found = `${violation?.rule}: ${violation?.message}`;
  if (keep) keepSeed(SEEDS_FILE, { found, ...(frames && { isCompiled: true }), plan: smallest.plan });
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
