/**
 * `npm run simulate:planted`: the simulator against code with a bug in it, one bug after the other. Each has to be found
 * within a number of seeds; one that is not is a hole in the simulator. Words of names choose some of them; `--keep`
 * keeps the smallest plan that finds each in seeds.json.
 */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { esbuildFrames } from '../../../lib/frames/plugins/esbuild-frames.ts';
import { bundleOptions } from '../bundle-options.ts';
import { keepSeed } from '../keep-seed.ts';
import { plantedBugs } from './all-bugs.ts';
import type { Search, SearchOptions } from './first-failure.ts';
import { plant, type PlantedBug } from './planted-bug.ts';

const run = promisify(execFile);

const MOST_SEEDS = 5_000;
/** Of computing: on a busy machine a search takes longer, and finds the same. */
const MOST_CPU_MS = 10 * 60_000;
/** A seed that does not end keeps the search from its limit. */
const TIME_LIMIT_MS = 60 * 60_000;
const BUNDLE = join('node_modules', '.cache', `lull-planted-${process.pid}`);

/** Where the plans are kept that find a bug, when they are asked for with `--keep`. */
const SEEDS_FILE = join('test', 'simulation', 'seeds.json');

const isToKeep = process.argv.includes('--keep');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--keep');
const bugs = plantedBugs.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (bugs.length === 0) {
  console.error(`no planted bug has "${wanted.join('" or "')}" in its name; there are:`);
  for (const { name } of plantedBugs) console.error(`  ${name}`);
  process.exit(2);
}
const survivors: string[] = [];
const cleanBundles = new Map<boolean, Promise<string>>();
const left = bugs.entries();
try {
  await Promise.all(Array.from({ length: availableParallelism() }, searchOnes));
} finally {
  for (const bundle of cleanBundles.values()) rmSync(await bundle, { force: true });
}
console.log(`${bugs.length - survivors.length} of ${bugs.length} planted bugs were found`);
if (survivors.length > 0) process.exitCode = 1;

async function searchOnes(): Promise<void> {
  for (const [number, bug] of left) {
    const startedAtMs = performance.now();
    const found = await search(bug, `${BUNDLE}-${number}.mjs`);
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
    const isFound = found.seed !== undefined;
    if (!isFound) survivors.push(bug.name);
    const where = isFound ? `seed ${found.seed}` : `NOT FOUND in ${found.seeds} seeds`;
    console.log(`${where.padEnd(12)} ${`${seconds} s`.padStart(6)}  ${bug.name}`);
    const indent = ' '.repeat(21);
    if (found.failAnyway.length > 0)
      console.log(`${indent}fail without the bug too: seeds ${found.failAnyway.join(', ')}`);
    if (!isFound) continue;
    console.log(`${indent}by "${found.rule}": ${found.message.split('\n')[0]?.slice(0, 120)}`);
    if (isToKeep && found.plan !== undefined)
      keepSeed(SEEDS_FILE, { found: bug.name, ...(bug.isCompiled && { isCompiled: true }), plan: found.plan });
  }
}

async function search(bug: PlantedBug, bundle: string): Promise<Search> {
  const isCompiled = bug.isCompiled ?? false;
  const cleanBundle = cleanBundles.get(isCompiled) ?? bundleClean(isCompiled);
  cleanBundles.set(isCompiled, cleanBundle);
  await bundleProgram('first-failure.ts', bundle, [planting(bug), ...(isCompiled ? [esbuildFrames()] : [])]);
  const options: SearchOptions = {
    ...{ mostSeeds: MOST_SEEDS, mostCpuMs: MOST_CPU_MS, cleanBundle: await cleanBundle, isToShrink: isToKeep },
    ...(bug.workload !== undefined && { workload: bug.workload }),
  };
  try {
    const { stdout } = await run(process.execPath, [bundle, JSON.stringify(options)], {
      timeout: TIME_LIMIT_MS,
      maxBuffer: 64_000_000,
    });
    return JSON.parse(stdout) as Search;
  } catch (error) {
    // What brings the whole process down was found too, and so was what keeps it from ever ending a seed.
    const { stderr = '', killed = false } = error as { stderr?: string; killed?: boolean };
    const message = killed
      ? `a seed did not end within ${TIME_LIMIT_MS / 60_000} minutes`
      : stderr.trim().slice(0, 200);
    return { seed: 0, rule: 'the process goes on', message, plan: undefined, seeds: 0, failAnyway: [] };
  } finally {
    rmSync(bundle, { force: true });
  }
}

async function bundleClean(isCompiled: boolean): Promise<string> {
  const bundle = `${BUNDLE}-clean${isCompiled ? '-compiled' : ''}.mjs`;
  await bundleProgram('clean-code.ts', bundle, isCompiled ? [esbuildFrames()] : []);
  return bundle;
}

async function bundleProgram(name: string, outfile: string, plugins: Plugin[]): Promise<void> {
  await build({ ...bundleOptions, entryPoints: [join('test', 'simulation', 'planted', name)], outfile, plugins });
}

/** Gives the bundler the file with the bug in it. */
function planting(bug: PlantedBug): Plugin {
  const file = resolve(bug.file);
  return {
    name: 'planting',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path !== file) return undefined;
        return { contents: plant(bug, readFileSync(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}
