/**
 * `npm run bench [workload ...]`: one line of JSON for each workload and store, medians of several runs. `README.md` says
 * how to read them.
 *
 * `npm run bench -- --against <commit> [--rounds 5] [workload ...]` runs that commit and this checkout in turn; with
 * `--table` it measures what the table of `README.md` has, and prints such a table; with `--profile`, where the time goes.
 * `npm run bench local ../a ../b` measures `lull dev` of these checkouts in turn. `lambda` and `local` are about other processes.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compareWith } from './against.ts';
import { bundleBench } from './bundle-bench.ts';
import { measureLambda } from './lambda/measure-lambda.ts';
import { measureLocal } from './local/measure-local.ts';
import { median, print, round } from './measure.ts';
import { profileOf } from './profile/profile-of.ts';
import { tableOf } from './table/table-of.ts';

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    table: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});
/** Those that `main.ts` has. */
const others = wanted.filter((workload) => !['lambda', 'frames', 'unbounded'].includes(workload));

/** Of a step, compiled and not, in turn. */
const ROUNDS = 5;

process.exitCode = await main();

async function main(): Promise<number> {
  if (values.against !== undefined) return printComparison(values.against, Number(values.rounds));
  if (wanted[0] === 'local') {
    const checkouts = wanted.slice(1).map((checkout) => resolve(checkout));
    for (const line of await measureLocal(checkouts.length > 0 ? checkouts : undefined)) {
      print({ workload: 'local', ...line });
    }
    return 0;
  }
  if (wanted.length === 0 || others.length > 0) {
    const bundle = await bundleBench(resolve(import.meta.dirname, '..'));
    const { status } = spawnSync(process.execPath, [bundle, ...others], { stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  if (wanted.length === 0 || wanted.includes('frames')) {
    const status = await measureFrames(resolve(import.meta.dirname, '..'));
    if (status !== 0) return status;
  }
  if (wanted.length === 0 || wanted.includes('unbounded')) {
    const bundle = await bundleBench(resolve(import.meta.dirname, '..'), 'compiled');
    const { status } = spawnSync(process.execPath, [bundle, 'unbounded'], { stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  if (wanted.length > 0 && !wanted.includes('lambda')) return 0;
  for (const line of await measureLambda()) print({ workload: 'lambda', ...line });
  return 0;
}

/** The workload in a bundle with frames; and a step there, beside one in a bundle without them. */
async function measureFrames(checkout: string): Promise<number> {
  const [compiled, native] = [await bundleBench(checkout, 'compiled'), await bundleBench(checkout, 'native')];
  const stepIn = (bundle: string): number => {
    const { stdout } = spawnSync(process.execPath, [bundle, 'step'], { encoding: 'utf8' });
    return (JSON.parse(stdout) as { cpuUsPerStep: number }).cpuUsPerStep;
  };
  const steps = Array.from({ length: ROUNDS }, () => ({ compiled: stepIn(compiled), native: stepIn(native) }));
  const [compiledUs, nativeUs] = (['compiled', 'native'] as const).map((way) => median(steps.map((one) => one[way])));
  const ratio = round((compiledUs ?? 0) / (nativeUs ?? 1), 2);
  print({ workload: 'frames', cpuUsPerStep: compiledUs, cpuUsPerStepNative: nativeUs, ratio });
  const { status } = spawnSync(process.execPath, [compiled], { stdio: 'inherit' });
  return status ?? 1;
}

async function printComparison(commit: string, rounds: number): Promise<number> {
  const isCommit = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`]).status === 0;
  const isCount = Number.isInteger(rounds) && rounds >= 1;
  if (!isCommit) console.error(`git knows no commit "${commit}"`);
  if (!isCount) console.error(`--rounds cannot be "${values.rounds}": give a whole number, 1 or more`);
  if (!isCommit || !isCount) return 2;
  if (values.table) {
    console.log(tableOf(await compareWith({ commit, workloads: [], rounds, program: 'table' }), { commit, rounds }));
    return 0;
  }
  if (values.profile) {
    console.log(profileOf(await compareWith({ commit, workloads: [], rounds: 1, program: 'profile' }), commit));
    return 0;
  }
  for (const line of await compareWith({ commit, workloads: wanted, rounds })) {
    if (line.ratio !== undefined) print({ ...line });
  }
  return 0;
}
