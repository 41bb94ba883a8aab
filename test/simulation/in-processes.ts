/** The seeds, shared out to processes of their own: each has its own heap, and its own core where there are enough. */
import { fork } from 'node:child_process';
import { type Result, runSeeds, type Share } from './run-seeds.ts';
import type { Tally } from './tally.ts';

type FromProcess = { readonly progress: Tally; readonly seed: number } | { readonly result: Result };

export interface InProcesses extends Omit<Share, 'stride'> {
  readonly processes: number;
  /** Told now and then what each process has come to so far. */
  readonly onProgress: (tallies: readonly Tally[]) => void;
}

/** All cores have work already: collecting garbage on others only takes turns with it. */
const ONE_CORE_EACH = ['--single-threaded-gc', '--max-semi-space-size=64'];

/**
 * `file` is a program that calls `serveShare`. Gives what each process has come to; one that fails ends the others, and
 * what those have done until then counts. Rejects if a process dies.
 */
export async function runInProcesses(file: string, options: InProcesses): Promise<Result[]> {
  const { processes, firstSeed, untilMs, workloads, onProgress } = options;
  const tallies: Tally[] = [];
  const children = Array.from({ length: processes }, () =>
    fork(file, { serialization: 'advanced', execArgv: ONE_CORE_EACH }),
  );
  const end = (): void => children.forEach((child) => child.kill('SIGKILL'));
  try {
    return await new Promise((resolve, reject) => {
      const results: Result[] = [];
      for (const [index, child] of children.entries()) {
        let lastSeed = firstSeed + index;
        child.on('message', (message: FromProcess) => {
          if ('result' in message) {
            results[index] = message.result;
            if (message.result.failed !== undefined) resolve(withOthers(results, tallies));
            else if (results.filter(Boolean).length === processes) resolve(results);
            return;
          }
          tallies[index] = message.progress;
          lastSeed = message.seed;
          onProgress(tallies.filter(Boolean));
        });
        child.once('exit', (code, signal) => {
          if (results[index] !== undefined) return;
          reject(
            new Error(`a process died (${signal ?? `exit code ${code ?? 0}`}), at seed ${lastSeed} or soon after`),
          );
        });
        const runs = Math.ceil((options.runs - index) / processes);
        child.send({ firstSeed: firstSeed + index, stride: processes, runs, untilMs, workloads } satisfies Share);
      }
    });
  } finally {
    end();
  }
}

/** In a process that was forked: does the share that it is given. */
export function serveShare(): void {
  process.once('message', (share: Share) => {
    const send = (message: FromProcess): void => void process.send?.(message);
    const work = runSeeds(share, (progress, seed) => send({ progress, seed }));
    // What it throws is nobody's to catch: the process ends with it, and the one that forked it is told.
    void work.then((result) => process.send?.({ result } satisfies FromProcess, () => process.disconnect()));
  });
  process.once('disconnect', () => process.exit());
}

/** Of those that were not asked to end: what they told last. */
function withOthers(results: readonly Result[], tallies: readonly Tally[]): Result[] {
  return tallies.flatMap((tally, index) => results[index] ?? { tally, failed: undefined });
}
