import { patched, sleep, step, workflow } from 'lull';
import { createTestEngine, MemoryStore } from 'lull/testing';
import { expect, test } from 'vitest';

// What docs/upgrading.md promises of its example.
const before = workflow('order', function* (id: string) {
  yield* step('charge', () => `charged ${id}`);
  yield* sleep('3 days');
  return yield* step('ship', () => `shipped ${id}`);
});

const order = workflow('order', function* (id: string) {
  yield* step('charge', () => `charged ${id}`);
  if (patched('check-fraud')) yield* step('check-fraud', () => 'no fraud');
  yield* sleep('3 days');
  return yield* step('ship', () => `shipped ${id}`);
});

test('a run that slept through a deployment goes on without the step that was added before its sleep', async () => {
  const store = new MemoryStore();
  const old = createTestEngine({ workflows: [before], store });
  await old.start(before, 'o-1', { id: 'o-1' });
  await old.settle();

  const today = createTestEngine({ workflows: [order], store, now: old.now() });
  await today.advance('3 days');
  expect(await today.client.run('o-1').result()).toBe('shipped o-1');
  expect(today.calls('check-fraud')).toEqual([]);

  expect(await today.run(order, 'o-2')).toBe('shipped o-2');
  expect(today.calls('check-fraud')).toHaveLength(1);
});
