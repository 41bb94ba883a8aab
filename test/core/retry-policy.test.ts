import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CancelledError,
  NonRetryableError,
  RetryAfterError,
  StepFailedError,
  WorkflowCodeError,
} from '../../lib/core/errors.ts';
import { nextAttempt, toRetryRule } from '../../lib/core/retry-policy.ts';
import type { RetryPolicy } from '../../lib/core/step.ts';

const boom = new Error('boom');

function delays(policy: RetryPolicy, random01 = 0.5, error: unknown = boom): (number | 'give-up')[] {
  const rule = toRetryRule(policy);
  const result: (number | 'give-up')[] = [];
  for (let failedAttempts = 1; failedAttempts <= 12; failedAttempts += 1) {
    const next = nextAttempt(rule, { error, failedAttempts, random01 });
    result.push(next.kind === 'retry' ? next.delayMs : 'give-up');
    if (next.kind === 'give-up') break;
  }
  return result;
}

describe('the delays', () => {
  test('by default they double from one second, and the fifth failure is the last', () => {
    expect(delays({})).toEqual([1000, 2000, 4000, 8000, 'give-up']);
  });

  test('they stop growing at maxDelay', () => {
    expect(delays({ maxAttempts: 6, maxDelay: '3s', jitter: 0 })).toEqual([1000, 2000, 3000, 3000, 3000, 'give-up']);
  });

  test('a jitter of 0.2 draws from 80% to 120%', () => {
    expect(delays({ maxAttempts: 2, firstDelay: '10s' }, 0)).toEqual([8000, 'give-up']);
    expect(delays({ maxAttempts: 2, firstDelay: '10s' }, 1 - 2 ** -53)).toEqual([12000, 'give-up']);
  });

  test('at maxDelay the jitter goes below it and never above', () => {
    expect(delays({ maxAttempts: 2, firstDelay: '10s', maxDelay: '10s' }, 0)).toEqual([8000, 'give-up']);
    expect(delays({ maxAttempts: 2, firstDelay: '10s', maxDelay: '10s' }, 1 - 2 ** -53)).toEqual([10000, 'give-up']);
  });

  test('a first delay longer than the default maxDelay is kept', () => {
    expect(delays({ maxAttempts: 3, firstDelay: '1 day', jitter: 0 })).toEqual([86_400_000, 86_400_000, 'give-up']);
  });

  test('a first delay of zero stays zero, however many attempts failed', () => {
    const rule = toRetryRule({ firstDelay: 0, maxAttempts: Infinity });
    expect(nextAttempt(rule, { error: boom, failedAttempts: 1e6, random01: 0.5 })).toEqual({
      kind: 'retry',
      delayMs: 0,
    });
  });

  test('whatever the policy, a delay is a whole number of milliseconds from 0 to maxDelay', () => {
    const policies = fc.record({
      firstDelay: fc.nat(1e9),
      factor: fc.double({ min: 1, max: 1e6, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      more: fc.nat(1e9),
    });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        policies,
        random,
        fc.integer({ min: 1, max: 1e9 }),
        ({ more, ...policy }, random01, failedAttempts) => {
          const maxDelay = policy.firstDelay + more;
          const rule = toRetryRule({ ...policy, maxDelay, maxAttempts: Infinity });
          const next = nextAttempt(rule, { error: boom, failedAttempts, random01 });
          if (next.kind !== 'retry') throw new Error('gave up');
          expect(Number.isInteger(next.delayMs)).toBe(true);
          expect(next.delayMs).toBeGreaterThanOrEqual(0);
          expect(next.delayMs).toBeLessThanOrEqual(maxDelay);
        },
      ),
    );
  });
});

