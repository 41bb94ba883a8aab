/** Places in a pool, with a crash before and after each write and each body: the outcome is the same. */
import { expect, test } from 'vitest';
import { gather, pool, sleep, step, workflow } from '../../../lib/index.ts';
import { crashEverywhere } from '../../../lib/testing/index.ts';

test('runs that share one place all come to their end, wherever a worker dies', async () => {
  const one = pool('one', { concurrency: 1 });
  const work = workflow('work', function* (name: string) {
    const first = yield* step('first', { pool: one }, () => `${name} 1`);
    yield* sleep('1 minute');
    const second = yield* step('second', { pool: one }, () => `${name} 2`);
    return [first, second];
  });
  await crashEverywhere({
    workflows: [work],
    scenario: async (engine) => {
      const runs = [];
      for (const name of ['a', 'b', 'c']) runs.push(await engine.start(work, name));
      const results = await Promise.all(runs.map((run) => run.result()));
      expect(results).toEqual([
        ['a 1', 'a 2'],
        ['b 1', 'b 2'],
        ['c 1', 'c 2'],
      ]);
      const [left] = [await engine.client.pools.describe('one')];
      expect(left.places).toEqual([]);
      expect(left.waiting).toEqual([]);
    },
  });
}, 120_000);

test('a run whose steps wait for each other, wherever a worker dies', async () => {
  const few = pool('few', { concurrency: 2, concurrencyPerKey: 1 });
  const work = workflow('work', function* () {
    return yield* gather(
      ['a', 'a', 'b', 'c', 'b'].map((key, index) => step(`work ${index}`, { pool: few, key }, () => index)),
    );
  });
  await crashEverywhere({
    workflows: [work],
    scenario: async (engine) => {
      expect(await engine.run(work)).toEqual([0, 1, 2, 3, 4]);
    },
  });
}, 120_000);
