/**
 * `npm run bench [workload ...]`: one line of JSON for each workload and store, medians of several runs. `README.md` says
 * how to read them.
 *
 * `npm run bench -- --against <commit> [--rounds 5] [workload ...]` runs that commit and this checkout in turn.
 * `npm run bench local ../a ../b` measures `lull dev` of these checkouts in turn. `lambda` and `local` are about other processes.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compareWith } from './against.ts';
import { bundleBench } from './bundle-bench.ts';
import { measureLambda } from './lambda/measure-lambda.ts';
import { measureLocal } from './local/measure-local.ts';
import { print } from './measure.ts';

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { against: { type: 'string' }, rounds: { type: 'string', default: '5' } },
});
const others = wanted.filter((workload) => workload !== 'lambda');

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
  if (wanted.length > 0 && !wanted.includes('lambda')) return 0;
  for (const line of await measureLambda()) print({ workload: 'lambda', ...line });
  return 0;
}

async function printComparison(commit: string, rounds: number): Promise<number> {
  const isCommit = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`]).status === 0;
  const isCount = Number.isInteger(rounds) && rounds >= 1;
  if (!isCommit) console.error(`git knows no commit "${commit}"`);
  if (!isCount) console.error(`--rounds cannot be "${values.rounds}": give a whole number, 1 or more`);
  if (!isCommit || !isCount) return 2;
  for (const line of await compareWith({ commit, workloads: wanted, rounds })) print(line);
  return 0;
}
