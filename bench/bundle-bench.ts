/** The bench of a checkout as one file, since a loader would slow the engine down. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import { esbuildFrames } from '../lib/frames/plugins/esbuild-frames.ts';

/** The file is in the cache of the checkout's node_modules. `frames`: of that workload, compiled for it or not. */
export async function bundleBench(checkout: string, frames?: 'compiled' | 'native'): Promise<string> {
  const name = createHash('sha256')
    .update(`${checkout}${frames ?? ''}`)
    .digest('hex')
    .slice(0, 8);
  const outfile = join(checkout, `node_modules/.cache/lull-bench-${name}.mjs`);
  await build({
    entryPoints: [join(checkout, frames === undefined ? 'bench/main.ts' : 'bench/frames.ts')],
    absWorkingDir: checkout,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile, logLevel: 'warning' },
    conditions: ['lull-source'],
    external: ['@aws-sdk/*', '@babel/*', 'dynalite'],
    plugins: frames === 'compiled' ? [esbuildFrames({ root: checkout })] : [],
  });
  return outfile;
}
