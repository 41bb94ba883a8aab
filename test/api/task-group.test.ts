import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  ExceptionGroup,
  InvalidStateError,
  LullError,
  sleep,
  type TaskGroup,
  taskGroup,
} from 'lull';
import { describe, expect, it } from 'vitest';
import { caught, pause, runBody } from './run-body.ts';

function* fail(delay: string, message: string): Coroutine<never> {
  yield* sleep(delay);
  throw new Error(message);
}

describe('taskGroup', () => {
  it('waits for its tasks and returns the result of its body', () => {
    const result = runBody(function* () {
      let slow = false;
      const value = yield* taskGroup(function* (group) {
        group.createTask(
          (function* () {
            yield* sleep('3s');
            slow = true;
          })(),
        );
        return (yield* group.createTask(sleep('1s', 1), { name: 'one' })) + 1;
      });
      return [value, slow];
    });
    expect(result).toEqual([2, true]);
  });

  it("throws all errors together, with asyncio's message, and cancels the tasks that are left", () => {
    const error = runBody(() =>
      caught(
        taskGroup(function* (group) {
          group.createTask(fail('1s', 'first'));
          group.createTask(
            (function* () {
              try {
                yield* sleep('1 day');
              } finally {
                // eslint-disable-next-line no-unsafe-finally -- the clean-up fails
                throw new Error('second');
              }
            })(),
          );
          group.createTask(sleep('1 day'));
          yield* sleep('1 day');
        }),
      ),
    ) as ExceptionGroup;
    expect(error).toBeInstanceOf(ExceptionGroup);
    expect(error).toBeInstanceOf(LullError);
    expect(error.message).toBe('unhandled errors in a TaskGroup');
    expect(error.errors.map(String)).toEqual(['Error: first', 'Error: second']);
  });

  it('throws a group of one when only its body fails', () => {
    const error = runBody(() =>
      caught(
        taskGroup(function* (group) {
          group.createTask(sleep('1 day'));
          yield* sleep('1s');
          throw new RangeError('body');
        }),
      ),
    );
    expect(error).toMatchObject({ errors: [{ message: 'body' }] });
  });

  it('takes a task that is cancelled for no failure', () => {
    const value = runBody(function* () {
      return yield* taskGroup(function* (group) {
        const task = group.createTask(sleep('1 day'));
        yield* pause();
        task.cancel();
        return 'fine';
      });
    });
    expect(value).toBe('fine');
  });

  it('is cancelled with all of its tasks, and leaves the task that it is in as it was', () => {
    const result = runBody(function* () {
      const log: string[] = [];
      const task = createTask(
        (function* () {
          yield* taskGroup(function* (group) {
            group.createTask(
              (function* () {
                try {
                  yield* sleep('1 day');
                } finally {
                  yield* sleep('1s');
                  log.push('tidied');
                }
              })(),
            );
            yield* sleep('1 day');
          });
        })(),
      );
      yield* sleep('1s');
      task.cancel('enough');
      const error = yield* caught(task);
      return [String(error), log];
    });
    expect(result).toEqual(['CancelledError: enough', ['tidied']]);
  });

  it('that was left because a task failed has not cancelled the task that it is in', () => {
    const result = runBody(function* () {
      const error = yield* caught(
        taskGroup(function* (group) {
          group.createTask(fail('1s', 'boom'));
          yield* sleep('1 day');
        }),
      );
      yield* sleep('1s');
      return [error instanceof ExceptionGroup, currentTask().cancelling()];
    });
    expect(result).toEqual([true, 0]);
  });

  it('nested in another one throws its group there', () => {
    const error = runBody(() =>
      caught(
        taskGroup(function* (outer) {
          outer.createTask(sleep('1 day'));
          yield* taskGroup(function* (inner) {
            inner.createTask(fail('1s', 'deep'));
            yield* sleep(0);
          });
        }),
      ),
    );
    expect(error).toMatchObject({ errors: [{ errors: [{ message: 'deep' }] }] });
  });

  it('takes no more tasks when it is finished or shutting down', () => {
    const errors = runBody(function* () {
      let kept: TaskGroup | undefined;
      const errors: unknown[] = [];
      const tryToAdd = (): void => {
        const nap = (function* () {
          yield* sleep(0);
        })();
        try {
          kept?.createTask(nap);
        } catch (error) {
          errors.push(error);
        }
      };
      yield* caught(
        taskGroup(function* (group) {
          kept = group;
          group.createTask(fail('1s', 'boom'));
          try {
            yield* sleep('1 day');
          } finally {
            tryToAdd();
          }
        }),
      );
      tryToAdd();
      return errors;
    }) as Error[];
    expect(errors.map((error) => error instanceof InvalidStateError && error.message)).toEqual([
      'The task group is shutting down.',
      'The task group is finished.',
    ]);
  });

  it('survives being cancelled again and again while its tasks clean up', () => {
    const result = runBody(function* () {
      const log: string[] = [];
      const task = createTask(
        (function* () {
          yield* taskGroup(function* (group) {
            group.createTask(
              (function* () {
                try {
                  yield* sleep('1 day');
                } finally {
                  yield* sleep('10s');
                  log.push('tidied');
                }
              })(),
            );
            yield* sleep('1 day');
          });
        })(),
      );
      yield* sleep('1s');
      for (let times = 0; times < 3; times += 1) {
        task.cancel();
        yield* sleep('1s');
      }
      return [(yield* caught(task)) instanceof CancelledError, log];
    });
    expect(result).toEqual([true, ['tidied']]);
  });

  it.each([
    ['what is no function', 'body', 'INVALID_ARGUMENT'],
    ['an async function', async () => Promise.resolve(), 'NOT_AWAITABLE'],
  ])('refuses %s', (_, body, code) => {
    const error = runBody(function* () {
      yield* sleep(0);
      try {
        yield* taskGroup(body as never);
      } catch (error) {
        return error;
      }
      return undefined;
    });
    expect(error).toMatchObject({ code });
  });
});
