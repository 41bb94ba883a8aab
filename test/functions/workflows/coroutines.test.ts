import { crashEverywhere, createTestEngine } from 'lull/testing';
import type { Workflow } from 'lull';
import { describe, expect, test } from 'vitest';
import * as tour from '../../../functions/workflows/coroutines.ts';

/** The result of a workflow, and how many seconds it took. */
async function timed<R>(workflow: Workflow<void, R>): Promise<{ result: R; seconds: number }> {
  const engine = createTestEngine({ workflows: tour });
  const startedAtMs = engine.now().getTime();
  const result = await engine.run(workflow);
  return { result, seconds: (engine.now().getTime() - startedAtMs) / 1000 };
}

describe("asyncio's tour", () => {
  test('two awaits in a row take two seconds', async () => {
    expect(await timed(tour.oneAfterTheOther)).toEqual({ result: ['hello Ada', 'hello Grace'], seconds: 2 });
  });

  test('gathered, they take one', async () => {
    expect(await timed(tour.atOnce)).toEqual({ result: ['hello Ada', 'hello Grace'], seconds: 1 });
  });

  test('a task goes on while the one who made it sleeps', async () => {
    const result = { before: false, after: true, result: 'hello Ada' };
    expect(await timed(tour.atTheSide)).toEqual({ result, seconds: 5 });
  });

  test('a race is over with the first one, and the other has cleaned up by then', async () => {
    expect(await timed(tour.firstOne)).toEqual({ result: { winner: 'fast', lost: ['slow'] }, seconds: 1 });
  });

  test('a timeout cancels what takes too long', async () => {
    expect(await timed(tour.inTime)).toEqual({ result: 'gave up after three seconds', seconds: 3 });
  });

  test('three workers pack nine parcels in three seconds', async () => {
    expect(await timed(tour.sharedWork)).toEqual({ result: { Ada: 3, Grace: 3, Edith: 3 }, seconds: 3 });
  });

  test('the tour visits all of them', async () => {
    const { seconds } = await timed(tour.coroutines);
    expect(seconds).toBe(2 + 1 + 5 + 1 + 3 + 3);
  });

  test('comes to the same end wherever it crashes', async () => {
    await crashEverywhere({
      workflows: tour,
      scenario: async (engine) => {
        expect(await engine.run(tour.coroutines)).toMatchObject({ inTime: 'gave up after three seconds' });
      },
    });
  }, 60_000);
});

describe('a forgotten await', () => {
  test('fails the run in a test, and names the line', async () => {
    const engine = createTestEngine({ workflows: tour });

    await expect(engine.run(tour.forgottenAwait)).rejects.toMatchObject({
      code: 'NEVER_AWAITED',
      message: expect.stringMatching(
        /^sleep\("1s"\) \(at coroutines\.ts:\d+:\d+\) was created and never awaited/,
      ) as string,
    });
  });

  test('where strict is off, the run goes on without what was forgotten, and the log tells', async () => {
    const warnings: unknown[] = [];
    const log = { ...console, warn: (what: unknown) => warnings.push(what) };
    const engine = createTestEngine({ workflows: tour, strict: false, log });
    const startedAt = engine.now();

    expect(await engine.run(tour.forgottenAwait)).toBe('no second has passed');
    expect(engine.now()).toEqual(startedAt);
    expect(warnings).toEqual([expect.stringContaining('was created and never awaited')]);
  });
});
