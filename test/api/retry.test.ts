import { describe, expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { retry } from '../../lib/api/retry.ts';
import { now } from '../../lib/api/now.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { step } from '../../lib/api/step.ts';
import type { Coroutine } from '../../lib/core/awaitable.ts';
import { CancelledError, NonRetryableError, RetryAfterError, WorkflowCodeError } from '../../lib/core/errors.ts';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

const boom = new Error('boom');

/** Retries a body that notes when it is called and fails with these errors, one after the other, then succeeds. */
function* attemptsOf(policy: Parameters<typeof retry>[0], errors: unknown[]): Coroutine<unknown[]> {
  const seen: unknown[] = [];
  const body = function* (attempt: number) {
    seen.push([attempt, now().getTime() - START_MS]);
    yield* pause();
    if (attempt <= errors.length) throw errors[attempt - 1] as Error;
    return 'done';
  };
  try {
    seen.push(yield* retry(policy, body));
  } catch (error) {
    seen.push(error);
  }
  return seen;
}

describe('a block that fails', () => {
  test('is tried again after delays that grow, and its result is given', () => {
    expect(runBody(() => attemptsOf({ jitter: 0 }, [boom, boom, boom]))).toEqual([
      [1, 0],
      [2, 1_000],
      [3, 3_000],
      [4, 7_000],
      'done',
    ]);
  });

  test('throws its last error itself when the attempts are used up', () => {
    const last = new Error('last');
    const seen = runBody(() => attemptsOf({ jitter: 0, maxAttempts: 3 }, [boom, boom, last]));
    expect(seen).toEqual([[1, 0], [2, 1_000], [3, 3_000], last]);
    expect(seen.at(-1)).toBe(last);
  });

  test('is tried five times where the policy says nothing', () => {
    expect(runBody(() => attemptsOf({}, Array(9).fill(boom)))).toHaveLength(6);
  });

  test('is not tried again after a NonRetryableError, nor after an error that retryIf refuses', () => {
    const final = new NonRetryableError('no');
    expect(runBody(() => attemptsOf({}, [final]))).toEqual([[1, 0], final]);
    expect(runBody(() => attemptsOf({ retryIf: (error) => error !== boom }, [boom]))).toEqual([[1, 0], boom]);
  });

  test('with a RetryAfterError is tried again when that says, and as often as the policy says', () => {
    const later = new RetryAfterError('1h');
    expect(runBody(() => attemptsOf({ maxAttempts: 2, firstDelay: 1 }, [later, later]))).toEqual([
      [1, 0],
      [2, 3_600_000],
      later,
    ]);
  });

  test('with a delay of zero lets the others go first, and sets no timer', () => {
    const { journal, outcome } = drive(() => attemptsOf({ firstDelay: 0 }, [boom, boom]));
    expect(outcome).toEqual({ kind: 'completed', value: [[1, 0], [2, 0], [3, 0], 'done'] });
    expect(journal.map(({ kind }) => kind)).toEqual(['started']);
  });

  test('draws its jitter from the run: the same on each replay, another in another run', () => {
    const delays = (seed: string) => runBody(() => attemptsOf({ jitter: 0.5 }, [boom, boom]), { seed });
    expect(delays('a')).toEqual(delays('a'));
    expect(delays('a')).not.toEqual(delays('b'));
  });

  test('does its steps again, each time recorded', () => {
    const value = runBody(function* () {
      let charged = 0;
      const result = yield* retry({ maxAttempts: 3 }, function* (attempt) {
        charged += yield* step('charge', () => 1);
        if (attempt < 3) throw boom;
        return 'paid';
      });
      return { charged, result };
    });
    expect(value).toEqual({ charged: 3, result: 'paid' });
  });
});

describe('a cancel', () => {
  test('while the body runs is not tried again', () => {
    runBody(function* () {
      const attempts: number[] = [];
      const task = createTask(
        retry({ retryIf: () => true }, function* (attempt) {
          attempts.push(attempt);
          yield* sleep('1h');
        }),
      );
      yield* sleep('1s');
      task.cancel('enough');
      expect(yield* caught(task)).toEqual(new CancelledError('enough'));
      expect(attempts).toEqual([1]);
    });
  });

  test('while it sleeps between two attempts ends it', () => {
    runBody(function* () {
      const attempts: number[] = [];
      const task = createTask(
        retry({ firstDelay: '1h' }, function* (attempt) {
          attempts.push(attempt);
          throw boom;
        }),
      );
      yield* sleep('1s');
      task.cancel();
      expect(yield* caught(task)).toBeInstanceOf(CancelledError);
      expect(attempts).toEqual([1]);
    });
  });
});

describe('what makes no sense', () => {
  test('in a policy is refused at the call, though nothing failed yet', () => {
    runBody(function* () {
      const call = () => retry({ maxAttempts: 0 }, function* () {});
      expect(call).toThrow(WorkflowCodeError);
      expect(call).toThrow(/^the policy of retry\(\) has maxAttempts 0: /);
    });
  });

  test('as a body is refused: what is no function, and at once what is no generator function', () => {
    runBody(function* () {
      expect(() => retry({}, (function* () {})() as never)).toThrow(/retry\(\) was given/);
      let calls = 0;
      const promise = async () => (calls += 1);
      expect(yield* caught(retry({}, promise as never))).toMatchObject({ code: 'NOT_AWAITABLE' });
      expect(calls).toBe(1);
    });
  });
});
