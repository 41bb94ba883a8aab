/**
 * What a person waits for at `lull dev`: its start, new code after a save, a run, the start of a run. The command runs as
 * it is published, from `dist`. Several checkouts are measured in turn, so that they share the machine's mood.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, round } from '../measure.ts';
import { buildDist } from './build-dist.ts';

const ROOT = join(import.meta.dirname, '../..');
const ROUNDS = 5;
const RUNS = 20;
const ANSWER_LIMIT_MS = 30_000;

const codeAnswering = (answer: string): string => `
  import { step, workflow } from 'lull';
  export const three = workflow('three', function* (input) {
    const a = yield* step('a', () => ${JSON.stringify(answer)});
    const b = yield* step('b', () => a);
    return yield* step('c', () => b);
  });
`;

type Figures = Record<'startMs' | 'reloadMs' | 'runMs' | 'startRunMs', number>;

/** Medians of each checkout's rounds. */
export async function measureLocal(checkouts: readonly string[] = [ROOT]): Promise<Record<string, unknown>[]> {
  for (const checkout of checkouts) await buildDist(checkout);
  const rounds = new Map<string, Figures[]>(checkouts.map((checkout) => [checkout, []]));
  for (let count = 0; count <= ROUNDS; count += 1) {
    for (const checkout of checkouts) {
      const figures = await measureRound(checkout);
      if (count > 0) rounds.get(checkout)?.push(figures); // the first one only warms the disk
    }
  }
  return [...rounds].map(([checkout, all]) => ({ of: checkout, ...medianOf(all) }));
}

function medianOf(all: readonly Figures[]): Record<string, number> {
  const names = Object.keys(all[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, round(median(all.map((figures) => figures[name])), 1)]));
}

async function measureRound(checkout: string): Promise<Figures> {
  const folder = mkdtempSync(join(checkout, 'dist/bench-')); // where the entry finds lull itself
  const entry = join(folder, 'workflows.ts');
  writeFileSync(entry, codeAnswering('old'));
  const startedMs = performance.now();
  const { child, url } = await startDev(checkout, entry, folder);
  const startMs = performance.now() - startedMs;
  try {
    await run(url, '?wait=20s');
    const runMs = await medianMs(() => run(url, '?wait=20s'));
    const startRunMs = await medianMs(() => run(url, ''));
    await run(url, '?wait=20s'); // behind all that were started
    const savedMs = performance.now();
    writeFileSync(entry, codeAnswering('new'));
    while ((await run(url, '?wait=20s')) !== 'new') {
      if (performance.now() - savedMs > ANSWER_LIMIT_MS) throw new Error('the new code was not taken up');
    }
    return { startMs, reloadMs: performance.now() - savedMs, runMs, startRunMs };
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startDev(
  checkout: string,
  entry: string,
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const { bin } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { bin: { lull: string } };
  const parameters = ['dev', entry, '--port', '0', '--dir', join(folder, '.lull')];
  const child = spawn(process.execPath, [join(checkout, bin.lull), ...parameters], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, found] = /lull dev at (http:\S+)/.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`lull dev did not start: ${output}`)));
  });
  return { child, url };
}

async function run(url: string, query: string): Promise<unknown> {
  const response = await fetch(`${url}/workflows/three/runs${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  return ((await response.json()) as { result?: unknown }).result;
}

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const tookMs: number[] = [];
  for (let count = 0; count < RUNS; count += 1) {
    const beganMs = performance.now();
    await work();
    tookMs.push(performance.now() - beganMs);
  }
  return median(tookMs);
}
