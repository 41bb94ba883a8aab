/** The bench of a checkout as one file, since a loader would slow the engine down. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import { esbuildFrames } from '../lib/frames/plugins/esbuild-frames.ts';

export type Program = 'main' | 'table' | 'profile' | 'compiled' | 'native' | 'cost';

const ENTRIES: Readonly<Record<Program, string>> = {
  main: 'bench/main.ts',
  table: 'bench/table/main.ts',
  profile: 'bench/profile/main.ts',
  // Of the workload with frames, compiled for them or not.
  compiled: 'bench/frames.ts',
  native: 'bench/frames.ts',
  // Compiled.
  cost: 'bench/cost/with-frames.ts',
};

/** The file is in the cache of the checkout's node_modules. */
export async function bundleBench(checkout: string, program: Program = 'main'): Promise<string> {
  const name = createHash('sha256').update(`${checkout}${program}`).digest('hex').slice(0, 8);
  const outfile = join(checkout, `node_modules/.cache/lull-bench-${name}.mjs`);
  await build({
    entryPoints: [join(checkout, ENTRIES[program])],
    absWorkingDir: checkout,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile, logLevel: 'warning' },
    conditions: ['lull-source'],
    // Of the files in bench/ themselves: those that look for files of the checkout find them from there.
    define: { 'import.meta.dirname': JSON.stringify(join(checkout, 'bench')) },
    external: ['@aws-sdk/*', '@babel/*', 'dynalite'],
    plugins: program === 'compiled' || program === 'cost' ? [esbuildFrames({ root: checkout })] : [],
  });
  return outfile;
}
