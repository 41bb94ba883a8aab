/**
 * Two commits side by side: the same bench on the lib of each, in turn, so that both share the machine's mood. What counts
 * is the ratio of their medians.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundleBench, type Program } from './bundle-bench.ts';
import { median, round } from './measure.ts';

const ROOT = join(import.meta.dirname, '..');

export interface AgainstOptions {
  /** As git names it. */
  readonly commit: string;
  readonly workloads: readonly string[];
  readonly rounds: number;
  /** Which of the bench's programs. */
  readonly program?: Extract<Program, 'main' | 'table' | 'profile'>;
}

type Line = Readonly<Record<string, unknown>>;

/** Of a figure that one side alone has, the other is not there. */
export interface Compared {
  readonly figure: string;
  readonly there: number | undefined;
  readonly here: number | undefined;
  readonly ratio: number | undefined;
}

/** Of each figure the medians of there and here, and here divided by there. */
export async function compareWith(options: AgainstOptions): Promise<Compared[]> {
  const { commit, workloads, rounds, program = 'main' } = options;
  const checkout = checkOut(commit);
  try {
    const sides = { there: await bundleBench(checkout, program), here: await bundleBench(ROOT, program) };
    const figures = new Map<string, Record<keyof typeof sides, number[]>>();
    for (let count = 0; count < rounds; count += 1) {
      const order = count % 2 === 0 ? (['there', 'here'] as const) : (['here', 'there'] as const);
      for (const side of order) {
        process.stderr.write(`round ${count + 1} of ${rounds}: ${side === 'here' ? 'here' : commit}\n`);
        const more = side === 'here' && program === 'table' ? ['--newer'] : [];
        for (const [name, value] of readFigures(runBench(sides[side], [...workloads, ...more]))) {
          const both = figures.get(name) ?? { there: [], here: [] };
          both[side].push(value);
          figures.set(name, both);
        }
      }
    }
    return [...figures].map(([figure, both]) => {
      const there = both.there.length === 0 ? undefined : round(median(both.there));
      const here = both.here.length === 0 ? undefined : round(median(both.here));
      return {
        figure,
        there,
        here,
        ratio: there === undefined || here === undefined ? undefined : round(here / there),
      };
    });
  } finally {
    rmSync(checkout, { recursive: true });
  }
}

/**
 * The commit's lib with the bench of here, and the packages of here. Where the lib is too old for the harness of here, the
 * bench of there has one that fits, and the workloads are those of here all the same. It is no worktree of git, which an
 * interruption would leave behind.
 */
function checkOut(commit: string): string {
  const checkout = mkdtempSync(join(ROOT, 'node_modules/.cache/lull-bench-'));
  const archive = join(checkout, 'commit.tar');
  execFileSync('git', ['archive', '--output', archive, commit], { cwd: ROOT, stdio: 'inherit' });
  execFileSync('tar', ['-xf', archive], { cwd: checkout, stdio: 'inherit' });
  const isOld = !existsSync(join(checkout, 'lib/client/run-operations.ts'));
  if (!isOld) rmSync(join(checkout, 'bench'), { recursive: true, force: true });
  const isTaken = (path: string): boolean => !(isOld && path === join(ROOT, 'bench/harness.ts'));
  cpSync(join(ROOT, 'bench'), join(checkout, 'bench'), { recursive: true, filter: isTaken });
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}

function runBench(bundle: string, workloads: readonly string[]): Line[] {
  const output = execFileSync(process.execPath, [bundle, ...workloads], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 << 20,
  });
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

/** Its texts name a line, its numbers are the figures. */
function readFigures(lines: readonly Line[]): [name: string, value: number][] {
  return lines.flatMap((line) => {
    const title = Object.values(line).filter((value) => typeof value === 'string');
    return Object.entries(line).flatMap(([name, value]) =>
      typeof value === 'number'
        ? [[(name === 'value' ? title : [...title, name]).join(' '), value] as [string, number]]
        : [],
    );
  });
}
