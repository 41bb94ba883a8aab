import { crashEverywhere, createTestEngine, type TestEngine } from 'lull/testing';
import { describe, expect, test } from 'vitest';
import { approval, decision } from '../../../functions/workflows/approval.ts';

const desk = { what: 'a desk', cents: 42_000, employee: 'ada@example.com', approver: 'grace@example.com' };

describe('an approval', () => {
  test('ends when somebody decides, and tells who asked', async () => {
    const engine = createTestEngine({ workflows: [approval] });
    const run = await engine.start(approval, desk);
    await engine.settle();
    await run.signal(decision, { approved: true, by: 'Grace', comment: 'Enjoy.' });

    expect(await run.result()).toEqual({ outcome: 'approved', by: 'Grace' });
    expect(mailsTo(engine, 'ada@example.com')).toEqual(['"a desk" was approved by Grace. Enjoy.']);
  });

  test('reminds the approver each day, and stops when there is an answer', async () => {
    const engine = createTestEngine({ workflows: [approval] });
    const run = await engine.start(approval, desk);
    await engine.advance('2 days 12 hours');
    await run.signal(decision, { approved: false, by: 'Grace' });
    await engine.advance('30 days');

    expect(await run.result()).toEqual({ outcome: 'rejected', by: 'Grace' });
    expect(mailsTo(engine, 'grace@example.com')).toEqual([
      'Please decide on "a desk" for ada@example.com.',
      '"a desk" has been waiting for your decision for 1 day.',
      '"a desk" has been waiting for your decision for 2 days.',
    ]);
  });

  test('expires after a week without an answer', async () => {
    const engine = createTestEngine({ workflows: [approval] });
    const startedAt = engine.now();

    expect(await engine.run(approval, desk)).toEqual({ outcome: 'expired' });
    expect(engine.now().getTime() - startedAt.getTime()).toBe(7 * 24 * 3_600_000);
    expect(mailsTo(engine, 'grace@example.com')).toHaveLength(1 + 6);
    expect(mailsTo(engine, 'ada@example.com')).toEqual(['Nobody decided on "a desk" in time: please ask again.']);
  });

  test('counts a decision that came before the first mail was sent', async () => {
    const engine = createTestEngine({ workflows: [approval] });
    const run = await engine.start(approval, desk);
    await run.signal(decision, { approved: true, by: 'Grace' });

    expect(await run.result()).toEqual({ outcome: 'approved', by: 'Grace' });
  });

  test('goes on when a reminder cannot be sent, and the log tells', async () => {
    const errors: unknown[] = [];
    const log = { ...console, error: (what: unknown) => errors.push(what) };
    const engine = createTestEngine({ workflows: [approval], log });
    engine.mockStep('send mail', (_to: string, text: string) => {
      if (text.includes('waiting')) throw new Error('the mail service is down');
    });
    const run = await engine.start(approval, desk);
    await engine.advance('3 days');
    await run.signal(decision, { approved: true, by: 'Grace' });

    expect(await run.result()).toEqual({ outcome: 'approved', by: 'Grace' });
    expect(errors).toEqual(Array(2).fill(expect.stringContaining('a reminder was not sent')));
  });

  test('does not start with an expense that has no price', async () => {
    const engine = createTestEngine({ workflows: [approval] });

    await expect(engine.start(approval, { ...desk, cents: 0 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: '$.cents' }],
    });
  });

  test('refuses a decision that is none, and waits on', async () => {
    const engine = createTestEngine({ workflows: [approval] });
    const run = await engine.start(approval, desk);
    await engine.settle();

    await expect(run.signal(decision, { approved: 'yes' } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await run.signal(decision, { approved: true, by: 'Grace' });
    expect(await run.result()).toEqual({ outcome: 'approved', by: 'Grace' });
  });

  test('comes to the same end wherever it crashes', async () => {
    await crashEverywhere({
      workflows: [approval],
      scenario: async (engine) => {
        const run = await engine.start(approval, desk);
        await engine.advance('1 day 1 hour');
        await run.signal(decision, { approved: true, by: 'Grace' });
        expect(await run.result()).toEqual({ outcome: 'approved', by: 'Grace' });
      },
    });
  }, 60_000);
});

function mailsTo(engine: TestEngine, address: string): string[] {
  const mails = engine.calls('send mail') as [to: string, text: string][];
  return mails.filter(([to]) => to === address).map(([, text]) => text);
}
