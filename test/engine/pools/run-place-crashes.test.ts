/** Places of runs, with a crash before and after each write: no place is lost, and none is had twice. */
import { expect, test } from 'vitest';
import { continueAsNew, pool, sleep, step, workflow } from '../../../lib/index.ts';
import { crashEverywhere } from '../../../lib/testing/index.ts';

test('runs that share one place come to their end one after the other, wherever a worker dies', async () => {
  const one = pool('one', { concurrency: 1 });
  const work = workflow('work', { pool: one }, function* (name: string) {
    const begin = yield* step('begin', () => name);
    yield* sleep('1 minute');
    return yield* step('end', { pool: one }, () => `${begin} done`);
  });
  await crashEverywhere({
    workflows: [work],
    scenario: async (engine) => {
      const runs = await Promise.all(['a', 'b'].map((name) => engine.start(work, name)));
      expect(await Promise.all(runs.map((run) => run.result()))).toEqual(['a done', 'b done']);
      const spans = [];
      for (const run of runs) {
        const times: number[] = [];
        for await (const { at } of run.history()) times.push(Number(at));
        spans.push({ begin: times[0] ?? 0, end: times.at(-1) ?? Infinity });
      }
      const [first, second] = spans.sort((a, b) => a.begin - b.begin);
      expect(second?.begin).toBeGreaterThanOrEqual(first?.end ?? 0);
      await engine.advance('6 minutes'); // of one whose worker died between its end and the pool
      const left = await engine.client.pools.describe('one');
      expect(left.waiting).toEqual([]);
    },
  });
}, 120_000);

test('one that waits is cancelled, and one continues as new, wherever a worker dies', async () => {
  const one = pool('one', { concurrency: 1 });
  const long = workflow('long', { pool: one }, function* (left: number) {
    yield* sleep('1 minute');
    if (left > 0) return yield* continueAsNew(left - 1);
    return 'done';
  });
  const short = workflow('short', { pool: one }, function* () {
    yield* sleep('1 second');
    return 'short';
  });
  await crashEverywhere({
    workflows: [long, short],
    scenario: async (engine) => {
      const first = await engine.start(long, 1);
      await engine.advance('1s');
      const [cancelled, waiting] = [await engine.start(short), await engine.start(short)];
      await engine.advance('1s');
      await cancelled.cancel('no more');
      expect(await Promise.all([first.result(), waiting.result()])).toEqual(['done', 'short']);
      await expect(cancelled.result()).rejects.toThrow('no more');
      expect(await engine.client.pools.describe('one')).toMatchObject({ waiting: [] });
    },
  });
}, 120_000);
