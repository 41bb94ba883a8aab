import { NonRetryableError, StepFailedError, stepContext } from 'lull';
import { crashEverywhere, createTestEngine } from 'lull/testing';
import { describe, expect, test } from 'vitest';
import orders from '../../../functions/examples/orders.json' with { type: 'json' };
import { checkout } from '../../../functions/workflows/checkout.ts';

const order = orders[0]!;

describe('a checkout', () => {
  test('charges the order, reserves the stock and prints the label', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    engine.mockStep('charge', () => 'payment-7');
    engine.mockStep('reserve', () => 'stock-7');
    engine.mockStep('print-label', () => 'label-7');

    expect(await engine.run(checkout, order)).toEqual({
      order: 'order-0001',
      cents: 2 * 1490 + 3 * 1190 + 1 * 1250 + 3 * 2150,
      payment: 'payment-7',
      stock: 'stock-7',
      label: 'label-7',
    });
    expect([...engine.calls('refund'), ...engine.calls('release')]).toEqual([]);
  });

  test('reserves and prints at once, after the charge', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    const log: string[] = [];
    for (const name of ['charge', 'reserve', 'print-label']) {
      engine.mockStep(name, async () => {
        log.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${name} ends`);
      });
    }
    await engine.run(checkout, order);

    expect(log.slice(0, 2)).toEqual(['charge begins', 'charge ends']);
    expect(log.slice(2, 4)).toEqual(['reserve begins', 'print-label begins']);
  });

  test('asks a service that is out of order again, with the same idempotency key', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    const keys: string[] = [];
    engine.mockStep('charge', () => {
      keys.push(stepContext().idempotencyKey);
      if (keys.length < 3) throw new Error('out of order, try again');
      return 'payment-7';
    });

    expect(await engine.run(checkout, order)).toMatchObject({ payment: 'payment-7' });
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test('charges with the same key when the worker dies before it knows the answer', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    const keys: string[] = [];
    engine.mockStep('charge', () => {
      keys.push(stepContext().idempotencyKey);
      return keys.length === 1 ? new Promise(() => undefined) : 'payment-7';
    });
    const run = await engine.start(checkout, order);
    await engine.settle();
    await engine.crash();

    expect(await run.result()).toMatchObject({ payment: 'payment-7' });
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });
});

describe('a checkout that fails', () => {
  test('at the label, gives the stock back and refunds the charge, the last first', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    const undone: string[] = [];
    engine.mockStep('print-label', () => {
      throw new NonRetryableError('no such address');
    });
    engine.mockStep('release', () => undone.push('release'));
    engine.mockStep('refund', () => undone.push('refund'));

    await expect(engine.run(checkout, order)).rejects.toMatchObject({ step: 'print-label' });
    expect(undone).toEqual(['release', 'refund']);
  });

  test('at the label, does not go on reserving', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    engine.mockStep('print-label', () => {
      throw new NonRetryableError('no such address');
    });
    engine.mockStep('reserve', () => {
      throw new Error('out of order, try again');
    });

    await expect(engine.run(checkout, order)).rejects.toThrow('no such address');
    expect(engine.calls('reserve')).toHaveLength(1);
    expect(engine.calls('release')).toHaveLength(1);
  });

  test('at the charge, asks for nothing else, and refunds what may have been charged', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    engine.mockStep('charge', () => {
      throw new Error('no answer');
    });

    await expect(engine.run(checkout, order)).rejects.toThrow(StepFailedError);
    expect(engine.calls('charge')).toHaveLength(5);
    expect(engine.calls('refund')).toHaveLength(1);
    expect([...engine.calls('reserve'), ...engine.calls('print-label')]).toEqual([]);
  });

  test('because it was cancelled, is undone too', async () => {
    const engine = createTestEngine({ workflows: [checkout] });
    engine.mockStep('reserve', () => new Promise(() => undefined));
    const run = await engine.start(checkout, order);
    await engine.settle();
    await run.cancel('the customer has changed her mind');

    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    expect(engine.calls('release')).toHaveLength(1);
    expect(engine.calls('refund')).toHaveLength(1);
  });

  test('at its schema, is never started', async () => {
    const engine = createTestEngine({ workflows: [checkout] });

    await expect(engine.start(checkout, { ...order, lines: [] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: '$.lines' }],
    });
  });
});

describe('wherever it crashes', () => {
  test('an order is completed', async () => {
    await crashEverywhere({
      workflows: [checkout],
      scenario: async (engine) => {
        expect(await engine.run(checkout, order)).toMatchObject({ order: 'order-0001', cents: 14_250 });
      },
    });
  }, 60_000);

  test('an order without an address is undone', async () => {
    await crashEverywhere({
      workflows: [checkout],
      scenario: async (engine) => {
        engine.mockStep('print-label', () => {
          throw new NonRetryableError('no such address');
        });
        await expect(engine.run(checkout, order)).rejects.toThrow('no such address');
        expect(engine.calls('refund').length).toBeGreaterThan(0);
      },
    });
  }, 60_000);
});
