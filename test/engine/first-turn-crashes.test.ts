/** A starter that takes the first turn dies at each of its writes, and in each body, and calls again. */
import { child, createTask, gather, saga, signal, sleep, step, workflow } from 'lull';
import { crashEverywhere } from 'lull/testing';
import { expect, it } from 'vitest';

const go = signal<string>('go');
const firstTurnInApi = true;

const order = workflow('order', function* (word: string) {
  const paid = yield* step('pay', () => `${word} paid`);
  const { stock, label } = yield* gather({ stock: step('reserve', () => 1), label: step('label', () => 'l') });
  yield* sleep('1 day');
  return [paid, stock, label, yield* go.receive()];
});

it('an order with steps at once: it ends as without a crash', async () => {
  const { points } = await crashEverywhere({
    workflows: [order],
    firstTurnInApi,
    scenario: async (engine) => {
      const run = await engine.start(order, 'tea', { id: 'order' });
      await run.signal(go, 'now');
      expect(await run.result()).toEqual(['tea paid', 1, 'l', 'now']);
    },
  });
  expect(points).toBeGreaterThan(20);
});

it('runs that end, or come to rest, before they are there', async () => {
  const done = workflow('done', function* (word: string) {
    return word;
  });
  const rests = workflow('rests', function* () {
    return yield* go.receive();
  });
  await crashEverywhere({
    workflows: [done, rests],
    firstTurnInApi,
    scenario: async (engine) => {
      expect(await (await engine.start(done, 'x'.repeat(500), { id: 'done' })).result()).toBe('x'.repeat(500));
      const run = await engine.start(rests, undefined, { id: 'rests' });
      await run.signal(go, 'on');
      expect(await run.result()).toBe('on');
    },
  });
});

it('a first turn with a child, a task beside it, and an undo', async () => {
  const part = workflow('part', function* (n: number) {
    return yield* step('half', () => n / 2);
  });
  const whole = workflow('whole', function* () {
    const beside = createTask(step('beside', () => 'b'));
    const half = yield* child(part, 4);
    try {
      yield* saga(function* (undo) {
        yield* step('do', () => 1);
        undo.onFailure(function* () {
          yield* step('undo', () => 1);
        });
        throw new Error('no');
      });
    } catch {
      // undone
    }
    return [half, yield* beside];
  });
  await crashEverywhere({
    workflows: [part, whole],
    firstTurnInApi,
    scenario: async (engine) => {
      const run = await engine.start(whole, undefined, { id: 'whole' });
      expect(await run.result()).toEqual([2, 'b']);
      expect(engine.calls('undo').length).toBeGreaterThan(0);
    },
  });
});
