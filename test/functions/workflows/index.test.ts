import { createTestEngine } from 'lull/testing';
import { expect, test } from 'vitest';
import * as workflows from '../../../functions/workflows/index.ts';

const desk = { what: 'a desk', cents: 42_000, employee: 'ada@example.com', approver: 'grace@example.com' };

test('each example can be started by its name', async () => {
  const { client } = createTestEngine({ workflows });
  const error: unknown = await client.start('exmaple', {}).catch((thrown: unknown) => thrown);

  for (const name of ['approval', 'checkout', 'coroutines', 'forgotten-await', 'order-batch', 'subscription']) {
    expect((error as Error).message).toContain(name);
  }
});

test('a signal that is sent by its name is checked before it is accepted', async () => {
  const engine = createTestEngine({ workflows });
  const { id } = await engine.start(workflows.approval, desk);
  const run = engine.client.run(id);

  await expect(run.signal('decision', { approved: 'yes' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await run.signal('decision', { approved: true, by: 'Grace' });
  expect(await run.result()).toEqual({ outcome: 'approved', by: 'Grace' });
});
