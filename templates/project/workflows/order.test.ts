import { crashEverywhere, createTestEngine } from 'lull/testing';
import { expect, test } from 'vitest';
import { decided, order } from './order.ts';

const desk = { id: 'desk', cents: 42_000, email: 'ada@example.com' };

test('an order that is approved is delivered, and a week later the customer is asked', async () => {
  const engine = createTestEngine({ workflows: [order] });
  const run = await engine.start(order, desk);
  await engine.advance('1 day');
  await run.signal(decided, { approved: true, by: 'Grace' });

  expect(await run.result()).toEqual({ outcome: 'delivered', approvedBy: 'Grace' });
  expect(engine.calls('mail')).toEqual([
    ['ada@example.com', 'Your order desk is on its way.'],
    ['ada@example.com', 'How do you like it?'],
  ]);
});

test('an order on which nobody decides within two days expires, and its goods are released', async () => {
  const engine = createTestEngine({ workflows: [order] });

  expect(await engine.run(order, desk)).toEqual({ outcome: 'expired' });
  expect(engine.calls('release')).toEqual([['R-desk']]);
});

test('an order comes to the same end wherever its worker crashes', async () => {
  await crashEverywhere({
    workflows: [order],
    scenario: async (engine) => {
      const run = await engine.start(order, desk);
      await run.signal(decided, { approved: false, by: 'Grace' });
      expect(await run.result()).toEqual({ outcome: 'refused' });
    },
  });
});
