/**
 * `npm run simulate:planted`: the simulator against code with a bug in it, one bug after the other. Each has to be found
 * within a number of seeds; one that is not is a hole in the simulator. Words of names choose some of them; `--keep`
 * keeps the smallest plan that finds each in seeds.json.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { keepSeed } from '../keep-seed.ts';
import { plantedBugs } from './all-bugs.ts';
import type { FirstFailure } from './first-failure.ts';
import { plant, type PlantedBug } from './planted-bug.ts';

const MOST_SEEDS = 5_000;
const TIME_LIMIT_MS = 10 * 60_000;
const BUNDLE = join('node_modules', '.cache', `lull-planted-${process.pid}.mjs`);

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
for (const bug of bugs) {
  const startedAtMs = performance.now();
  const found = await search(bug);
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
  if (found === null) survivors.push(bug.name);
  const where = found === null ? `NOT FOUND in ${MOST_SEEDS} seeds` : `seed ${found.seed}`;
  console.log(`${where.padEnd(12)} ${`${seconds} s`.padStart(6)}  ${bug.name}`);
  if (found === null) continue;
  console.log(`${' '.repeat(21)}by "${found.rule}": ${found.message.split('\n')[0]?.slice(0, 120)}`);
  if (isToKeep && found.plan !== undefined) keepSeed(SEEDS_FILE, { found: bug.name, plan: found.plan });
}
console.log(`${bugs.length - survivors.length} of ${bugs.length} planted bugs were found`);
if (survivors.length > 0) process.exitCode = 1;

async function search(bug: PlantedBug): Promise<FirstFailure | null> {
  await build({
    entryPoints: [join('test', 'simulation', 'planted', 'first-failure.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['lull-source'],
    external: ['@aws-sdk/*', 'dynalite'],
    outfile: BUNDLE,
    logLevel: 'warning',
    plugins: [planting(bug)],
  });
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [BUNDLE, String(MOST_SEEDS), ...(isToKeep ? ['shrink'] : [])],
    {
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
    },
  );
  // What brings the whole process down was found too.
  if (status !== 0) {
    return { seed: 0, rule: 'the process goes on', message: stderr.trim().slice(0, 200), plan: undefined };
  }
  return JSON.parse(stdout) as FirstFailure | null;
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
