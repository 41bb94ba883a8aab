import { TimeoutError } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect, test } from 'vitest';
import { confirmed, signup } from './signup.ts';

test('who confirms is asked a week later', async () => {
  const engine = createTestEngine({ workflows: [signup] });
  engine.mockStep('mail the link', () => undefined);
  engine.mockStep('mail a question', () => undefined);

  const run = await engine.start(signup, 'ada@example.com');
  await engine.advance('1 day');
  await run.signal(confirmed, { name: 'Ada' });

  expect(await run.result()).toBe('Ada was asked');
  expect(engine.calls('mail a question')).toHaveLength(1);
});

test('who does not confirm within two days is not asked', async () => {
  const engine = createTestEngine({ workflows: [signup] });
  engine.mockStep('mail the link', () => undefined);

  await expect(engine.run(signup, 'ada@example.com')).rejects.toThrow(TimeoutError);
});
