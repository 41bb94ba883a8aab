/** Runs that are restored at each await, with a crash at each point. */
import { child, gather, retry, saga, signal, sleep, step, timeout, update, workflow } from 'lull';
import { crashEverywhere } from 'lull/testing';
import { expect, it } from 'vitest';

const approved = signal<string>('approved');
const raise = update<number, number>('raise');

const part = workflow('part', function* (id: number) {
  yield* sleep('1 hour');
  return yield* step(`part ${id}`, () => id * 10);
});

const order = workflow('order', function* () {
  let limit = 1;
  raise.handle({
    *run(by) {
      limit += by;
      yield* sleep('1 minute');
      return limit;
    },
  });
  const parts = yield* gather([child(part, 1), child(part, 2)]);
  const by = yield* timeout('7 days', approved.receive());
  const tried = yield* retry({ maxAttempts: 3, firstDelay: '1 minute' }, function* (attempt) {
    yield* step('try', () => 'tried');
    if (attempt < 3) throw new Error('not yet');
    return attempt;
  });
  const undone: string[] = [];
  try {
    yield* saga(function* (order) {
      undone.push(yield* step('reserve', () => 'reserved'));
      order.onFailure(function* () {
        undone.push(yield* step('release', () => 'released'));
      });
      yield* sleep('1 day');
      throw new Error('no stock');
    });
  } catch (error) {
    undone.push((error as Error).message);
  }
  return { parts, by, tried, limit, undone };
});

const LIMIT_MS = 300_000;

it(
  'a run with children, messages, retries and a saga, restored at each await, ends the same after each crash',
  { timeout: LIMIT_MS },
  async () => {
    const { points } = await crashEverywhere({
      workflows: [order, part],
      frames: true,
      scenario: async (engine) => {
        const run = await engine.start(order);
        await engine.advance('2 hours');
        const raised = run.update(raise, 4, { idempotencyKey: 'raise-1' });
        await engine.advance('2 minutes');
        expect(await raised).toBe(5);
        await run.signal(approved, 'Ada', { idempotencyKey: 'approve-1' });
        expect(await run.result()).toMatchObject({
          parts: [10, 20],
          by: 'Ada',
          limit: 5,
          tried: 3,
          undone: ['reserved', 'released', 'no stock'],
        });
      },
    });
    expect(points).toBeGreaterThan(60);
  },
);
