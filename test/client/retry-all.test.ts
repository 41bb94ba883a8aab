import { step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect, it } from 'vitest';
import { silent } from '../testing/silent.ts';
import { collect } from './client-world.ts';

let isUp = false;
const ship = workflow('ship', function* ({ tells }: { tells: boolean }) {
  try {
    yield* step('pack', () => 1);
    yield* step('send', { retry: false }, () => {
      if (!isUp) throw new Error('the warehouse is down');
    });
  } catch (error) {
    if (tells) yield* step('tell', () => undefined);
    throw error;
  }
});

it('lets all failed runs go on, but for those that are refused, and passes over the others', async () => {
  isUp = false;
  const engine = createTestEngine({ workflows: [ship], log: silent });
  for (const [id, tells] of [
    ['a', false],
    ['b', true],
    ['c', false],
  ] as const) {
    await engine.start(ship, { tells }, { id });
    await engine.settle();
  }
  const filter = { workflow: 'ship' };
  const looked = await collect(engine.client.retryAll(filter, { dryRun: true }));
  expect(looked.map(({ id, done }) => [id, done]).sort()).toEqual([
    ['a', false],
    ['b', false],
    ['c', false],
  ]);

  isUp = true;
  const results = await collect(engine.client.retryAll(filter));
  expect(results.map(({ id, done, error }) => [id, done, error?.code]).sort()).toEqual([
    ['a', true, undefined],
    ['b', false, 'RETRY_REFUSED'],
    ['c', true, undefined],
  ]);
  await engine.settle();
  expect((await engine.client.run('a').describe()).status).toBe('completed');
  expect(engine.calls('pack')).toHaveLength(3);
  expect((await collect(engine.client.retryAll(filter))).map(({ id }) => id)).toEqual(['b']);
});
