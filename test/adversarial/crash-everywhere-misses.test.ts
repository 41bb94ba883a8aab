/** Suspicion: crashEverywhere does not get through scenarios that are as ordinary as others. */
import { step, workflow } from 'lull';
import { crashEverywhere } from 'lull/testing';
import { expect, test } from 'vitest';

test('a crash after a step that threw at once is a crash point too', async () => {
  const throwing = workflow('throwing', function* () {
    yield* step('throw', { retry: false }, () => {
      throw new Error('no');
    });
  });
  await crashEverywhere({
    workflows: [throwing],
    scenario: async (engine) => {
      await expect(engine.run(throwing)).rejects.toThrow('no');
    },
  });
});

test('an input that is too large for the run item survives a start that is sent twice', async () => {
  const measure = workflow('measure', function* (text: string) {
    return text.length;
  });
  await crashEverywhere({
    workflows: [measure],
    scenario: async (engine) => {
      expect(await engine.run(measure, 'x'.repeat(1_000))).toBe(1_000);
    },
  });
});
