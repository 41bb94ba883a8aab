/** The bench of a checkout as one file, since a loader would slow the engine down. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The file is in the cache of the checkout's node_modules. */
export async function bundleBench(checkout: string): Promise<string> {
  const name = createHash('sha256').update(checkout).digest('hex').slice(0, 8);
  const outfile = join(checkout, `node_modules/.cache/lull-bench-${name}.mjs`);
  await build({
    entryPoints: [join(checkout, 'bench/main.ts')],
    absWorkingDir: checkout,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile, logLevel: 'warning' },
    conditions: ['lull-source'],
    external: ['@aws-sdk/*', 'dynalite'],
  });
  return outfile;
}
