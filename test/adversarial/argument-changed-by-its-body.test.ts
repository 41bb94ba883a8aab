/** A step's body changes what it was given: seen in memory, and not after a replay. */
import { defineStep, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it, vi } from 'vitest';

interface Order {
  paid?: boolean;
  lines: Map<string, number>;
}

const bodies: Record<string, (order: Order) => unknown> = {
  'a property': (order) => void (order.paid = true),
  'an entry of a Map in it': (order) => order.lines.set('b', 2),
  'something after a while': async (order) => {
    await Promise.resolve();
    order.paid = true;
  },
  'something before it fails': (order) => {
    order.paid = true;
    throw new Error('declined');
  },
};

describe.each(Object.entries(bodies))('a body that changes %s', (_, body) => {
  const pay = defineStep('pay', { retry: false }, (label: string, order: Order) => body(order));
  const shop = workflow('shop', function* () {
    const order: Order = { lines: new Map([['a', 1]]) };
    yield* pay('now', order);
    yield* sleep('1 day');
    return order.paid === true ? 'shipped' : 'never shipped';
  });

  it('fails its step in a test, with words that help', async () => {
    const error = await createTestEngine({ workflows: [shop] })
      .run(shop)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STEP_FAILED', cause: { code: 'ARGUMENT_CHANGED' } });
    expect(String((error as Error).cause)).toContain('argument 2 of step "pay" was changed while its body ran');
  });

  it('is a warning where the engine is not strict', async () => {
    const warn = vi.fn();
    const log = { debug: warn, info: warn, warn, error: warn };
    const engine = createTestEngine({ workflows: [shop], strict: false, log });
    await engine.run(shop).catch(() => undefined);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('argument 2 of step "pay" was changed'));
  });
});

it('a mock that changes its argument is found too', async () => {
  const pay = defineStep('pay', (order: { paid?: boolean }) => order.paid);
  const shop = workflow('shop', function* () {
    return yield* pay({});
  });
  const engine = createTestEngine({ workflows: [shop] });
  engine.mockStep('pay', (order: { paid?: boolean }) => (order.paid = true));
  await expect(engine.run(shop)).rejects.toMatchObject({ cause: { code: 'ARGUMENT_CHANGED' } });
});

it('arguments that are only read, or have no stored form, are left alone', async () => {
  const client = new (class Client {
    calls = 0;
  })();
  const call = defineStep('call', (service: typeof client, lines: number[]) => {
    service.calls += 1;
    return lines.length;
  });
  const count = workflow('count', function* () {
    return yield* call(client, [1, 2]);
  });
  await expect(createTestEngine({ workflows: [count] }).run(count)).resolves.toBe(2);
});

it('a variable that a body changes is as it was for a run that is rebuilt, and the kit finds that by itself', async () => {
  const count = workflow('count', function* () {
    let total = 0;
    yield* step('count', () => void (total = 5));
    yield* sleep('1 day');
    return total;
  });
  const outcome = (rebuildAtEveryAwait: boolean): Promise<unknown> =>
    createTestEngine({ workflows: [count], rebuildAtEveryAwait, checkReplay: false }).run(count);
  expect(await outcome(true)).toBe(0);
  expect(await outcome(false)).toBe(5);
  await expect(createTestEngine({ workflows: [count] }).run(count)).rejects.toMatchObject({ code: 'REPLAY_DIFFERS' });
});
