/** The context of a call: one storage for all engines of a process, and each engine's calls its own. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it, vi } from 'vitest';
import { step, workflow } from 'lull';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';

const greet = workflow('greet', function* (name: string) {
  return yield* step('greet', () => `hello ${name}`);
});

it('a process that has had many engines has no more storages for it', async () => {
  const used = new Set<unknown>();
  const run = Reflect.get(AsyncLocalStorage.prototype, 'run');
  const spy = vi.spyOn(AsyncLocalStorage.prototype, 'run').mockImplementation(function (this: unknown, ...args) {
    used.add(this);
    const result: unknown = Reflect.apply(run, this, args);
    return result;
  });
  const counts: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    expect(await createTestEngine({ workflows: [greet] }).run(greet, 'you')).toBe('hello you');
    counts.push(used.size);
  }
  spy.mockRestore();
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts).toEqual(counts.map(() => counts[0]));
});

it('a step that starts a run in another engine has ids of that engine', async () => {
  const inner = createTestEngine({ workflows: [greet] });
  const outer = workflow('outer', function* () {
    return yield* step('start', async () => (await inner.start(greet, 'you')).id);
  });
  const engine = createTestEngine({ workflows: [outer] });
  const id = await engine.run(outer);
  expect(await inner.client.run<string>(id).result()).toBe('hello you');
});
