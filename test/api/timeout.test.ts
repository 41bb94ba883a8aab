import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  InvalidStateError,
  isCancelled,
  now,
  sleep,
  step,
  timeout,
  TimeoutError,
  type TimeoutScope,
  workflow,
} from 'lull';
import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../lib/core/workflow.ts';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

const seconds = () => (now().getTime() - START_MS) / 1000;

describe('timeout', () => {
  it('returns the result of its body, or of an awaitable, and cancels its timer', () => {
    const { outcome, journal } = drive(function* () {
      const a = yield* timeout('1h', sleep('1s', 'a'));
      const b = yield* timeout('1h', function* () {
        return yield* step('b', () => 'b');
      });
      return a + b;
    });
    expect(outcome).toEqual({ kind: 'completed', value: 'ab' });
    expect(journal.filter(({ kind }) => kind === 'sleep-completed')).toHaveLength(1);
    expect(journal.filter(({ kind }) => kind === 'sleep')).toMatchObject([
      { name: 'timeout' },
      { name: 'sleep' },
      { name: 'timeout' },
    ]);
  });

  it('throws a TimeoutError that names the limit, whose cause is the cancellation', () => {
    const error = runBody(() => caught(timeout('1s', sleep('2s')))) as TimeoutError;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe('the time limit of timeout("1s") was up');
    expect(error.cause).toBeInstanceOf(CancelledError);
    const ofParts = runBody(() => caught(timeout({ minutes: 1, seconds: 30 }, sleep('2h')))) as TimeoutError;
    expect(ofParts.message).toBe('the time limit of timeout({ minutes: 1, seconds: 30 }) was up');
    const rescheduled = runBody(() =>
      caught(
        timeout(null, function* (scope) {
          scope.reschedule(new Date(START_MS + 5000));
          yield* sleep('1h');
        }),
      ),
    ) as TimeoutError;
    expect(rescheduled.message).toBe(
      'the time limit of timeout(null), rescheduled to 2030-01-01T00:00:05.000Z, was up',
    );
  });

  it('that never is up leaves nothing behind, however often a task sets one', () => {
    const { journal } = drive(function* () {
      for (let round = 0; round < 3; round += 1) yield* timeout('1s', sleep('100ms'));
      yield* caught(timeout('1s', sleep('1h')));
    });
    expect(journal.filter(({ kind }) => kind === 'sleep-completed')).toHaveLength(4);
  });

  it('is up with those around it that end at the same moment: one event, and the outermost throws', () => {
    const expired: (boolean | undefined)[] = [];
    const { outcome, journal } = drive(function* () {
      const around: TimeoutScope[] = [];
      try {
        yield* timeout('1s', function* (outer) {
          yield* timeout('1s', function* (inner) {
            around.push(outer, inner);
            yield* sleep('1h');
          });
        });
      } finally {
        expired.push(...around.map((scope) => scope.expired()));
      }
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TIMEOUT' } });
    expect(expired).toEqual([true, true]);
    expect(journal.filter(({ kind }) => kind === 'sleep-completed')).toHaveLength(1);
  });

  it('of a workflow names the workflow', () => {
    const slow = workflow('slow', { timeout: '1h' }, function* () {
      yield* sleep('1 day');
    });
    const { outcome } = drive(() => definitionOf(slow).startWithTimer(undefined));
    expect(outcome).toMatchObject({ error: { message: 'the time limit of workflow "slow", "1h", was up' } });
  });

  it('with null sets no limit until it is given one', () => {
    const result = runBody(function* () {
      let scope: TimeoutScope | undefined;
      const error = yield* caught(
        timeout(null, function* (given) {
          scope = given;
          const before = given.when();
          yield* sleep('10s');
          given.reschedule(new Date(now().getTime() + 5000));
          if (before !== null) throw new Error('it had an end');
          yield* sleep('1h');
        }),
      );
      return [error instanceof TimeoutError, scope?.expired(), scope?.when()?.getTime(), seconds()];
    });
    expect(result).toEqual([true, true, START_MS + 15_000, 15]);
  });

  it('can be put off, brought forward and taken away', () => {
    const result = runBody(function* () {
      const later = yield* timeout('1s', function* (scope) {
        scope.reschedule(new Date(now().getTime() + 10_000));
        yield* sleep('5s');
        scope.reschedule(null);
        yield* sleep('1 day');
        return scope.when();
      });
      const before = seconds();
      yield* caught(
        timeout('1 day', function* (scope) {
          scope.reschedule(new Date(now().getTime() + 1000));
          yield* sleep('2 days');
        }),
      );
      return [later, seconds() - before];
    });
    expect(result).toEqual([null, 1]);
  });

  it.each([
    ['zero', 0],
    ['a moment that is over, by rescheduling', null],
  ])('of %s ends the body at its first await, and sets no timer', (_, limit) => {
    const { outcome, journal } = drive(function* () {
      const log: string[] = [];
      const error = yield* caught(
        timeout(limit, function* (scope) {
          if (limit === null) scope.reschedule(new Date(START_MS - 1));
          log.push('runs');
          yield* sleep(0);
          yield* sleep('1s');
          log.push('never');
        }),
      );
      return [error instanceof TimeoutError, log];
    });
    expect(outcome).toEqual({ kind: 'completed', value: [true, ['runs']] });
    expect(journal.filter(({ kind }) => kind === 'sleep-completed')).toEqual([]);
  });

  it('lets a body that needs no await return, whatever the limit', () => {
    const value = runBody(
      () =>
        timeout(0, function* () {
          yield* pause(0);
          return 'at once';
        })[Symbol.iterator]() as Coroutine<string>,
    );
    expect(value).toBe('at once');
  });

  it('yields to a cancellation that came from elsewhere at the same time', () => {
    const result = runBody(function* () {
      const task = createTask(
        (function* () {
          yield* timeout('1s', function* () {
            try {
              yield* sleep('1 day');
            } catch (error) {
              // Cancelled by the timeout; and now by somebody else, before it has left the block.
              currentTask().cancel();
              throw error;
            }
          });
        })(),
      );
      const error = yield* caught(task);
      return isCancelled(error);
    });
    expect(result).toBe(true);
  });

  it('that was not reached does not take a cancellation for its own', () => {
    const result = runBody(function* () {
      const task = createTask(timeout('1h', sleep('1 day')));
      yield* sleep('1s');
      task.cancel('enough');
      return String(yield* caught(task));
    });
    expect(result).toBe('CancelledError: enough');
  });

  it('keeps the result of a body that caught its cancellation', () => {
    const result = runBody(function* () {
      let scope: TimeoutScope | undefined;
      const value = yield* timeout('1s', function* (given) {
        scope = given;
        try {
          yield* sleep('1 day');
        } catch {
          return 'made the best of it';
        }
        return 'never';
      });
      return [value, scope?.expired(), currentTask().cancelling()];
    });
    expect(result).toEqual(['made the best of it', true, 0]);
  });

  it('nested in another one ends the block whose time is up', () => {
    const result = runBody(function* () {
      const outer = yield* caught(
        timeout('2s', function* () {
          yield* caught(timeout('1s', sleep('1 day')));
          yield* timeout('1 day', sleep('1 day'));
        }),
      );
      return [outer instanceof TimeoutError, seconds()];
    });
    expect(result).toEqual([true, 2]);
  });

  it('cannot be rescheduled before, when it has run out, or after its end', () => {
    const errors = runBody(function* () {
      let scope: TimeoutScope | undefined;
      const errors: unknown[] = [];
      const reschedule = () => {
        try {
          scope?.reschedule(null);
        } catch (error) {
          errors.push(error);
        }
      };
      yield* caught(
        timeout('1s', function* (given) {
          scope = given;
          try {
            yield* sleep('1 day');
          } finally {
            reschedule();
          }
        }),
      );
      reschedule();
      yield* timeout('1s', function* (given) {
        scope = given;
        yield* sleep(0);
      });
      reschedule();
      return errors;
    }) as Error[];
    expect(errors.map((error) => error instanceof InvalidStateError)).toEqual([true, true, true]);
    expect(errors.map(({ message }) => /is (\w+):/.exec(message)?.[1])).toEqual(['expiring', 'expired', 'finished']);
  });

  it.each([
    ['a negative limit', () => timeout(-1, sleep(0))],
    ['a limit that is not understood', () => timeout('soon', sleep(0))],
    ['a promise', () => timeout('1s', Promise.resolve() as never)],
    ['nothing', () => timeout('1s', undefined as never)],
  ])('refuses %s', (_, make) => {
    const { outcome } = drive(function* () {
      yield* sleep(0);
      make();
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'INVALID_ARGUMENT' } });
  });

  it('refuses a body that is an async function', () => {
    const error = runBody(() => caught(timeout('1s', (async () => Promise.resolve()) as never)));
    expect(error).toMatchObject({ code: 'NOT_AWAITABLE', message: expect.stringContaining('function*') as string });
  });
});
