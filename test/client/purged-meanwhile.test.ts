import { expect, it } from 'vitest';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld } from './client-world.ts';

it('an input that the purge of an earlier run of that id took with it is put again', async () => {
  const world = createWorld();
  const store = aroundStore(world.store, async ({ operation, runId, args }, go) => {
    const answer = await go();
    // The purge has listed the new input with the old run's items, and goes on to delete them.
    if (operation === 'putValue' && runs === 0) await world.store.deleteValue(runId ?? '', String(args[1]));
    if (operation === 'putValue') runs += 1;
    return answer;
  });
  let runs = 0;
  const input = 'x'.repeat(1_000);
  await world.clientWith({ store }).start('greet', input, { id: 'again' });
  const run = await world.store.readRun('again');
  expect(run?.input.kind).toBe('item');
  const key = run?.input.kind === 'item' ? run.input.key : '';
  expect(await world.store.readValue('again', key)).toBe(input);
});
