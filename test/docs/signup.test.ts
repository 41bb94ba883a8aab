import { TimeoutError } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect, test } from 'vitest';
import { confirmed, signup } from './signup.ts';

test('a person who confirms is asked a week later', async () => {
  const engine = createTestEngine({ workflows: [signup] });
  const run = await engine.start(signup, 'ada@example.com');
  await engine.advance('1 day');
  await run.signal(confirmed, { name: 'Ada' });

  expect(await run.result()).toBe('Ada was asked');
  expect(engine.calls('mail')).toEqual([
    ['ada@example.com', 'Please confirm your address.'],
    ['ada@example.com', 'How do you like it, Ada?'],
  ]);
});

test('a person who does not confirm within two days is not asked', async () => {
  const engine = createTestEngine({ workflows: [signup] });

  await expect(engine.run(signup, 'ada@example.com')).rejects.toThrow(TimeoutError);
  expect(engine.calls('mail')).toHaveLength(1);
});

test('a mail service that fails is called again', async () => {
  const engine = createTestEngine({ workflows: [signup] });
  let calls = 0;
  engine.mockStep('mail', () => {
    calls += 1;
    if (calls === 1) throw new Error('busy');
  });
  const run = await engine.start(signup, 'ada@example.com');
  await run.signal(confirmed, { name: 'Ada' });

  expect(await run.result()).toBe('Ada was asked');
  expect(calls).toBe(3);
});
