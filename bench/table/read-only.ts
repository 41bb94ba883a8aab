/** Steps in a row that only read, each of which waits for 5 ms: how many records they make, and how long they take. */
import { step, workflow } from 'lull';
import { createBench } from '../harness.ts';
import { medians } from '../measure.ts';
import type { BenchStore } from '../stores.ts';

const STEPS = 20;
const BODY_MS = 5;

const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, BODY_MS));

const reads = workflow('reads', function* (readOnly: boolean) {
  yield* step('first', () => 0); // a run's first record does not wait
  for (let at = 0; at < STEPS; at++) yield* step('read', readOnly ? { readOnly } : {}, wait);
});

/** `records`: beside those of a run without them. The bodies' time is what they take by themselves. */
export function measureReadOnly(store: BenchStore, { readOnly }: { readonly readOnly: boolean }) {
  const bench = createBench(store, [reads]);
  return medians(5, async () => {
    const bodiesBeganMs = performance.now();
    for (let at = 0; at < STEPS; at++) await wait();
    const bodiesMs = performance.now() - bodiesBeganMs;
    await bench.client.start(reads, readOnly);
    store.takeCounts();
    const startedMs = performance.now();
    await bench.work();
    return { records: store.takeCounts().records, timesOfTheBodies: (performance.now() - startedMs) / bodiesMs };
  });
}
