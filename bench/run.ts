/**
 * `npm run bench [workload ...]`: one line of JSON for each workload and store, medians of several runs.
 *
 * The engine is measured as one bundle, since a loader would slow it down; `lambda` and `local` are about other processes anyway.
 * `npm run bench local ../a ../b` measures `lull dev` of these checkouts in turn.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { measureLambda } from './lambda/measure-lambda.ts';
import { measureLocal } from './local/measure-local.ts';
import { print } from './measure.ts';

const OUTFILE = join(import.meta.dirname, '../node_modules/.cache/lull-bench.mjs');
const wanted = process.argv.slice(2);
const others = wanted.filter((workload) => workload !== 'lambda');

process.exitCode = await main();

async function main(): Promise<number> {
  if (wanted[0] === 'local') {
    const checkouts = wanted.slice(1).map((checkout) => resolve(checkout));
    for (const line of await measureLocal(checkouts.length > 0 ? checkouts : undefined)) {
      print({ workload: 'local', ...line });
    }
    return 0;
  }
  if (wanted.length === 0 || others.length > 0) {
    await build({
      entryPoints: [join(import.meta.dirname, 'main.ts')],
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile: OUTFILE, logLevel: 'warning' },
      conditions: ['lull-source'],
      external: ['@aws-sdk/*', 'dynalite'],
    });
    const { status } = spawnSync(process.execPath, [OUTFILE, ...others], { stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  if (wanted.length > 0 && !wanted.includes('lambda')) return 0;
  for (const line of await measureLambda()) print({ workload: 'lambda', ...line });
  return 0;
}
