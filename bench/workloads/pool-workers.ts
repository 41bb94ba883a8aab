/**
 * One pool of several workers, at a table whose every answer takes 5 ms: what bounds a pool are its changes, each of which
 * follows from the answer to the one before. Each run has one step in the pool. The figures say little of this machine, as long
 * as it is not so busy that answers take much longer: `msPerAnswer` says how long they took.
 */
import { setTimeout } from 'node:timers/promises';
import { pool, step, workflow } from 'lull';
import { createBench } from '../harness.ts';
import { round } from '../measure.ts';
import { openMemory, type BenchStore } from '../stores.ts';

const ANSWERS_AFTER_MS = 5;
const RUNS = 200;
/** Each takes one turn at a time. */
const WORKERS = [1, 4, 16, 64];

const pooled = workflow('pooled', function* (asked: { pool: string; places: number }) {
  yield* step('work', { pool: pool(asked.pool, { concurrency: asked.places }) }, () => 1);
});

export async function measurePoolOfWorkers(): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for (const places of [1_000, 8, 1]) {
    for (const workers of WORKERS) lines.push({ places, workers, ...(await measure(places, workers)) });
  }
  return lines;
}

async function measure(places: number, workers: number): Promise<Record<string, number>> {
  const table = answerLater(openMemory());
  const benches = Array.from({ length: workers }, () => createBench(table.store, [pooled]));
  const runs = await Promise.all(
    Array.from({ length: RUNS }, (_, index) => {
      const { client } = benches[index % workers] ?? createBench(table.store, [pooled]);
      return client.start(pooled, { pool: 'shared', places });
    }),
  );
  const { answers, waitedMs, changes, refused } = table.counted;
  const startedMs = performance.now();
  let areDone = false;
  const work = Promise.all(
    benches.map(async (bench) => {
      while (!areDone) {
        await bench.work();
        await setTimeout(1);
      }
    }),
  );
  await Promise.all(runs.map((run) => run.result()));
  const seconds = (performance.now() - startedMs) / 1_000;
  areDone = true;
  await work;
  const { counted } = table;
  return {
    attemptsPerSecond: round(RUNS / seconds, 1),
    changesPerAttempt: round((counted.changes - changes) / RUNS, 2),
    refusedPerAttempt: round((counted.refused - refused) / RUNS, 2),
    msPerAnswer: round((counted.waitedMs - waitedMs) / (counted.answers - answers), 2),
  };
}

/** The same store, each of whose answers takes so long. */
function answerLater(bench: BenchStore) {
  const counted = { changes: 0, refused: 0, answers: 0, waitedMs: 0 };
  const store = new Proxy(bench.store, {
    get: (target, key) => {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function' || key === 'listPools') return method;
      return async (...values: unknown[]): Promise<unknown> => {
        const sentMs = performance.now();
        await setTimeout(ANSWERS_AFTER_MS / 2);
        const answer: unknown = await Reflect.apply(method, target, values);
        await setTimeout(ANSWERS_AFTER_MS / 2);
        counted.answers += 1;
        counted.waitedMs += performance.now() - sentMs;
        if (key === 'changePool') {
          if ((answer as { kind: string }).kind === 'done') counted.changes += 1;
          else counted.refused += 1;
        }
        return answer;
      };
    },
  });
  return { store: { ...bench, store }, counted };
}
