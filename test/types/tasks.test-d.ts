import { describe, expectTypeOf, test } from 'vitest';
import type { Awaitable, Coroutine, Task } from 'lull';
import {
  allTasks,
  CancelledError,
  createTask,
  currentTask,
  Future,
  isCancelled,
  LullError,
  wait,
  workflow,
} from 'lull';

declare const text: Task<string>;
declare const count: Task<number>;
declare const future: Future<Date>;

describe('a task', () => {
  test('has the type of what it runs', () => {
    const work = function* <T>(value: T): Coroutine<T> {
      return value;
    };
    expectTypeOf(createTask(work(1))).toEqualTypeOf<Task<number>>();
    expectTypeOf(createTask(work('a'), { name: 'a' }).result()).toEqualTypeOf<string>();
    expectTypeOf(text.exception()).toEqualTypeOf<Error | undefined>();
    expectTypeOf(text.cancel('enough')).toEqualTypeOf<boolean>();
  });

  test('of a narrow result is a task of a wide one, so that tasks of all kinds go together', () => {
    expectTypeOf<Task<string>>().toExtend<Task<unknown>>();
    expectTypeOf<Task<string>>().toExtend<Task<string | number>>();
    expectTypeOf<Task<unknown>>().not.toExtend<Task<string>>();
    const tasks: Task<unknown>[] = [text, count];
    expectTypeOf(tasks).toEqualTypeOf<Task<unknown>[]>();
  });

  test('is handed to its callbacks', () => {
    text.addDoneCallback((task) => expectTypeOf(task).toEqualTypeOf<Task<string>>());
    expectTypeOf(text.removeDoneCallback(() => {})).toEqualTypeOf<number>();
  });

  test('that is current, or one of all, may give anything', () => {
    expectTypeOf(currentTask()).toEqualTypeOf<Task<unknown>>();
    expectTypeOf(allTasks()).toEqualTypeOf<Set<Task<unknown>>>();
  });
});

describe('a future', () => {
  test('takes and gives its type', () => {
    expectTypeOf(future.result()).toEqualTypeOf<Date>();
    expectTypeOf<Future<Date>['setResult']>().parameters.toEqualTypeOf<[result: Date]>();
    // @ts-expect-error it holds a date
    future.setResult('2030-01-01');
    // @ts-expect-error what is set as an exception is an Error
    future.setException('boom');
  });

  test('of nothing is set without a value', () => {
    const nothing: Future<void> = new Future();
    nothing.setResult();
  });

  test('is an awaitable', () => {
    expectTypeOf<Future<Date>>().toExtend<Awaitable<Date>>();
  });
});

describe('wait', () => {
  test('gives sets of what was given, so that results keep their types', () => {
    workflow('w', function* () {
      const { done, pending } = yield* wait([text], { returnWhen: 'FIRST_COMPLETED' });
      expectTypeOf(done).toEqualTypeOf<Set<Task<string>>>();
      expectTypeOf(pending).toEqualTypeOf<Set<Task<string>>>();
      for (const task of done) expectTypeOf(task.result()).toEqualTypeOf<string>();
    });
  });

  test('takes tasks and futures of several kinds, in any iterable', () => {
    expectTypeOf(wait(new Set([text, count]))).toEqualTypeOf<
      Awaitable<{ done: Set<Task<string> | Task<number>>; pending: Set<Task<string> | Task<number>> }>
    >();
    expectTypeOf(wait([future], { timeout: '1s' })).toEqualTypeOf<
      Awaitable<{ done: Set<Future<Date>>; pending: Set<Future<Date>> }>
    >();
  });

  test('refuses coroutines and words it does not know', () => {
    const work = function* (): Coroutine<number> {
      return 1;
    };
    // @ts-expect-error a coroutine is to be made a task first
    wait([work()]);
    // @ts-expect-error there is no such word
    wait([text], { returnWhen: 'ANY' });
  });
});

test('isCancelled tells a CancelledError from what was caught', () => {
  const caught: unknown = undefined;
  if (isCancelled(caught)) expectTypeOf(caught).toEqualTypeOf<CancelledError>();
  if (caught instanceof LullError) expectTypeOf(caught.code).toEqualTypeOf<string>();
});
