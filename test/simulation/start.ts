/**
 * `npm run simulate`: bundles the simulator, and runs it. With `--frames` it is compiled first: then runs are stored whenever they
 * rest, and go on from snapshots, and there are runs with an unbounded history.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { esbuildFrames } from '../../lib/frames/plugins/esbuild-frames.ts';
import { bundleOptions } from './bundle-options.ts';

const isCompiled = process.argv.includes('--frames');
const bundle = join('node_modules', '.cache', `lull-simulate${isCompiled ? '-frames' : ''}.mjs`);
await build({
  ...bundleOptions,
  entryPoints: [join('test', 'simulation', 'main.ts')],
  external: [...bundleOptions.external, 'commander'],
  outfile: bundle,
  plugins: isCompiled ? [esbuildFrames()] : [],
});
const { status } = spawnSync(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
