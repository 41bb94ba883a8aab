/**
 * `npm run model`: the run protocol as it was built, checked by SPIN. Prints a line per check, then how many passed.
 * Words choose the checks in whose names or switches they are. A check that fails keeps its folder, with the trail.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { checks } from './checks.ts';

/** Of one check: far more than any needs, also where much else is running. */
const TIME_LIMIT_MS = 15 * 60_000;
/** A check takes up to 1.2 GB. */
const AT_ONCE = Math.min(2, availableParallelism());

/** Breadth first gives the shortest trails; live checks have to go depth first, with processes treated fairly. */
const COMPILE = {
  safe: ['-DSAFETY', '-DCOLLAPSE', '-DNOCLAIM', '-DBFS'],
  live: ['-DCOLLAPSE', '-DNFAIR=3'],
} as const;
const RUN = { safe: ['-w24', '-E'], live: ['-m2000000', '-w22', '-a', '-f', '-E'] } as const;

interface Answer {
  readonly got: 'holds' | 'breaks' | 'unknown';
  readonly states: number;
  readonly seconds: number;
  /** What broke, in the words of the model. */
  readonly why: string;
  readonly folder: string;
}

const missing = ['spin', 'gcc'].filter((command) => spawnSync(command, ['--version']).error !== undefined);
if (missing.length > 0) {
  console.error(
    `The model is checked with SPIN, which compiles a checker with gcc; there is no ${missing.join(' and no ')} here.\n` +
      'Install both: apt-get install -y spin gcc (Debian, Ubuntu), brew install spin (macOS, with the command line tools).',
  );
  process.exit(2);
}

setPriority(15);
const words = process.argv.slice(2);
const chosen = checks.filter(({ name, switches }) => words.every((word) => `${name} ${switches}`.includes(word)));
if (chosen.length === 0) {
  console.error(`no check has "${words.join('" and "')}" in its name or switches; there are:`);
  for (const { name, switches } of checks) console.error(`  ${name} ${switches}`);
  process.exit(2);
}
const queue = chosen.values();
let failed = 0;
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(`${chosen.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

async function work(): Promise<void> {
  for (const check of queue) {
    const answer = await ask(check);
    const isRight = answer.got === check.want;
    console.log(describe(check, answer, isRight));
    if (isRight) rmSync(answer.folder, { recursive: true });
    else {
      failed += 1;
      console.log(`  wanted: ${check.want}. See ${answer.folder}; the trail: cd there, and ${trailCommand(check)}`);
    }
  }
}

async function ask(check: Check): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'lull-model-'));
  copyFileSync(join(import.meta.dirname, check.file), join(folder, check.file));
  const started = await run(folder, 'spin', ['-a', ...defines(check), check.file]);
  const level = check.want === 'holds' ? '-O2' : '-O0'; // what breaks does so soon
  const compiled = await run(folder, 'gcc', ['-w', level, ...COMPILE[check.kind], '-o', 'pan', 'pan.c']);
  const startedAtMs = performance.now();
  const output = await run(folder, './pan', RUN[check.kind]);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const states = Number(/(\d+) states, stored/.exec(output)?.[1] ?? 0);
  const isCycle = /acceptance cycle/.test(output);
  const isFound = isCycle || /assertion violated/.test(output);
  const isWhole = /errors: 0/.test(output) && !/too small|out of memory|not completed/i.test(output);
  const got = isFound ? 'breaks' : isWhole ? 'holds' : 'unknown';
  const why = isCycle ? 'goes on for ever without coming to rest' : isFound ? await findWhy(folder, check) : '';
  const problem = got === 'unknown' ? [started, compiled, output].join('\n').trim().slice(-500) : why;
  return { got, states, seconds, why: problem, folder };
}

/** The comment behind the assertion that failed. */
async function findWhy(folder: string, check: Check): Promise<string> {
  const trail = await run(folder, 'spin', ['-t', ...defines(check), check.file]);
  const line = Number(/:(\d+), Error: assertion violated/.exec(trail)?.[1] ?? 0);
  const text = readFileSync(join(folder, check.file), 'utf8').split('\n')[line - 1] ?? '';
  return `not so: ${/\/\* (.*?) \*\//.exec(text)?.[1] ?? text.trim()}`;
}

function defines({ kind, switches }: Check): string[] {
  const all = [...(kind === 'live' ? ['LIVE'] : []), ...switches.split(' ')];
  return all.filter((each) => each !== '').map((each) => `-D${each}`);
}

function trailCommand(check: Check): string {
  return `spin -t -p -g -l ${[...defines(check), check.file].join(' ')}`;
}

function describe({ kind, want, name }: Check, { got, states, seconds, why }: Answer, isRight: boolean): string {
  const figures = `${states.toLocaleString('en').padStart(10)} states ${seconds.toFixed(1).padStart(6)} s`;
  const verdict = `${isRight ? 'passed' : 'FAILED'}  ${got.padEnd(6)} ${kind} ${figures}`;
  return `${verdict}  ${name}${want === 'breaks' || !isRight ? `\n${' '.repeat(46)}${why}` : ''}`;
}

/** Whatever it prints, however it ends. */
function run(cwd: string, command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIME_LIMIT_MS });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => (output += error.message));
    child.on('close', () => {
      resolve(output);
    });
  });
}
