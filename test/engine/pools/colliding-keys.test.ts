/** Two keys that are in one group share their turns, and nothing else. */
import { expect, test } from 'vitest';
import { pool, sleep, step, workflow } from '../../../lib/index.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import { createTestEngine } from '../../../lib/testing/index.ts';

test('keys that collide have each their own limit, and both come to their turn', async () => {
  const order: string[] = [];
  const perKey = pool('per-key', { concurrencyPerKey: 1 });
  const work = workflow('work', { pool: perKey, key: (key: string) => key }, function* (key: string) {
    yield* step('begin', () => void order.push(key));
    yield* sleep('1 hour');
    return key;
  });
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [work], store });
  // As many keys as it takes until two of them are in one group: each that waits has raised the turn of its group.
  const groups = new Map<string, string>();
  const runs = [];
  let pair: readonly string[] = [];
  for (let n = 0; pair.length === 0 && n < 100; n += 1) {
    const key = `key ${n}`;
    const before = (await store.readPool('per-key'))?.turns ?? {};
    runs.push(await engine.start(work, key), await engine.start(work, key));
    await engine.advance('1s');
    const after: Readonly<Record<string, number>> = (await store.readPool('per-key'))?.turns ?? {};
    const group = Object.keys(after).find((name) => after[name] !== (before as Record<string, number>)[name]) ?? '';
    const other = groups.get(group);
    if (other !== undefined) pair = [other, key];
    groups.set(group, key);
  }
  expect(pair).toHaveLength(2);
  // Both have begun, although they are in one group, and one of each waits.
  expect(pair.map((key) => order.filter((begun) => begun === key).length)).toEqual([1, 1]);
  await Promise.all(runs.map((run) => run.result()));
  expect(pair.map((key) => order.filter((begun) => begun === key).length)).toEqual([2, 2]);
});
