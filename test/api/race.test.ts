import { CancelledError, type Coroutine, createTask, now, race, sleep, step } from 'lull';
import { describe, expect, it } from 'vitest';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

describe('race', () => {
  it('returns the result of the first to end', () => {
    expect(
      runBody(function* () {
        return [
          yield* race([sleep('3s', 'slow'), sleep('1s', 'fast')]),
          yield* race({ slow: sleep('3s', 1), fast: sleep('1s', 2) }),
        ];
      }),
    ).toEqual(['fast', { key: 'fast', value: 2 }]);
  });

  it('throws the error of the first to end', () => {
    const error = runBody(function* () {
      return yield* caught(race({ slow: sleep('3s'), bad: fail('1s') }));
    });
    expect(String(error)).toBe('Error: boom');
  });

  it('has cancelled the others, and they have ended, clean-up included, before it does', () => {
    const result = runBody(function* () {
      const log: string[] = [];
      function* slow(): Coroutine<void> {
        try {
          yield* sleep('1 day');
        } finally {
          yield* sleep('2s');
          log.push('tidied');
        }
      }
      const task = createTask(slow());
      const winner = yield* race([sleep('1s', 'fast'), task]);
      return [winner, log, task.cancelled(), now().getTime() - START_MS];
    });
    expect(result).toEqual(['fast', ['tidied'], true, 3000]);
  });

  it('is won by the first in order when two are done already', () => {
    expect(
      runBody(function* () {
        const [a, b] = [createTask(sleep(0, 'a')), createTask(sleep(0, 'b'))];
        yield* pause(3);
        return [yield* race([b, a]), yield* race({ a, b })];
      }),
    ).toEqual(['b', { key: 'a', value: 'a' }]);
  });

  it('is cancelled with all of its parts, once they have ended', () => {
    const result = runBody(function* () {
      const log: string[] = [];
      function* part(name: string): Coroutine<void> {
        try {
          yield* sleep('1 day');
        } finally {
          yield* sleep('1s');
          log.push(name);
        }
      }
      const task = createTask(
        (function* () {
          yield* race([part('a'), part('b')]);
        })(),
      );
      yield* sleep('1s');
      task.cancel('enough');
      return [String(yield* caught(task)), log];
    });
    expect(result).toEqual(['CancelledError: enough', ['a', 'b']]);
  });

  it('is cancelled too when it has a winner and waits for the losers', () => {
    const result = runBody(function* () {
      function* slow(): Coroutine<void> {
        try {
          yield* sleep('1 day');
        } finally {
          yield* sleep('2s');
        }
      }
      const task = createTask(
        (function* () {
          return yield* race([sleep('1s', 'fast'), slow()]);
        })(),
      );
      yield* sleep('2s');
      task.cancel();
      return (yield* caught(task)) instanceof CancelledError;
    });
    expect(result).toBe(true);
  });

  it('throws the cancellation of a part that other code cancelled', () => {
    const result = runBody(function* () {
      const task = createTask(sleep('1 day'));
      const contest = race([task, sleep('2 days')]);
      yield* pause();
      task.cancel();
      return (yield* caught(contest)) instanceof CancelledError;
    });
    expect(result).toBe(true);
  });

  it('tells in the log what the clean-up of a loser throws', () => {
    const { outcome, logged } = drive(function* () {
      function* messy(): Coroutine<void> {
        try {
          yield* sleep('1 day');
        } catch {
          throw new Error('messy');
        }
      }
      return yield* race([sleep('1s', 'fast'), messy()]);
    });
    expect(outcome).toEqual({ kind: 'completed', value: 'fast' });
    expect(logged).toEqual([
      { level: 'error', values: ['A loser of a race failed:', expect.objectContaining({ message: 'messy' })] },
    ]);
  });

  it('withdraws the steps of the losers', () => {
    const ran: string[] = [];
    const { journal } = drive(function* () {
      return yield* race([sleep(0, 'now'), step('never', () => ran.push('never'))]);
    });
    expect(ran).toEqual([]);
    expect(journal.at(-1)).toMatchObject({ kind: 'step', name: 'never' });
  });

  it.each([
    ['an empty array', []],
    ['an empty record', {}],
    ['a promise', Promise.resolve()],
  ])('refuses %s', (_, of) => {
    const error = runBody(function* () {
      yield* sleep(0);
      try {
        race(of as never);
      } catch (error) {
        return error;
      }
      return undefined;
    });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

function* fail(delay: string): Coroutine<never> {
  yield* sleep(delay);
  throw new Error('boom');
}
