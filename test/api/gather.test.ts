import { CancelledError, type Coroutine, createTask, Future, gather, now, sleep } from 'lull';
import { describe, expect, it } from 'vitest';
import { START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

const refused: readonly (readonly [what: string, make: () => unknown, message: RegExp])[] = [
  ['a promise', () => Promise.resolve([1]), /gather\(\) was given a Promise/],
  ['a Date', () => new Date(0), /gather\(\) was given a Date/],
  ['a Set', () => new Set(), /gather\(\) was given a Set/],
  ['a function', () => () => 1, /gather\(\) was given a function/],
  ['a task', () => createTask(sleep(0)), /gather\(\) was given/],
  [
    'a promise in the array',
    () => [createTask(sleep(0)), Promise.resolve(1)],
    /at position 1, was given a Promise.*step\('name'/,
  ],
  ['a function in a record', () => ({ x: function work() {} }), /at "x", was given a function work.*work\(\.\.\.\)/],
  ['nothing', () => undefined, /gather\(\) was given undefined.*gather\(\[a, b\]\)/],
];

describe('gather', () => {
  it('returns the results in the shape of its argument: an array or a record', () => {
    const result = runBody(function* () {
      const list = yield* gather([sleep('2s', 'slow'), sleep('1s', 'fast')]);
      const record = yield* gather({ x: sleep('2s', 1), y: sleep('1s', 'two') });
      return { list, record, keys: Object.keys(record) };
    });
    expect(result).toEqual({ list: ['slow', 'fast'], record: { x: 1, y: 'two' }, keys: ['x', 'y'] });
  });

  it('of nothing is done at once, with nothing in it', () => {
    const result = runBody(function* () {
      const before = now();
      return [yield* gather([]), yield* gather({}), now().getTime() - before.getTime()];
    });
    expect(result).toEqual([[], {}, 0]);
  });

  it('starts at the call, not when it is awaited', () => {
    const seconds = runBody(function* () {
      const all = gather([sleep('3s'), sleep('2s')]);
      yield* sleep('3s');
      yield* all;
      return (now().getTime() - START_MS) / 1000;
    });
    expect(seconds).toBe(3);
  });

  it('throws the first error in time, and lets the others go on', () => {
    const result = runBody(function* () {
      const slow = createTask(sleep('3s', 'slow'));
      const error = yield* caught(gather([slow, fail('1s', 'late'), fail(1, 'early')]));
      return [String(error), slow.done(), yield* slow];
    });
    expect(result).toEqual(['Error: early', false, 'slow']);
  });

  it('returns errors in their places with returnExceptions, cancellations included', () => {
    const result = runBody(function* () {
      const doomed = createTask(sleep('1 day'));
      const all = gather({ a: sleep('1s', 1), b: fail(1, 'boom'), c: doomed }, { returnExceptions: true });
      yield* pause();
      doomed.cancel();
      const { a, b, c } = yield* all;
      return [a, String(b), c instanceof CancelledError];
    });
    expect(result).toEqual([1, 'Error: boom', true]);
  });

  it('awaits an awaitable that is given twice once', () => {
    const result = runBody(function* () {
      let runs = 0;
      const once = (function* () {
        runs += 1;
        yield* sleep('1s');
        return runs;
      })();
      return yield* gather({ x: once, y: once, z: sleep(0, 'z') });
    });
    expect(result).toEqual({ x: 1, y: 1, z: 'z' });
  });

  it('is cancelled with all of its parts, and throws the cancellation even if they refuse', () => {
    const result = runBody(function* () {
      const log: string[] = [];
      function* stubborn(name: string): Coroutine<string> {
        try {
          yield* sleep('1 day');
        } catch {
          log.push(`${name} refused`);
        }
        return name;
      }
      const task = createTask(
        (function* () {
          yield* gather([stubborn('a'), stubborn('b')], { returnExceptions: true });
        })(),
      );
      yield* pause(2);
      task.cancel();
      const error = yield* caught(task);
      return [error instanceof CancelledError, log];
    });
    expect(result).toEqual([true, ['a refused', 'b refused']]);
  });

  it.each(refused)('refuses %s and says what to give', (_, make, message) => {
    const error = runBody(() =>
      (function* () {
        yield* sleep(0);
        try {
          void gather(make() as never);
        } catch (error) {
          return error;
        }
        return undefined;
      })(),
    );
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string });
  });
});

describe('gather with a limit', () => {
  it('runs at most so many at once, begun in order', () => {
    const result = runBody(function* () {
      const log: string[] = [];
      let running = 0;
      let most = 0;
      function* one(name: number): Coroutine<number> {
        running += 1;
        most = Math.max(most, running);
        log.push(`${name}`);
        yield* sleep((10 - name) * 100);
        running -= 1;
        return name;
      }
      const all = yield* gather([1, 2, 3, 4, 5, 6, 7].map(one), { limit: 3 });
      return { all, most, log };
    });
    expect(result).toEqual({ all: [1, 2, 3, 4, 5, 6, 7], most: 3, log: ['1', '2', '3', '4', '5', '6', '7'] });
  });

  it('throws the first error, and runs the rest all the same', () => {
    const result = runBody(function* () {
      const log: number[] = [];
      function* one(name: number): Coroutine<void> {
        yield* sleep('1s');
        log.push(name);
        if (name === 1) throw new Error('first');
      }
      const error = yield* caught(gather([1, 2, 3, 4].map(one), { limit: 1 }));
      const then = [...log];
      yield* sleep('10s');
      return [String(error), then, log];
    });
    expect(result).toEqual(['Error: first', [1], [1, 2, 3, 4]]);
  });

  it('begins nothing any more when it is cancelled', () => {
    const result = runBody(function* () {
      const log: number[] = [];
      function* one(name: number): Coroutine<void> {
        log.push(name);
        yield* sleep('1s');
      }
      const task = createTask(gather([1, 2, 3].map(one), { limit: 1 }));
      yield* sleep(500);
      task.cancel('enough');
      const error = yield* caught(task);
      yield* sleep('10s');
      return [String(error), log];
    });
    expect(result).toEqual(['CancelledError: enough', [1]]);
  });

  it('begins nothing any more when it is cancelled in the moment in which one ends', () => {
    const result = runBody(function* () {
      const log: number[] = [];
      const first = new Future<void>();
      function* other(name: number): Coroutine<void> {
        log.push(name);
        yield* sleep('1s');
      }
      const task = createTask(gather([first, other(2), other(3)], { limit: 1 }));
      yield* pause();
      first.setResult();
      task.cancel();
      const error = yield* caught(task);
      return [error instanceof CancelledError, log];
    });
    expect(result).toEqual([true, []]);
  });

  it.each([0, -1, NaN, 'many'])('cannot be %s', (limit) => {
    const error = runBody(function* () {
      yield* sleep(0);
      try {
        gather([], { limit: limit as number });
      } catch (error) {
        return error;
      }
      return undefined;
    });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('limit') as string });
  });
});

function* fail(delay: string | number, message: string): Coroutine<never> {
  yield* sleep(delay);
  throw new Error(message);
}
