/** A workflow is paused and resumed, with a crash at each place: the outcome does not change. */
import { expect, test } from 'vitest';
import { child, signal, sleep, step, workflow } from 'lull';
import { crashEverywhere } from '../../lib/testing/crash-everywhere.ts';

const go = signal<string>('go');

test('runs of a workflow that is paused and resumed, and children, do what they would have done', async () => {
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
      const { workflows } = engine.client;
      const run = await engine.start(whole);
      await engine.settle();
      await workflows.pause('whole');
      await run.signal(go, 'a');
      await engine.advance('2 minutes');
      expect((await run.describe()).status).toBe('suspended');
      await workflows.resume('whole');
      await engine.advance('2 minutes');
      await workflows.pause('part');
      await engine.advance('2 hours');
      await workflows.resume('part');
      await run.signal(go, 'b');
      expect(await run.result()).toEqual(['first', 'a', 'part', 'b']);
    },
  });
  expect(points).toBeGreaterThan(20);
});
