/**
 * One pool: 200 runs of one step each that all find a place, 20 at a time, and one run whose 200 steps go through one place,
 * one after the other. How many attempts one pool takes.
 */
import { gather, pool, step, workflow } from 'lull';
import { createBench } from '../harness.ts';
import { medians } from '../measure.ts';
import type { BenchStore } from '../stores.ts';

const ATTEMPTS = 200;
const AT_ONCE = 20;

/** All its steps want places of one pool. */
const pooled = workflow('pooled', function* (asked: { pool: string; places: number; steps: number }) {
  const shared = pool(asked.pool, { concurrency: asked.places });
  yield* gather(
    Array.from({ length: asked.steps }, (_, index) => step(`work ${index}`, { pool: shared }, () => index)),
  );
});

export function measurePool(store: BenchStore) {
  const bench = createBench(store, [pooled]);
  let pools = 0;
  return medians(store.isMetered ? 1 : 5, async () => {
    const name = `pool-${(pools += 1)}`;
    let left = ATTEMPTS;
    const caller = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const run = await bench.client.start(pooled, { pool: `${name}-wide`, places: 1_000, steps: 1 });
        await bench.turn(run.id);
        await run.result();
      }
    };
    const freeMs = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, caller)));
    const run = await bench.client.start(pooled, { pool: `${name}-narrow`, places: 1, steps: ATTEMPTS });
    const waitingMs = await timed(async () => {
      await bench.turn(run.id);
      await run.result();
    });
    return {
      runsThatFindAPlacePerSecond: (ATTEMPTS * 1_000) / freeMs,
      attemptsThatWaitPerSecond: (ATTEMPTS * 1_000) / waitingMs,
    };
  });
}

async function timed(play: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await play();
  return performance.now() - startedMs;
}
