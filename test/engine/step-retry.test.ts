import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NonRetryableError,
  registerError,
  RetryAfterError,
  type RetryPolicy,
  step,
  StepFailedError,
  type StepOptions,
  workflow,
} from 'lull';
import { createTestEngine, type TestEngine, type TestEngineOptions } from 'lull/testing';

class Declined extends Error {
  static {
    this.prototype.name = 'Declined';
  }
  readonly reason: string;
  constructor(reason: string) {
    super(`declined: ${reason}`);
    this.reason = reason;
  }
}
registerError(Declined);

interface Played {
  /** Seconds from the start to each attempt. */
  readonly attemptsAt: number[];
  readonly error: StepFailedError | undefined;
  readonly engine: TestEngine;
}

/** A step that fails for ever, or until `failures` are over. */
async function play(
  options: StepOptions,
  {
    failures = Infinity,
    error = () => new Error('no'),
  }: { failures?: number; error?: (attempt: number) => unknown } = {},
  engineOptions: Partial<TestEngineOptions> = {},
): Promise<Played> {
  const trying = workflow('trying', function* () {
    return yield* step('try', options, () => 'unused');
  });
  const engine = createTestEngine({ workflows: [trying], ...engineOptions });
  const startedAtMs = engine.now().getTime();
  const attemptsAt: number[] = [];
  engine.mockStep('try', async () => {
    attemptsAt.push((engine.now().getTime() - startedAtMs) / 1_000);
    if (attemptsAt.length <= failures) throw error(attemptsAt.length);
    return 'done';
  });
  const failed = await engine.run(trying).then(
    () => undefined,
    (thrown: unknown) => thrown as StepFailedError,
  );
  return { attemptsAt, error: failed, engine };
}

