/** Timers that are too far away for the queue, in the kit: the sweeper sends their wakes ahead of time. */
import fc from 'fast-check';
import { sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect, it } from 'vitest';

const MINUTE_MS = 60_000;

const sleepTwice = workflow('sleep-twice', function* ([first, second]: readonly [number, number]) {
  yield* sleep(first);
  const fromMs = Date.now();
  yield* sleep(second);
  return Date.now() - fromMs;
});

it('a timer in the kit fires at its time, however far away it is and whenever it was set', async () => {
  const farMs = fc.integer({ min: 14 * MINUTE_MS, max: 3 * 24 * 60 * MINUTE_MS });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 40_000 }), farMs, async (first, second) => {
      const engine = createTestEngine({ workflows: [sleepTwice] });
      expect(await engine.run(sleepTwice, [first, second])).toBe(second);
    }),
    { numRuns: 50 },
  );
});

it('a run that is started with a long delay begins at its time in the kit', async () => {
  const begin = workflow('begin', function* () {
    yield* sleep(0);
    return Date.now();
  });
  const engine = createTestEngine({ workflows: [begin] });
  const startedAtMs = engine.now().getTime();
  const run = await engine.start(begin, undefined, { delay: '16m 1s' });
  expect((await run.result()) - startedAtMs).toBe(16 * MINUTE_MS + 1_000);
});

it('the next attempt of a step begins at its time in the kit when the delay is longer than the queue takes', async () => {
  const slow = workflow('slow', function* () {
    yield* sleep('7s');
    const fromMs = Date.now();
    yield* step('flaky', { retry: { maxAttempts: 2, firstDelay: '20m', maxDelay: '1h', jitter: 0 } }, (ctx) => {
      if (ctx.attempt === 1) throw new Error('busy');
    });
    return Date.now() - fromMs;
  });
  const engine = createTestEngine({ workflows: [slow] });
  expect(await engine.run(slow)).toBe(20 * MINUTE_MS);
});
