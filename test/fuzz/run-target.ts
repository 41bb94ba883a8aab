/** Fuzzes one target: bundles it, lets a thread do it, and watches over that thread. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build, type Plugin } from 'esbuild';
import { targets, type TargetName } from './all-targets.ts';
import type { Finding, LoopReport } from './loop.ts';
import { LONGEST_INPUT } from './mutate.ts';
import { type FromWorker, WINDOW_HEAD_BYTES, type WorkerOrder } from './window.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUILD = join(ROOT, 'node_modules/.cache/lull-fuzz');
/** So long nothing may take. */
const HANGS_MS = 10_000;
const LOOK_EVERY_MS = 500;

export interface RunOptions {
  readonly target: TargetName;
  readonly seed: number;
  readonly untilMs: number;
  /** The first finding ends it. */
  readonly firstOnly?: boolean;
}

export interface RunResult {
  readonly report: LoopReport | undefined;
  readonly findings: readonly Finding[];
}

/** The inputs that are kept for a target. */
export function readCorpus(target: TargetName): string[] {
  try {
    return JSON.parse(readFileSync(corpusFile(target), 'utf8')) as string[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function writeCorpus(target: TargetName, corpus: readonly string[]): void {
  writeFileSync(corpusFile(target), `${JSON.stringify(corpus, undefined, 2)}\n`);
}

/** The file of the target's bundle. */
export async function bundleTarget(target: TargetName): Promise<string> {
  mkdirSync(BUILD, { recursive: true });
  const outfile = join(BUILD, `${target}.mjs`);
  await bundle(join(import.meta.dirname, `targets/${target}.ts`), outfile);
  return outfile;
}

export async function runTarget({ target, seed, untilMs, firstOnly = false }: RunOptions): Promise<RunResult> {
  const file = await bundleTarget(target);
  const workerFile = join(BUILD, 'worker.mjs');
  await bundle(join(import.meta.dirname, 'worker.ts'), workerFile);
  const window = new SharedArrayBuffer(WINDOW_HEAD_BYTES + LONGEST_INPUT);
  const order: WorkerOrder = { file, measures: targets[target], corpus: readCorpus(target), seed, untilMs, window };
  const worker = new Worker(workerFile, { workerData: order });
  const findings: Finding[] = [];
  return await new Promise<RunResult>((resolve) => {
    let report: LoopReport | undefined;
    let lastCount = -1;
    let lastAtMs = Date.now();
    const watch = setInterval(() => {
      const [count = 0] = new Int32Array(window, 0, 1);
      if (count !== lastCount) [lastCount, lastAtMs] = [count, Date.now()];
      else if (Date.now() - lastAtMs > HANGS_MS) {
        findings.push({ input: inputIn(window), error: `it hangs: nothing came of it in ${HANGS_MS / 1_000} s` });
        void worker.terminate();
      }
    }, LOOK_EVERY_MS);
    worker.on('message', (message: FromWorker) => {
      if ('report' in message) report = message.report;
      else findings.push(message.finding);
      if (firstOnly && findings.length > 0) void worker.terminate();
    });
    worker.once('error', (error) =>
      findings.push({ input: inputIn(window), error: `the thread died: ${error.stack}` }),
    );
    worker.once('exit', () => {
      clearInterval(watch);
      resolve({ report, findings });
    });
  });
}

function inputIn(window: SharedArrayBuffer): string {
  const [, length = 0] = new Int32Array(window, 0, 2);
  return Buffer.from(new Uint8Array(window, WINDOW_HEAD_BYTES, length)).toString('latin1');
}

function corpusFile(target: TargetName): string {
  return join(import.meta.dirname, `corpus/${target}.json`);
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' },
    ...{ conditions: ['lull-source'], absWorkingDir: resolve(ROOT), logLevel: 'warning', plugins: [noCloud] },
    // Packages that were written for `require` ask for it.
    banner: {
      js: `import { createRequire as bannerRequire } from 'node:module'; const require = bannerRequire(import.meta.url);`,
    },
    external: ['@aws-sdk/*', 'dynalite', 'classic-level', 'esbuild'],
  });
}

/** The command line must not start anything. */
const noCloud: Plugin = {
  name: 'no-cloud',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/dev\.ts$/ }, () => ({ path: join(import.meta.dirname, 'targets/no-cloud.ts') }));
  },
};
