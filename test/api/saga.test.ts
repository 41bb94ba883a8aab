import { describe, expect, test } from 'vitest';
import { allTasks, createTask } from '../../lib/api/create-task.ts';
import { Event } from '../../lib/api/event.ts';
import { gather } from '../../lib/api/gather.ts';
import { saga, type Saga } from '../../lib/api/saga.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { taskGroup } from '../../lib/api/task-group.ts';
import { timeout } from '../../lib/api/timeout.ts';
import type { Awaitable, Coroutine } from '../../lib/core/awaitable.ts';
import { CancelledError, TimeoutError } from '../../lib/core/errors.ts';
import { ExceptionGroup } from '../../lib/core/exception-group.ts';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

const boom = new Error('boom');

/** An undo that takes a second and notes when it begins and ends. */
function undoing(name: string, seen: string[]): () => Coroutine<void> {
  return function* () {
    seen.push(`undo ${name}`);
    yield* sleep('1s');
    seen.push(`undid ${name}`);
  };
}

function* failing(seen: string[]): Coroutine<never> {
  return yield* saga(function* (saga) {
    saga.onFailure(undoing('a', seen));
    saga.onFailure(undoing('b', seen));
    yield* pause();
    throw boom;
  });
}

function* noting(name: string, seen: string[], awaitable: Awaitable<unknown>): Coroutine<void> {
  try {
    yield* awaitable;
  } catch (error) {
    seen.push(`${name}: ${(error as Error).name}`);
    throw error;
  }
}

function* failSoon(): Coroutine<never> {
  yield* pause();
  throw new Error('soon');
}

const UNDONE = ['undo b', 'undid b', 'undo a', 'undid a'];

test.each<[string, (undo: Coroutine<void>) => Awaitable<unknown> | (() => Awaitable<unknown>)]>([
  ['a coroutine', (undo) => undo],
  ['a function that gives a timeout', (undo) => () => timeout('1m', undo)],
  ['a lazy awaitable', (undo) => timeout('1m', undo)],
])('%s undoes what was done, once, when the saga fails', (_, toUndo) => {
  runBody(function* () {
    const seen: string[] = [];
    const failed = saga(function* (saga) {
      saga.onFailure(toUndo(undoing('a', seen)()));
      yield* pause();
      throw boom;
    });
    expect(yield* caught(failed)).toBe(boom);
    expect(seen).toEqual(['undo a', 'undid a']);
  });
});

test('an awaitable that is not needed, or comes too late, is not reported as never awaited', () => {
  runBody(function* () {
    const ended = yield* saga(function* (saga) {
      saga.onFailure(sleep('1s'));
      yield* pause();
      return saga;
    });
    expect(() => ended.onFailure(sleep('1s'))).toThrow('after the saga had ended');
  });
});

test('a promise is refused at once', () => {
  runBody(function* () {
    yield* saga(function* (saga) {
      expect(() => saga.onFailure(Promise.resolve() as never)).toThrow('saga.onFailure() was given a Promise');
      yield* pause();
    });
  });
});

test('a saga that ended well is not undone with the one around it, unless its undo is registered there', () => {
  runBody(function* () {
    const seen: string[] = [];
    const outer = saga(function* (outer) {
      yield* saga(function* (inner) {
        inner.onFailure(undoing('inner', seen));
        outer.onFailure(undoing('with the outer one', seen));
        yield* pause();
      });
      throw boom;
    });
    expect(yield* caught(outer)).toBe(boom);
    expect(seen).toEqual(['undo with the outer one', 'undid with the outer one']);
  });
});

test('a body that succeeds returns its result, and nothing is undone', () => {
  runBody(function* () {
    const seen: string[] = [];
    const result = yield* saga(function* (saga) {
      yield* sleep('1s');
      saga.onFailure(undoing('a', seen));
      return 'done';
    });
    yield* sleep('1h');
    expect([result, seen]).toEqual(['done', []]);
  });
});

