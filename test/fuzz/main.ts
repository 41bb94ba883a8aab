/** `npm run fuzz`: inputs that nobody would think of, led by what they reach in the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { drawSeed, positiveNumber, seedOrRandom } from '../command-options.ts';
import { targets, type TargetName } from './all-targets.ts';
import { readCorpus, runTarget, writeCorpus } from './run-target.ts';

const FINDINGS = join('node_modules', '.cache', 'lull-fuzz', 'findings');

interface Given {
  readonly target: TargetName | 'all';
  readonly minutes: number;
  readonly seed: number | 'random';
  readonly keep?: true;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const all = Object.keys(targets) as TargetName[];
  const given = new Command('npm run fuzz --')
    .description('Inputs that nobody would think of, led by what they reach in the code.')
    .addOption(new Option('--target <name>', 'all: but the needle').choices(['all', ...all]).default('all'))
    .option('--minutes <number>', 'for so long each', positiveNumber, 1)
    .option(
      '--seed <number>',
      'the same inputs again, as long as the code is the same; random: others',
      seedOrRandom,
      'random',
    )
    .option('--keep', 'keep what reaches something new, in test/fuzz/corpus')
    .showHelpAfterError()
    .parse()
    .opts<Given>();
  const { target, minutes, keep = false } = given;
  const wanted = target === 'all' ? all.filter((name) => name !== 'needle') : [target];
  const options = { minutes, seed: drawSeed(given.seed, Math.random), keep };
  let count = 0;
  for (const one of wanted) count += await fuzzOne(one, options);
  return count > 0 ? 1 : 0;
}

async function fuzzOne(target: TargetName, options: { minutes: number; seed: number; keep: boolean }): Promise<number> {
  const { minutes, seed, keep } = options;
  const startedAtMs = Date.now();
  const { report, findings } = await runTarget({ target, seed, untilMs: startedAtMs + minutes * 60_000 });
  const seconds = (Date.now() - startedAtMs) / 1_000;
  if (report !== undefined) {
    const { executions, coverageBefore, coverage, corpus } = report;
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    console.log(
      `${target.padEnd(13)} seed ${seed}: ${executions.toLocaleString('en-US')} executions in ${seconds.toFixed(0)} s ` +
        `(${(executions / seconds).toFixed(0)} a second), coverage ${percent(coverageBefore)} with the corpus, ` +
        `${percent(coverage)} at the end, ${corpus.length} inputs of interest, ${findings.length} findings`,
    );
    if (keep) writeCorpus(target, [...new Set([...readCorpus(target), ...corpus])].sort());
  }
  for (const [index, { input, error }] of findings.entries()) {
    mkdirSync(FINDINGS, { recursive: true });
    const file = join(FINDINGS, `${target}-${seed}-${index + 1}.txt`);
    writeFileSync(file, Buffer.from(input, 'latin1'));
    console.log(
      `  ${error.split('\n').slice(0, 6).join('\n  ')}\n  with ${JSON.stringify(input.slice(0, 300))} (${file})`,
    );
  }
  return findings.length;
}
