/**
 * `npm run test262 -- --from <folder>`: the programs of test262 that have generators, natively, compiled, and stored at
 * every resumption. It fails for a difference that is not in the list of those that are known, and for one of the list that is
 * gone. The folder is a checkout of github.com/tc39/test262; nothing of it is kept here.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { expectedDifference } from './expected-differences.ts';
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
const reasons = new Map<string, number>();
const failures: string[] = [];

function compare(program: Program, how: Exclude<How, 'native'>): void {
  const { file } = program;
  const wrong = runProgram(program, how, harness);
  const expected = expectedDifference(file, how);
  if (wrong === undefined) counts[how] += 1;
  if (wrong !== undefined && expected !== undefined) {
    const line = `${how}: ${expected}`;
    reasons.set(line, (reasons.get(line) ?? 0) + 1);
  }
  if (wrong !== undefined && (verbose || expected === undefined)) console.log(`${how}: ${file}\n    ${wrong}`);
  if (wrong !== undefined && expected === undefined) failures.push(`${how}: ${file} differs`);
  if (wrong === undefined && expected !== undefined)
    failures.push(`${how}: ${file} does not differ any more: ${expected}`);
}

for (const program of programs()) {
  if (runProgram(program, 'native', harness) !== undefined) {
    counts.notNative += 1;
    continue;
  }
  counts.programs += 1;
  for (const how of ['compiled', 'stored'] as const) compare(program, how);
}
console.log(
  `${counts.programs} programs with generators (${counts.notNative} more do not run on this Node): ` +
    `${counts.compiled} compiled as natively, ${counts.stored} with their frames stored at every resumption`,
);
for (const [reason, count] of reasons) console.log(`    ${count} known to differ, ${reason}`);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
