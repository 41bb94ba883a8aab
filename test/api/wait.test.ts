import { asCompleted, type Coroutine, createTask, Future, now, sleep, TimeoutError, wait, waitFor } from 'lull';
import { describe, expect, it } from 'vitest';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

describe('wait', () => {
  it('takes any iterable of tasks and futures, and returns these', () => {
    const result = runBody(function* () {
      const task = createTask(sleep('1s', 'a'));
      const future = new Future<string>();
      const { done, pending } = yield* wait(new Set([task, future]), { timeout: '5s' });
      return [done.has(task), pending.has(future), done.size, pending.size, now().getTime() - START_MS];
    });
    expect(result).toEqual([true, true, 1, 1, 5000]);
  });

  it('with a timeout of zero looks once, and sets no timer', () => {
    const { outcome, journal } = drive(function* () {
      const finished = createTask(sleep(0));
      const pending = new Future();
      yield* pause(2);
      const sets = yield* wait([finished, pending], { timeout: 0 });
      return [sets.done.size, sets.pending.size];
    });
    expect(outcome).toEqual({ kind: 'completed', value: [1, 1] });
    expect(journal).toHaveLength(1);
  });

  it('takes its timer back when it ends before it', () => {
    const { journal } = drive(function* () {
      yield* wait([createTask(sleep('1s'))], { timeout: '1h' });
      yield* sleep('2h');
    });
    // Two timers fire: the task's sleep and the body's.
    expect(journal.filter(({ kind }) => kind === 'sleep-completed')).toHaveLength(2);
  });

  it.each([
    ['no task', () => [], /no task/],
    [
      'a coroutine',
      () => [
        (function* () {
          yield* sleep(0);
        })(),
      ],
      /createTask/,
    ],
    ['a promise', () => [Promise.resolve()], /a Promise/],
    ['one task that stands alone', () => createTask(sleep(0)), /wait\(\[task\]\)/],
    ['nothing', () => undefined, /undefined/],
  ])('refuses %s', (_, make, message) => {
    const error = runBody(function* () {
      yield* sleep(0);
      try {
        wait(make() as never);
      } catch (error) {
        return error;
      }
      return undefined;
    });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string });
  });

  it('refuses a returnWhen that there is not, and names those that there are', () => {
    const error = runBody(function* () {
      const task = createTask(sleep(0));
      try {
        wait([task], { returnWhen: 'FIRST' as never });
      } catch (error) {
        yield* task;
        return error;
      }
      return undefined;
    });
    expect(error).toMatchObject({ message: expect.stringContaining('FIRST_EXCEPTION') as string });
  });
});

describe('asCompleted', () => {
  it('starts at the call, and returns as many as were given, each counted once', () => {
    const result = runBody(function* () {
      const twice = createTask(sleep('1s', 'twice'));
      const order: string[] = [];
      const results = asCompleted([sleep('3s', 'slow'), twice, twice, sleep('2s', 'mid')]);
      yield* sleep('3s');
      for (const next of results) order.push(yield* next);
      return [order, now().getTime() - START_MS];
    });
    expect(result).toEqual([['twice', 'mid', 'slow'], 3000]);
  });

  it('throws the error of the awaitable that ended, and goes on', () => {
    const result = runBody(function* () {
      const seen: unknown[] = [];
      for (const next of asCompleted([sleep('2s', 'fine'), fail('1s')])) {
        try {
          seen.push(yield* next);
        } catch (error) {
          seen.push(String(error));
        }
      }
      return seen;
    });
    expect(result).toEqual(['Error: boom', 'fine']);
  });

  it('after the timeout throws a TimeoutError for each that is left; the awaitables go on', () => {
    const result = runBody(function* () {
      const slow = createTask(sleep('5s', 'slow'));
      const slower = createTask(sleep('6s', 'slower'));
      const seen: unknown[] = [];
      for (const next of asCompleted([sleep('1s', 'fast'), slow, slower], { timeout: '2s' })) {
        try {
          seen.push(yield* next);
        } catch (error) {
          seen.push(error instanceof TimeoutError);
        }
      }
      return [seen, yield* slow, yield* slower];
    });
    expect(result).toEqual([['fast', true, true], 'slow', 'slower']);
  });

  it('can be left in the middle', () => {
    const result = runBody(function* () {
      for (const next of asCompleted([sleep('1s', 'fast'), sleep('2s', 'slow')], { timeout: '1h' })) return yield* next;
      return undefined;
    });
    expect(result).toBe('fast');
  });

  it('of nothing returns nothing', () => {
    expect(
      runBody(function* () {
        yield* sleep(0);
        return [...asCompleted([], { timeout: '1s' })].length;
      }),
    ).toBe(0);
  });

  it.each([
    ['one coroutine', () => fail('1s')],
    ['one task', () => createTask(sleep(0))],
    ['a promise in the array', () => [Promise.resolve()]],
  ])('refuses %s', (_, make) => {
    const error = runBody(function* () {
      yield* sleep(0);
      try {
        asCompleted(make() as never);
      } catch (error) {
        return error;
      }
      return undefined;
    });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('waitFor', () => {
  it('with null sets no limit, and runs in the same task', () => {
    const { outcome, journal } = drive(function* () {
      return yield* waitFor(sleep('30 days', 'rested'), null);
    });
    expect(outcome).toEqual({ kind: 'completed', value: 'rested' });
    expect(journal.filter(({ kind }) => kind === 'sleep')).toHaveLength(1);
  });

  it('with zero returns the result of what is done, and cancels what is not', () => {
    const result = runBody(function* () {
      const finished = createTask(sleep(0, 'done'));
      yield* pause(2);
      const late = yield* caught(waitFor(sleep('1s'), 0));
      return [yield* waitFor(finished, 0), late instanceof TimeoutError];
    });
    expect(result).toEqual(['done', true]);
  });

  it('throws what the clean-up throws, in place of the TimeoutError', () => {
    const error = runBody(function* () {
      function* messy() {
        try {
          yield* sleep('1 day');
        } catch {
          throw new Error('messy');
        }
      }
      return yield* caught(waitFor(messy(), '1s'));
    });
    expect(String(error)).toBe('Error: messy');
  });

  it('names its timer in the journal', () => {
    const { journal } = drive(function* () {
      yield* waitFor(sleep('1s'), '2s');
    });
    expect(journal.filter(({ kind }) => kind === 'sleep')).toMatchObject([{ name: 'waitFor' }, { name: 'sleep' }]);
  });
});

function* fail(delay: string): Coroutine<never> {
  yield* sleep(delay);
  throw new Error('boom');
}
