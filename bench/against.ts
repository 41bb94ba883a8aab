/**
 * Two commits side by side: the same bench on the lib of each, in turn, so that both share the machine's mood. What counts
 * is the ratio of their medians.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundleBench } from './bundle-bench.ts';
import { median, round } from './measure.ts';

const ROOT = join(import.meta.dirname, '..');

export interface AgainstOptions {
  /** As git names it. */
  readonly commit: string;
  readonly workloads: readonly string[];
  readonly rounds: number;
}

type Line = Readonly<Record<string, unknown>>;

/** For each workload and store a line: of each figure the medians of there and here, and here divided by there. */
export async function compareWith({ commit, workloads, rounds }: AgainstOptions): Promise<Record<string, unknown>[]> {
  const checkout = checkOut(commit);
  try {
    const sides = { there: await bundleBench(checkout), here: await bundleBench(ROOT) };
    const figures = new Map<string, Record<keyof typeof sides, number[]>>();
    for (let count = 0; count < rounds; count += 1) {
      const order = count % 2 === 0 ? (['there', 'here'] as const) : (['here', 'there'] as const);
      for (const side of order) {
        process.stderr.write(`round ${count + 1} of ${rounds}: ${side === 'here' ? 'here' : commit}\n`);
        for (const [name, value] of readFigures(runBench(sides[side], workloads))) {
          const both = figures.get(name) ?? { there: [], here: [] };
          both[side].push(value);
          figures.set(name, both);
        }
      }
    }
    return [...figures].flatMap(([name, both]) => {
      const [there, here] = [median(both.there), median(both.here)];
      return both.there.length === 0 || both.here.length === 0
        ? []
        : [{ figure: name, there: round(there), here: round(here), ratio: round(here / there) }];
    });
  } finally {
    rmSync(checkout, { recursive: true });
  }
}

/**
 * The commit's lib with the bench of here, and the packages of here. It is no worktree of git, which an interruption would
 * leave behind.
 */
function checkOut(commit: string): string {
  const checkout = mkdtempSync(join(ROOT, 'node_modules/.cache/lull-bench-'));
  const archive = join(checkout, 'commit.tar');
  execFileSync('git', ['archive', '--output', archive, commit], { cwd: ROOT, stdio: 'inherit' });
  execFileSync('tar', ['-xf', archive], { cwd: checkout, stdio: 'inherit' });
  rmSync(join(checkout, 'bench'), { recursive: true, force: true });
  cpSync(join(ROOT, 'bench'), join(checkout, 'bench'), { recursive: true });
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
      typeof value === 'number' ? [[[...title, name].join(' '), value] as [string, number]] : [],
    );
  });
}