test('a timeout in an undo ends what it waits for', () => {
  runBody(function* () {
    const seen: string[] = [];
    const error = yield* caught(
      saga(function* (saga) {
        saga.onFailure(function* () {
          const error = yield* caught(timeout('1s', new Event().wait()));
          seen.push(String(error));
          yield* undoing('a', seen)();
        });
        yield* pause();
        throw boom;
      }),
    );
    expect(error).toBe(boom);
    expect(seen).toEqual(['TimeoutError: the time limit of timeout("1s") was up', 'undo a', 'undid a']);
  });
});

test('a task group in an undo is left when one of its tasks fails', () => {
  runBody(function* () {
    const error = yield* caught(
      saga(function* (saga) {
        saga.onFailure(function* () {
          yield* taskGroup(function* (group) {
            group.createTask(failSoon());
            yield* new Event().wait();
          });
        });
        yield* pause();
        throw boom;
      }),
    );
    expect(error).toMatchObject({ errors: [boom, { errors: [{ message: 'soon' }] }] });
  });
});

describe('a body that fails', () => {
  test('is undone last to first, one after the other, and then its error is thrown itself', () => {
    runBody(function* () {
      const seen: string[] = [];
      const error = yield* caught(failing(seen));
      expect(error).toBe(boom);
      expect(seen).toEqual(UNDONE);
    });
  });

  test('with nothing to undo throws at once', () => {
    const { outcome, journal } = drive(function* () {
      yield* saga(function* () {
        throw boom;
      });
    });
    expect(outcome).toEqual({ kind: 'failed', error: boom });
    expect(journal).toHaveLength(1);
  });

  test('with what is no Error throws that', () => {
    runBody(function* () {
      const body = function* (saga: Saga) {
        saga.onFailure(pause);
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- authors do
        throw 'text';
      };
      expect(yield* caught(saga(body))).toBe('text');
    });
  });

  test('inside of another saga that goes on leaves that one as it is', () => {
    runBody(function* () {
      const seen: string[] = [];
      const result = yield* saga(function* (outer) {
        outer.onFailure(undoing('outer', seen));
        yield* caught(failing(seen));
        return 'done';
      });
      expect([result, seen]).toEqual(['done', UNDONE]);
    });
  });
});