describe('a step that fails is tried again', () => {
  it('five times in all, 1, 2, 4 and 8 seconds apart, give or take a fifth', async () => {
    const { attemptsAt, error } = await play({});
    expect(attemptsAt.length).toBe(5);
    const delays = attemptsAt.slice(1).map((at, index) => at - attemptsAt[index]!);
    for (const [index, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(2 ** index * 0.8);
      expect(delay).toBeLessThanOrEqual(2 ** index * 1.2);
    }
    expect(error).toBeInstanceOf(StepFailedError);
    expect(error).toMatchObject({ step: 'try', attempts: 5, code: 'STEP_FAILED' });
    expect(error?.message).toBe('step "try" failed after 5 attempts: no');
  });

  it('within the bounds of its policy, whatever they are', async () => {
    const policies = fc.record({
      maxAttempts: fc.integer({ min: 1, max: 6 }),
      firstDelay: fc.integer({ min: 1, max: 60_000 }),
      factor: fc.double({ min: 1, max: 4, noNaN: true }),
      maxDelay: fc.integer({ min: 60_000, max: 300_000 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(policies, fc.nat(), async (retry: Required<Omit<RetryPolicy, 'retryIf'>>, seed) => {
        const { attemptsAt } = await play({ retry }, {}, { seed });
        expect(attemptsAt.length).toBe(retry.maxAttempts);
        for (let attempt = 1; attempt < attemptsAt.length; attempt += 1) {
          const delayMs = Math.round((attemptsAt[attempt]! - attemptsAt[attempt - 1]!) * 1_000);
          const middleMs = Math.min(
            (retry.firstDelay as number) * retry.factor ** (attempt - 1),
            retry.maxDelay as number,
          );
          expect(delayMs).toBeGreaterThanOrEqual(Math.floor(middleMs * (1 - retry.jitter)));
          expect(delayMs).toBeLessThanOrEqual(
            Math.ceil(Math.min(middleMs * (1 + retry.jitter), retry.maxDelay as number)) + 1,
          );
        }
      }),
      { numRuns: 25 },
    );
  });

  it('until it succeeds', async () => {
    const { attemptsAt, error } = await play({ retry: { maxAttempts: Infinity, jitter: 0 } }, { failures: 12 });
    expect(attemptsAt.length).toBe(13);
    expect(error).toBeUndefined();
  });

  it('not at all with retry: false', async () => {
    const { attemptsAt, error } = await play({ retry: false });
    expect(attemptsAt).toEqual([0]);
    expect(error?.message).toBe('step "try" failed after its only attempt: no');
  });

  it("as its workflow's steps say, unless it says otherwise itself", async () => {
    const failing = (): never => {
      throw new Error('no');
    };
    const both = workflow('both', { steps: { retry: { maxAttempts: 2 } } }, function* () {
      for (const [name, options] of [
        ['default', {}],
        ['own', { retry: { maxAttempts: 3 } }],
      ] as const) {
        try {
          yield* step(name, options, failing);
        } catch (error) {
          if (!(error instanceof StepFailedError)) throw error;
        }
      }
    });
    const engine = createTestEngine({ workflows: [both] });
    await engine.run(both, undefined);
    expect([engine.calls('default').length, engine.calls('own').length]).toEqual([2, 3]);
  });

  it('after the time that a RetryAfterError names, which counts as an attempt', async () => {
    const error = (attempt: number): Error => new RetryAfterError({ minutes: attempt }, 'patience');
    const { attemptsAt, error: failure } = await play({ retry: { maxAttempts: 3 } }, { error });
    expect(attemptsAt).toEqual([0, 60, 180]);
    expect(failure?.cause).toBeInstanceOf(RetryAfterError);
  });

  it('also after a night: the run sleeps in the table meanwhile', async () => {
    const { attemptsAt, engine } = await play(
      { retry: { firstDelay: '12h', maxDelay: '12h', jitter: 0 } },
      { failures: 1 },
    );
    expect(attemptsAt).toEqual([0, 12 * 3_600]);
    const released = (await engine.history('run-0001')).filter(({ kind }) => kind === 'step-retrying');
    expect(released.map(({ retryAt }) => retryAt)).toEqual([new Date('2030-01-01T12:00:00Z')]);
  });
});

describe('a step that fails is not tried again', () => {
  it('after a NonRetryableError', async () => {
    const { attemptsAt, error } = await play({}, { error: () => new NonRetryableError('useless') });
    expect(attemptsAt).toEqual([0]);
    expect(error?.cause).toBeInstanceOf(NonRetryableError);
  });

  it('when retryIf says no', async () => {
    const retryIf = (error: unknown): boolean => (error as Error).message !== 'second';
    const error = (attempt: number): Error => new Error(attempt === 1 ? 'first' : 'second');
    const { attemptsAt, error: failure } = await play({ retry: { retryIf } }, { error });
    expect(attemptsAt.length).toBe(2);
    expect((failure?.cause as Error).message).toBe('second');
  });

  it('when retryIf itself fails: then with its error', async () => {
    const retryIf = (): never => {
      throw new TypeError('bad question');
    };
    const { attemptsAt, error } = await play({ retry: { retryIf } });
    expect(attemptsAt.length).toBe(1);
    expect(error?.cause).toBeInstanceOf(TypeError);
  });
});

describe('what a step failed with', () => {
  it('comes back as itself when its class is registered, with its cause and its own properties', async () => {
    const error = (): Error => Object.assign(new Declined('no money'), { cause: new RangeError('limit') });
    const { error: failure } = await play({ retry: false }, { error });
    expect(failure?.cause).toBeInstanceOf(Declined);
    expect(failure?.cause).toMatchObject({ reason: 'no money', cause: new RangeError('limit') });
  });

  it('is told in words when it was no error', async () => {
    const { error } = await play({ retry: false }, { error: () => 'just a text' });
    expect((error?.cause as Error).message).toBe('"just a text" was thrown, which is no Error');
  });

  it('is shortened when it is too large to be recorded', async () => {
    const error = (): Error => Object.assign(new Error('x'.repeat(500_000)), { body: 'y'.repeat(500_000) });
    const { error: failure } = await play({ retry: false }, { error });
    expect(failure).toBeInstanceOf(StepFailedError);
    expect(JSON.stringify(failure?.message).length).toBeLessThan(100_000);
  });

  it('can be caught by the workflow, which goes on', async () => {
    const forgiving = workflow('forgiving', function* () {
      try {
        yield* step('try', { retry: false }, () => {
          throw new Declined('no money');
        });
      } catch (error) {
        return error instanceof StepFailedError && error.cause instanceof Declined ? error.cause.reason : 'other';
      }
      return 'nothing';
    });
    expect(await createTestEngine({ workflows: [forgiving] }).run(forgiving)).toBe('no money');
    expect(await createTestEngine({ workflows: [forgiving], rebuildAtEveryAwait: true }).run(forgiving)).toBe(
      'no money',
    );
  });
});
