import { crashEverywhere, createTestEngine } from 'lull/testing';
import { describe, expect, test } from 'vitest';
import { CardDeclined, cancelSubscription, subscription } from '../../../functions/workflows/subscription.ts';

const order = { customer: 'ada@example.com', card: '4242 4242', cents: 900, months: 3 };

describe('a subscription', () => {
  test('charges on the same day of each month, or on its last one', async () => {
    const engine = createTestEngine({ workflows: [subscription], now: new Date('2027-01-31T09:00:00Z') });
    const days: string[] = [];
    engine.mockStep('charge', () => days.push(engine.now().toISOString().slice(0, 10)));

    expect(await engine.run(subscription, order)).toEqual({ ended: 'served', monthsPaid: 3 });
    expect(days).toEqual(['2027-01-31', '2027-02-28', '2027-03-31']);
  });

  test('ends at once when the customer cancels', async () => {
    const engine = createTestEngine({ workflows: [subscription] });
    const run = await engine.start(subscription, order);
    await engine.advance('40 days');
    await run.signal(cancelSubscription, { reason: 'moving house' });

    expect(await run.result()).toEqual({ ended: 'cancelled', monthsPaid: 2, reason: 'moving house' });
    await engine.advance('60 days');
    expect(engine.calls('charge')).toHaveLength(2);
  });

  test('asks a bank that does not answer again within seconds', async () => {
    const engine = createTestEngine({ workflows: [subscription] });
    const startedAt = engine.now().getTime();
    const asked: number[] = [];
    engine.mockStep('charge', () => {
      asked.push(Math.round((engine.now().getTime() - startedAt) / 1000));
      if (asked.length < 3) throw new Error('no answer');
    });
    await engine.start(subscription, order);
    await engine.advance('1 day');

    expect(asked).toHaveLength(3);
    expect(asked[2]).toBeLessThan(5);
    expect(engine.calls('send mail')).toEqual([]);
  });

  test('tries a declined card again after 3, 6 and 12 days, with a letter each time, and then ends', async () => {
    const engine = createTestEngine({ workflows: [subscription], now: new Date('2027-01-01T09:00:00Z') });
    const days: number[] = [];
    engine.mockStep('charge', () => {
      days.push(engine.now().getUTCDate());
      throw new CardDeclined('no cover');
    });

    expect(await engine.run(subscription, order)).toEqual({ ended: 'unpaid', monthsPaid: 0 });
    expect(days).toEqual([1, 4, 10, 22]);
    expect(engine.calls('send mail')).toHaveLength(3 + 1);
  });

  test('goes on when the card has cover again', async () => {
    const engine = createTestEngine({ workflows: [subscription] });
    let declines = 2;
    engine.mockStep('charge', () => {
      if (declines-- > 0) throw new CardDeclined('no cover');
    });

    expect(await engine.run(subscription, order)).toEqual({ ended: 'served', monthsPaid: 3 });
  });

  test('is at most sixty months long, so that its journal has an end', async () => {
    const engine = createTestEngine({ workflows: [subscription] });

    await expect(engine.start(subscription, { ...order, months: 61 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await engine.run(subscription, { ...order, months: 60 })).toEqual({ ended: 'served', monthsPaid: 60 });
  });

  test('comes to the same end wherever it crashes while it is cancelled', async () => {
    await crashEverywhere({
      workflows: [subscription],
      scenario: async (engine) => {
        const run = await engine.start(subscription, order);
        await engine.advance('40 days');
        await run.signal(cancelSubscription, { reason: 'moving house' });
        expect(await run.result()).toEqual({ ended: 'cancelled', monthsPaid: 2, reason: 'moving house' });
      },
    });
  }, 60_000);

  test('comes to the same end wherever it crashes while it stays unpaid', async () => {
    await crashEverywhere({
      workflows: [subscription],
      scenario: async (engine) => {
        const noCover = { ...order, card: '4000 0002' };
        expect(await engine.run(subscription, noCover)).toEqual({ ended: 'unpaid', monthsPaid: 0 });
      },
    });
  }, 60_000);
});
