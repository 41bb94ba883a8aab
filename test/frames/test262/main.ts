/**
 * `npm run test262 -- --from <folder>`: the programs of test262 that have generators, natively, compiled, and stored at
 * every resumption. The folder is a checkout of github.com/tc39/test262; nothing of it is kept here.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { readProgram, type Program } from './program.ts';
import { runProgram, type How } from './run-program.ts';

const { from, only, verbose } = new Command('npm run test262 --')
  .description('Programs of test262 that have generators: natively, compiled, and stored at every resumption.')
  .requiredOption('--from <folder>', 'a checkout of github.com/tc39/test262')
  .option('--only <text>', 'only files with this in their path', '')
  .option('--verbose', 'all that differ, not only how many')
  .parse()
  .opts<{ from: string; only: string; verbose?: true }>();

const texts = new Map<string, string>();

function harness(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(from, 'harness', file), 'utf8');
  texts.set(file, text);
  return text;
}

function programs(): Program[] {
  const test = join(from, 'test');
  if (!existsSync(test)) throw new Error(`${from} has no folder test: it is no checkout of test262`);
  const files = readdirSync(test, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.js') && !file.includes('_FIXTURE') && file.includes(only),
  );
  return files
    .sort()
    .flatMap((file) => readProgram(relative(from, join(test, file)), readFileSync(join(test, file), 'utf8')) ?? []);
}

const counts = { programs: 0, notNative: 0, compiled: 0, stored: 0 };
for (const program of programs()) {
  if (runProgram(program, 'native', harness) !== undefined) {
    counts.notNative += 1;
    continue;
  }
  counts.programs += 1;
  for (const how of ['compiled', 'stored'] satisfies How[]) {
    const wrong = runProgram(program, how, harness);
    if (wrong === undefined) counts[how] += 1;
    else if (verbose) console.log(`${how}: ${program.file}\n    ${wrong}`);
  }
}
console.log(
  `${counts.programs} programs with generators (${counts.notNative} more do not run on this Node): ` +
    `${counts.compiled} compiled as natively, ${counts.stored} with their frames stored at every resumption`,
);