describe('giving up', () => {
  test('`false` and maxAttempts 1 try once', () => {
    expect(nextAttempt(toRetryRule(false), { error: boom, failedAttempts: 1, random01: 0 }).kind).toBe('give-up');
    expect(delays({ maxAttempts: 1 })).toEqual(['give-up']);
  });

  test('no policy at all is the default one', () => {
    expect(toRetryRule(undefined)).toMatchObject({ maxAttempts: 5, firstDelayMs: 1000, maxDelayMs: 300_000 });
  });

  const final = [new NonRetryableError('no'), new CancelledError(), new WorkflowCodeError('FORBIDDEN_GLOBAL', 'fetch')];
  test.each(final)(
    '$name ends it at once, also where retryIf says yes, and as the cause of a step that failed',
    (error) => {
      const failed = new StepFailedError('charge', 1, 'failed', { cause: error });
      expect(delays({ retryIf: () => true }, 0.5, error)).toEqual(['give-up']);
      expect(delays({ retryIf: () => true }, 0.5, failed)).toEqual(['give-up']);
      expect(nextAttempt(toRetryRule(), { error: failed, failedAttempts: 1, random01: 0 })).toEqual({
        kind: 'give-up',
        error: failed,
      });
    },
  );

  test('a step that failed for any other reason is tried again, and retryIf is asked about the failure of the step', () => {
    const failed = new StepFailedError('charge', 1, 'failed', { cause: boom });
    const asked: unknown[] = [];
    const retryIf = (error: unknown) => asked.push(error) > 0;
    expect(delays({ maxAttempts: 2, jitter: 0, retryIf }, 0.5, failed)).toEqual([1000, 'give-up']);
    expect(asked).toEqual([failed]);
  });

  test('retryIf decides on every other error', () => {
    const policy = { retryIf: (error: unknown) => error !== boom, maxAttempts: 2, jitter: 0 };
    expect(delays(policy, 0.5, boom)).toEqual(['give-up']);
    expect(delays(policy, 0.5, new Error('other'))).toEqual([1000, 'give-up']);
  });

  test('what it gives up with is the last error itself', () => {
    expect(nextAttempt(toRetryRule(false), { error: boom, failedAttempts: 1, random01: 0 })).toEqual({
      kind: 'give-up',
      error: boom,
    });
  });

  test('a retryIf that throws ends it with its own error', () => {
    const mistake = new Error('in retryIf');
    const rule = toRetryRule({
      retryIf: () => {
        throw mistake;
      },
    });
    const next = nextAttempt(rule, { error: boom, failedAttempts: 1, random01: 0 });
    expect(next).toEqual({ kind: 'give-up', error: mistake });
  });
});

describe('a RetryAfterError', () => {
  test('sets the delay to the millisecond, above maxDelay too, and retryIf is not asked', () => {
    const policy = { maxAttempts: 3, maxDelay: '2s', retryIf: () => false };
    expect(delays(policy, 0.9, new RetryAfterError('1h'))).toEqual([3_600_000, 3_600_000, 'give-up']);
  });

  test('sets the delay also as the cause of a step that failed', () => {
    const failed = new StepFailedError('poll', 1, 'failed', { cause: new RetryAfterError('1m') });
    expect(delays({ maxAttempts: 2 }, 0.9, failed)).toEqual([60_000, 'give-up']);
  });

  test('with a delay that cannot be read it ends with an error that shows the delay', () => {
    const next = nextAttempt(toRetryRule(), { error: new RetryAfterError('soon'), failedAttempts: 1, random01: 0 });
    expect(next).toMatchObject({ kind: 'give-up', error: { code: 'INVALID_ARGUMENT' } });
    expect(String((next as { error: unknown }).error)).toContain('"soon"');
  });
});

describe('a policy that makes no sense is refused with the option and its value', () => {
  const refused: [string, unknown, RegExp][] = [
    ['no attempts', { maxAttempts: 0 }, /maxAttempts 0: /],
    ['half an attempt', { maxAttempts: 1.5 }, /maxAttempts 1\.5: /],
    ['NaN attempts', { maxAttempts: NaN }, /maxAttempts NaN: /],
    ['attempts as text', { maxAttempts: '3' }, /maxAttempts "3": /],
    ['a factor below one', { factor: 0.5 }, /factor 0\.5: /],
    ['an infinite factor', { factor: Infinity }, /factor Infinity: /],
    ['a NaN factor', { factor: NaN }, /factor NaN: /],
    ['a negative jitter', { jitter: -0.1 }, /jitter -0\.1: /],
    ['a jitter above one', { jitter: 20 }, /jitter 20: /],
    ['a NaN jitter', { jitter: NaN }, /jitter NaN: /],
    ['a delay that is no duration', { firstDelay: '3 dyas' }, /firstDelay of the retry policy/],
    ['a maxDelay that is no duration', { maxDelay: -1 }, /maxDelay of the retry policy/],
    ['a maxDelay below the firstDelay', { firstDelay: '10s', maxDelay: '1s' }, /maxDelay of 1000 ms, below/],
    ['a retryIf that is no function', { retryIf: true }, /retryIf true: /],
    ['an option that does not exist', { attempts: 3 }, /no option "attempts": there are maxAttempts,/],
    ['a number', 3, /is 3: give an object/],
    ['null', null, /is null: give an object/],
  ];
  test.each(refused)('%s', (_, policy, message) => {
    const call = () => toRetryRule(policy as RetryPolicy);
    expect(call).toThrow(WorkflowCodeError);
    expect(call).toThrow(message);
  });

  test('it names the policy at fault', () => {
    expect(() => toRetryRule({ maxAttempts: 0 }, 'retry of step "charge"')).toThrow(
      /^retry of step "charge" has maxAt/,
    );
  });
});
