import { type Coroutine, createTask, Future, gather, LullError, sleep, step, type Task, WorkflowCodeError } from 'lull';
import { describe, expect, it } from 'vitest';
import { caught, runBody } from '../api/run-body.ts';

/** A coroutine that yields something itself, as a forgotten star does. */
function* yielding(make: () => unknown): Coroutine<unknown> {
  return (yield make() as never) as unknown;
}

function* work(): Coroutine<string> {
  yield* sleep('1s');
  return 'worked';
}

const cases: readonly (readonly [what: string, make: () => unknown, message: RegExp])[] = [
  [
    'a step',
    () => step('charge', () => 1),
    /yielded step\("charge"\) \(at yielded\.test\.ts:\d+:\d+\).*yield\* in front/,
  ],
  ['a sleep', () => sleep('3 days'), /yielded sleep\("3 days"\).*with the star/],
  ['a task', () => createTask(sleep(0), { name: 'nap' }), /yielded task "nap".*with the star/],
  ['a future', () => new Future(), /Future.*with the star/],
  ['a coroutine', () => work(), /Generator.*with the star/],
  ['a promise', () => Promise.resolve(1), /a Promise.*step\('name', \(\) => \.\.\.\)/],
  ['a function', () => work, /a function work.*call it.*work\(\.\.\.\)/],
  ['an array', () => [1, 2], /an array.*gather/],
  ['nothing', () => undefined, /undefined.*sleep\(0\)/],
  ['a number', () => 42, /yielded 42/],
  ['an object', () => ({ kind: 'toString' }), /an object/],
];

describe('what is yielded and is no command is an error at that yield, which says what to write', () => {
  it.each(cases)('%s', (_, make, message) => {
    const error = runBody(function* () {
      const error = yield* caught(yielding(make));
      // The run goes on: the error came in at the yield, like any other.
      yield* sleep('1s');
      return error;
    });
    expect(error).toBeInstanceOf(WorkflowCodeError);
    expect(error).toMatchObject({ code: 'NOT_AWAITABLE', message: expect.stringMatching(message) as string });
  });
});

it('a task that awaits itself gets an error, and does not hang', () => {
  const error = runBody(function* () {
    const looking = function* (): Coroutine<unknown> {
      yield* sleep(0);
      return yield* caught(task);
    };
    const task: Task<unknown> = createTask(looking(), { name: 'Narcissus' });
    return yield* task;
  });
  expect(error).toMatchObject({ code: 'NOT_AWAITABLE', message: expect.stringContaining('"Narcissus"') as string });
});

it('commands of all kinds go through generators fifty levels deep', () => {
  function* down(level: number): Coroutine<number> {
    if (level > 0) return 1 + (yield* down(level - 1));
    yield* gather([sleep('1s'), step('a', () => 1), sleep(0)]);
    return 0;
  }
  expect(runBody(() => down(50))).toBe(50);
});

it('an iterator without throw and return ends with the first error thrown into it', () => {
  const outcome = runBody(function* () {
    const iterator = sleep('1 day')[Symbol.iterator]();
    const bare = { [Symbol.iterator]: () => ({ next: (sent: unknown) => iterator.next(sent) }) };
    const task = createTask(bare);
    yield* sleep('1s');
    task.cancel('enough');
    const error = yield* caught(task);
    return [task.cancelled(), (error as LullError).message];
  });
  expect(outcome).toEqual([true, 'enough']);
});
