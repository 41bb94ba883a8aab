/** Pauses and resumes with a crash at each place: the outcome does not change. */
import { expect, test } from 'vitest';
import { child, signal, sleep, step, workflow } from 'lull';
import { crashEverywhere } from '../../lib/testing/crash-everywhere.ts';

const go = signal<string>('go');

test('a run that is paused and resumed, and its child, do what they would have done, whatever crashes', async () => {
  const part = workflow('part', function* () {
    return yield* step('part', () => 'part');
  });
  const whole = workflow('whole', function* () {
    const first = yield* step('first', () => 'first');
    const word = yield* go.receive();
    yield* sleep('1 hour');
    return [first, word, yield* child(part), yield* go.receive()];
  });
  const { points } = await crashEverywhere({
    workflows: [part, whole],
    scenario: async (engine) => {
      const run = await engine.start(whole);
      await engine.settle();
      await run.pause();
      await run.signal(go, 'a');
      await engine.advance('1 minute');
      expect((await run.describe()).status).toBe('paused');
      await run.resume();
      await engine.settle();
      await run.pause();
      await engine.advance('2 hours');
      await run.signal(go, 'b');
      await run.resume();
      expect(await run.result()).toEqual(['first', 'a', 'part', 'b']);
    },
  });
  expect(points).toBeGreaterThan(20);
});

test('a run that is cancelled while it is paused cleans up once, whatever crashes', async () => {
  const order = workflow('order', function* () {
    try {
      yield* go.receive();
    } finally {
      yield* step('clean up', () => 'clean');
    }
  });
  const { points } = await crashEverywhere({
    workflows: [order],
    scenario: async (engine) => {
      const run = await engine.start(order);
      await engine.settle();
      await run.pause();
      await run.cancel('enough');
      await expect(run.result()).rejects.toThrow();
      expect((await run.describe()).status).toBe('cancelled');
    },
  });
  expect(points).toBeGreaterThan(8);
});
