/** What can stand behind `yield*`, what it gives there, and what the compiler refuses. */
import { describe, expectTypeOf, test } from 'vitest';
import { type Awaitable, type Command, type Coroutine, type Duration, type Result } from 'lull';
import { createTask, Future, gather, now, random, runInfo, sleep, sleepUntil, step, uuid, workflow } from 'lull';

function* answer(): Coroutine<number> {
  yield* sleep('1s');
  return 42;
}

function* identity<T>(value: T): Coroutine<T> {
  yield* sleep(1);
  return value;
}

describe('yield* gives', () => {
  test('what a coroutine returns', () => {
    workflow('w', function* () {
      expectTypeOf(yield* answer()).toEqualTypeOf<number>();
      expectTypeOf(yield* identity('text')).toEqualTypeOf<string>();
      expectTypeOf(yield* identity({ id: 1 })).toEqualTypeOf<{ id: number }>();
    });
  });

  test('the result of a sleep where there is one, else nothing', () => {
    expectTypeOf(sleep('1s')).toEqualTypeOf<Awaitable<void>>();
    expectTypeOf(sleep('1s', { id: 1 })).toEqualTypeOf<Awaitable<{ id: number }>>();
    expectTypeOf(sleepUntil('2027-01-31T09:00:00Z')).toEqualTypeOf<Awaitable<void>>();
  });

  test('what a future or a task holds', () => {
    workflow('w', function* () {
      expectTypeOf(yield* new Future<string>()).toEqualTypeOf<string>();
      expectTypeOf(yield* createTask(answer())).toEqualTypeOf<number>();
    });
  });

  test('never for what never returns', () => {
    workflow('w', function* () {
      const fail = function* (): Coroutine<never> {
        yield* sleep(1);
        throw new Error('boom');
      };
      expectTypeOf(yield* fail()).toEqualTypeOf<never>();
    });
  });
});

describe('a generator function', () => {
  test('is a coroutine without being told, as long as it yields with a star', () => {
    const plain = function* () {
      const text = yield* step('read', () => 'text');
      return text.length;
    };
    expectTypeOf(plain()).toExtend<Coroutine<number>>();
    workflow('w', plain);
  });

  test('that awaits nothing is a coroutine too', () => {
    const nothing = function* () {
      return 1;
    };
    expectTypeOf(nothing()).toExtend<Coroutine<number>>();
    workflow('w', function* () {
      expectTypeOf(yield* nothing()).toEqualTypeOf<number>();
    });
  });

  test('that forgets the star is refused', () => {
    // @ts-expect-error yield without a star gives the engine an awaitable, which is no command
    workflow('w', function* () {
      yield sleep('1s');
    });
    // @ts-expect-error so does a task
    workflow('w', function* () {
      yield createTask(sleep('1s'));
    });
  });

  test('that yields a promise is refused, with a star and without', () => {
    // @ts-expect-error a promise is no command
    workflow('w', function* () {
      yield Promise.resolve(1);
    });
    workflow('w', function* () {
      // @ts-expect-error a promise has no iterator
      yield* Promise.resolve(1);
    });
  });

  test('that is async is refused', () => {
    // @ts-expect-error an async function gives a promise
    workflow('w', async () => 1);
    // @ts-expect-error an async generator gives promises
    workflow('w', async function* () {
      yield* [];
    });
  });
});

describe('an Awaitable', () => {
  test('is not a promise, an array, a function or a value', () => {
    expectTypeOf<Promise<number>>().not.toExtend<Awaitable<number>>();
    expectTypeOf<number[]>().not.toExtend<Awaitable<unknown>>();
    expectTypeOf<() => Coroutine<number>>().not.toExtend<Awaitable<number>>();
    expectTypeOf<string>().not.toExtend<Awaitable<unknown>>();
    // @ts-expect-error a promise cannot be gathered
    gather([Promise.resolve(1)]);
    // @ts-expect-error a function has to be called first
    createTask(answer);
  });

  test('of a narrow result is one of a wide result, and not the other way round', () => {
    expectTypeOf<Awaitable<string>>().toExtend<Awaitable<unknown>>();
    expectTypeOf<Coroutine<string>>().toExtend<Awaitable<string | number>>();
    expectTypeOf<Awaitable<unknown>>().not.toExtend<Awaitable<string>>();
  });

  test('tells what awaiting it gives', () => {
    expectTypeOf<Result<Awaitable<string>>>().toEqualTypeOf<string>();
    expectTypeOf<Result<Coroutine<string>>>().toEqualTypeOf<string>();
    expectTypeOf<Result<Future<string>>>().toEqualTypeOf<string>();
    expectTypeOf<Result<string[]>>().toEqualTypeOf<never>();
  });

  test('may be written by hand', () => {
    class Wait implements Awaitable<number> {
      *[Symbol.iterator](): Coroutine<number> {
        yield* sleep(1);
        return 1;
      }
    }
    workflow('w', function* () {
      expectTypeOf(yield* new Wait()).toEqualTypeOf<number>();
    });
  });

  test('yields commands, of which an author has no need to know the kinds', () => {
    expectTypeOf<Coroutine<1>>().toExtend<Iterator<Command, 1>>();
    expectTypeOf<Command>().toHaveProperty('kind');
  });
});

test('a duration is milliseconds, a text or parts, and no date', () => {
  expectTypeOf<500 | '3 days'>().toExtend<Duration>();
  expectTypeOf<{ hours: number; minutes: number }>().toExtend<Duration>();
  expectTypeOf<Date>().not.toExtend<Duration>();
  // @ts-expect-error there are no months: they have no fixed length
  sleep({ months: 1 });
});

test('what a run knows is typed', () => {
  expectTypeOf(now()).toEqualTypeOf<Date>();
  expectTypeOf(random()).toEqualTypeOf<number>();
  expectTypeOf(uuid()).toEqualTypeOf<string>();
  expectTypeOf(runInfo().startedAt).toEqualTypeOf<Date>();
});
