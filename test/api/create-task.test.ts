import {
  allTasks,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  InvalidStateError,
  sleep,
  type Task,
  WorkflowCodeError,
} from 'lull';
import { describe, expect, it } from 'vitest';
import { caught, pause, runBody } from './run-body.ts';

function* work(): Coroutine<string> {
  yield* sleep('1s');
  return 'worked';
}

describe('a task', () => {
  it('can be made of anything that can be awaited', () => {
    const result = runBody(function* () {
      const future = new Future<string>();
      const tasks = [
        createTask(work()),
        createTask(sleep('1s', 'slept')),
        createTask(createTask(work())),
        createTask(future),
        createTask({ [Symbol.iterator]: () => work() }),
      ];
      future.setResult('set');
      const results: string[] = [];
      for (const task of tasks) results.push(yield* task);
      return results;
    });
    expect(result).toEqual(['worked', 'slept', 'worked', 'set', 'worked']);
  });

  it('has no result and no error before its end', () => {
    const errors = runBody(function* () {
      const task = createTask(work());
      const errors = [() => task.result(), () => task.exception()].map(thrownBy);
      yield* task;
      return errors;
    });
    expect(errors.map((error) => error instanceof InvalidStateError)).toEqual([true, true]);
  });

  it('cannot be set from outside: it is its coroutine that says how it ends', () => {
    const errors = runBody(function* () {
      const task = createTask(work()) as unknown as Future<string>;
      yield* pause();
      return [() => task.setResult('x'), () => task.setException(new Error('x'))].map(thrownBy);
    });
    expect(errors.map((error) => error instanceof InvalidStateError)).toEqual([true, true]);
  });

  it('wraps a thrown value that is no Error, for each caller that asks', () => {
    const result = runBody(function* () {
      const task = createTask(
        (function* () {
          yield* pause();
          throw 'text'; // eslint-disable-line @typescript-eslint/only-throw-error -- that is the case
        })(),
      );
      const error = yield* caught(task);
      return [error === task.exception(), (error as Error).cause];
    });
    expect(result).toEqual([true, 'text']);
  });

  it('calls the callbacks that were added before its end and after, in order, without the removed ones', () => {
    const calls = runBody(function* () {
      const calls: string[] = [];
      const task = createTask(work());
      const unwanted = () => calls.push('unwanted');
      task.addDoneCallback((done) => calls.push(`first ${String(done === task)}`));
      task.addDoneCallback(unwanted);
      task.addDoneCallback(unwanted);
      const removed = task.removeDoneCallback(unwanted);
      yield* task;
      task.addDoneCallback(() => calls.push('late'));
      calls.push(`removed ${removed}`);
      yield* pause();
      return calls;
    });
    expect(calls).toEqual(['first true', 'removed 2', 'late']);
  });

  it('counts its cancellations, and takes them back', () => {
    const result = runBody(function* () {
      const counts: number[] = [];
      const task = createTask(
        (function* () {
          try {
            yield* sleep('1 day');
          } catch {
            const self = currentTask();
            counts.push(self.cancelling(), self.uncancel(), self.uncancel(), self.uncancel());
          }
        })(),
      );
      yield* pause();
      task.cancel();
      task.cancel();
      yield* task;
      return [counts, task.cancel()];
    });
    expect(result).toEqual([[2, 1, 0, 0], false]);
  });

  it('of a coroutine that another one ran is an error; so is one that a block took', () => {
    const codes = runBody(function* () {
      const coroutine = work();
      yield* createTask(coroutine);
      return [thrownBy(() => createTask(coroutine))].map((error) => (error as WorkflowCodeError).code);
    });
    expect(codes).toEqual(['ALREADY_AWAITED']);
  });

  it.each([
    ['a promise', Promise.resolve(), /a Promise.*step/],
    ['an async function that was called', (async () => Promise.resolve())(), /a Promise/],
    ['a generator function that was not called', work, /a function work.*work\(\.\.\.\)/],
    ['undefined', undefined, /undefined/],
    ['an array', [1], /an array.*gather/],
    ['a text', 'work', /"work"/],
    ['a Map', new Map(), /a Map/],
  ])('cannot be made of %s', (_, value, message) => {
    const error = runBody(function* () {
      yield* pause();
      return thrownBy(() => createTask(value as never));
    });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string });
  });
});

it('in a callback there is no current task', () => {
  const error = runBody(function* () {
    let error: unknown;
    const task: Task<string> = createTask(work());
    task.addDoneCallback(() => (error = thrownBy(currentTask)));
    yield* task;
    yield* pause();
    return error;
  });
  expect(error).toMatchObject({ code: 'NOT_IN_A_RUN' });
});

it.each([
  ['createTask', () => createTask(work())],
  ['currentTask', () => currentTask()],
  ['allTasks', () => allTasks()],
  ['new Future', () => new Future()],
])('%s outside of a run is an error', (_, call) => {
  expect(call).toThrow(expect.objectContaining({ code: 'NOT_IN_A_RUN' }) as Error);
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
