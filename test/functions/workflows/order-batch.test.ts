import { crashEverywhere, createTestEngine } from 'lull/testing';
import { describe, expect, test } from 'vitest';
import batch from '../../../functions/examples/order-batch.json' with { type: 'json' };
import { orderBatch } from '../../../functions/workflows/order-batch.ts';

describe('a batch of orders', () => {
  test('ships all that the carrier takes, and names the others with the reason', async () => {
    const engine = createTestEngine({ workflows: [orderBatch] });
    const { shipped, cents, failed } = await engine.run(orderBatch, batch);

    expect(shipped).toHaveLength(295);
    expect(cents).toBe(310_500);
    expect(failed).toEqual([
      { id: 'order-2042', why: 'the carrier does not deliver to AQ' },
      { id: 'order-2119', why: '36400 g are too heavy for the carrier' },
      { id: 'order-2188', why: 'the carrier does not deliver to GL' },
      { id: 'order-2230', why: '41250 g are too heavy for the carrier' },
      { id: 'order-2263', why: 'the carrier does not deliver to AQ' },
    ]);
  });

  test('never asks the carrier for more than twenty labels at once', async () => {
    const engine = createTestEngine({ workflows: [orderBatch] });
    let running = 0;
    let most = 0;
    engine.mockStep('buy label', async ({ id }: { id: string }, cents: number) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { tracking: id, cents };
    });
    await engine.run(orderBatch, batch);

    expect(most).toBe(20);
  });

  test('asks a carrier that stumbles again', async () => {
    const engine = createTestEngine({ workflows: [orderBatch] });
    let calls = 0;
    engine.mockStep('buy label', ({ id }: { id: string }, cents: number) => {
      calls += 1;
      if (calls % 2 === 1) throw new Error('busy');
      return { tracking: id, cents };
    });
    const { failed } = await engine.run(orderBatch, { orders: batch.orders.slice(0, 3) });

    expect(failed).toEqual([]);
    expect(calls).toBe(6);
  });

  test('may be empty', async () => {
    const engine = createTestEngine({ workflows: [orderBatch] });

    expect(await engine.run(orderBatch, { orders: [] })).toEqual({ shipped: [], cents: 0, failed: [] });
  });

  test('comes to the same end wherever it crashes', async () => {
    const few = { orders: [40, 41, 42].flatMap((at) => batch.orders[at] ?? []) };
    await crashEverywhere({
      workflows: [orderBatch],
      scenario: async (engine) => {
        const { shipped, failed } = await engine.run(orderBatch, few);
        expect(shipped).toEqual(['LULL-order-2041', 'LULL-order-2043']);
        expect(failed.map(({ id }) => id)).toEqual(['order-2042']);
      },
    });
  }, 60_000);
});
