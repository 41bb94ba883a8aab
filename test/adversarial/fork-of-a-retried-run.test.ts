/**
 * The suspicion: what a run has asked for after it was tried again has other ids than what it asked for before. Does a fork,
 * which was never tried again itself, follow that?
 */
import { expect, test } from 'vitest';
import { child, step, workflow } from 'lull';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { failed } from '../engine/failed-runs.ts';

const helper = workflow('helper', function* (by: number) {
  return yield* step('help', () => by + 1);
});

/** Its child is started by the try that has got past `break`. */
function family(isMended: () => boolean) {
  return workflow('family', function* (by: number) {
    yield* step('break', { retry: false }, () => {
      if (!isMended()) throw new Error('it is broken');
    });
    const helped = yield* child(helper, 1);
    return yield* step('add', () => helped + by);
  });
}

test('a fork follows the start of a child that a run has asked for after it was tried again', async () => {
  let isMended = false;
  const parent = family(() => isMended);
  const engine = createTestEngine({ workflows: [parent, helper] });
  const run = await engine.start(parent, 1);
  await failed(run);
  isMended = true;
  await run.retry();
  expect(await run.result()).toBe(3);

  const fork = await run.fork({ before: 'add#3', input: 10 });
  expect(await fork.result()).toBe(12);
  const again = await fork.fork({ before: 'add#3', input: 100 });
  expect(await again.result()).toBe(102);
  expect(engine.calls('help')).toHaveLength(1);
});
