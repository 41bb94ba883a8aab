/** `npm run fuzz`: inputs that nobody would think of, led by what they reach in the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { targets, type TargetName } from './all-targets.ts';
import { readCorpus, runTarget, writeCorpus } from './run-target.ts';

const USAGE = `npm run fuzz -- [--target NAME|all] [--minutes N] [--seed random|N] [--keep]

  --target NAME   one of ${Object.keys(targets).join(', ')} (default: all but the needle)
  --minutes N     for so long each (default: 1)
  --seed N        the same inputs again, as long as the code is the same (random: others)
  --keep          keep what reaches something new, in test/fuzz/corpus`;
const FINDINGS = join('node_modules', '.cache', 'lull-fuzz', 'findings');

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', default: 'all' },
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: 'random' },
      keep: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  const seed = values.seed === 'random' ? Math.floor(Math.random() * 1e9) : Number(values.seed);
  const all = Object.keys(targets) as TargetName[];
  const wanted =
    values.target === 'all' ? all.filter((name) => name !== 'needle') : all.filter((name) => name === values.target);
  if (wanted.length === 0 || !(minutes > 0) || !Number.isSafeInteger(seed)) {
    console.error(`--target, --minutes or --seed is not as it can be\n\n${USAGE}`);
    return 2;
  }
  let count = 0;
  for (const target of wanted) count += await fuzzOne(target, { minutes, seed, keep: values.keep });
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