describe('a saga that is cancelled', () => {
  test('is undone, and then the CancelledError is thrown', () => {
    runBody(function* () {
      const seen: string[] = [];
      const task = createTask(
        saga(function* (saga) {
          saga.onFailure(undoing('a', seen));
          yield* sleep('1 day');
        }),
      );
      yield* sleep('1s');
      task.cancel('enough');
      expect(yield* caught(task)).toEqual(new CancelledError('enough'));
      expect([seen, task.cancelled()]).toEqual([['undo a', 'undid a'], true]);
    });
  });

  test('while it is being undone goes on to the end, then throws the last CancelledError, caused by the first error', () => {
    runBody(function* () {
      const seen: string[] = [];
      const task = createTask(failing(seen));
      yield* sleep(500);
      task.cancel('first');
      yield* sleep(500);
      task.cancel('second');
      const error = yield* caught(task);
      expect(error).toMatchObject({ code: 'CANCELLED', message: 'second', cause: boom });
      expect(seen).toEqual(UNDONE);
    });
  });

  test('by a time limit that ends while it is being undone is late, and undone', () => {
    runBody(function* () {
      const seen: string[] = [];
      const error = yield* caught(timeout('1500ms', failing(seen)));
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ cause: { code: 'CANCELLED', cause: boom } });
      expect(seen).toEqual(UNDONE);
    });
  });

  test('with the whole run is undone before the run ends', () => {
    let seen: string[] = [];
    const { outcome, endedAtMs } = drive(
      function* () {
        seen = [];
        yield* saga(function* (saga) {
          saga.onFailure(undoing('a', seen));
          yield* sleep('1 day');
        });
      },
      { messages: [{ kind: 'cancel-requested', messageId: 'm1', atMs: START_MS + 10, reason: 'enough' }] },
    );
    expect(outcome).toEqual({ kind: 'cancelled', error: new CancelledError('enough') });
    expect([seen, endedAtMs]).toEqual([['undo a', 'undid a'], START_MS + 1_010]);
  });

  test('with all tasks of the run, its own helper included, is undone to the end', () => {
    runBody(function* () {
      const seen: string[] = [];
      const task = createTask(failing(seen));
      yield* sleep(500);
      const others = [...allTasks()].slice(1);
      expect(others).toHaveLength(2);
      for (const other of others) other.cancel();
      expect(yield* caught(task)).toBeInstanceOf(CancelledError);
      expect(seen).toEqual(UNDONE);
    });
  });

  test('by the end of the body of the run, while it is being undone, keeps the run until it is undone', () => {
    let seen: string[] = [];
    const { outcome } = drive(function* () {
      seen = [];
      createTask(failing(seen));
      yield* sleep(500);
      return 'done';
    });
    expect([outcome, seen]).toEqual([{ kind: 'completed', value: 'done' }, UNDONE]);
  });

  test('by the end of the body of the run leaves alone what an undo waits for, and ends what it left behind', () => {
    let seen: string[] = [];
    const { outcome } = drive(function* () {
      seen = [];
      createTask(
        saga(function* (saga) {
          saga.onFailure(function* () {
            createTask(noting('left behind', seen, sleep('365 days')));
            yield* gather([undoing('a', seen)(), undoing('b', seen)()]);
          });
          yield* pause();
          throw boom;
        }),
      );
      yield* sleep(500);
      return 'done';
    });
    expect(outcome).toEqual({ kind: 'completed', value: 'done' });
    expect(seen).toEqual(['undo a', 'undo b', 'undid a', 'undid b', 'left behind: CancelledError']);
  });
});

describe('an undo that fails', () => {
  const twoUndosFail = function* (errors: readonly Error[], seen: string[]) {
    return yield* saga(function* (saga) {
      saga.onFailure(undoing('a', seen));
      for (const error of errors) {
        saga.onFailure(function* () {
          yield* sleep('1s');
          throw error;
        });
      }
      yield* pause();
      throw boom;
    });
  };

  test('does not stop the others, and all errors are thrown together, that of the body first', () => {
    runBody(function* () {
      const seen: string[] = [];
      const [first, second] = [new Error('first undo'), new Error('second undo')];
      const group = yield* caught(twoUndosFail([first, second], seen));
      expect(group).toBeInstanceOf(ExceptionGroup);
      expect((group as ExceptionGroup).errors).toEqual([boom, second, first]);
      expect((group as ExceptionGroup).message).toBe('errors in undoing a saga');
      expect(seen).toEqual(['undo a', 'undid a']);
    });
  });

  test('is not hidden by a cancel that comes meanwhile', () => {
    runBody(function* () {
      const failed = new Error('undo');
      const task = createTask(twoUndosFail([failed], []));
      yield* sleep(500);
      task.cancel('enough');
      const group = yield* caught(task);
      expect(group).toBeInstanceOf(ExceptionGroup);
      const [cancellation, undoError] = (group as ExceptionGroup).errors;
      expect(cancellation).toMatchObject({ code: 'CANCELLED', message: 'enough', cause: boom });
      expect(undoError).toBe(failed);
    });
  });

  test('because it is no generator function says so', () => {
    runBody(function* () {
      const body = function* (saga: Saga) {
        saga.onFailure((async () => {}) as never);
        throw boom;
      };
      const group = yield* caught(saga(body));
      expect((group as ExceptionGroup).errors).toEqual([boom, expect.objectContaining({ code: 'NOT_AWAITABLE' })]);
    });
  });
});
