import {
  allTasks,
  Batch,
  batch,
  type BatchOptions,
  CancelledError,
  type Coroutine,
  createTask,
  ExceptionGroup,
  now,
  saga,
  sleep,
  step,
  WorkflowCodeError,
} from 'lull';
import { describe, expect, test } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { toJson } from '../../lib/http/to-json.ts';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

const seconds = (): number => (now().getTime() - START_MS) / 1000;

/** Takes so many seconds; an odd number fails. */
function* half(n: number): Coroutine<number> {
  yield* sleep(n * 1000);
  if (n % 2 === 1) throw new Error(`${n} is odd`);
  return n / 2;
}

const statuses = ({ items }: Batch<unknown>): string[] => items.map(({ status }) => status);

describe('batch', () => {
  test('gives how each item ended, in the order of the items, and does not throw', () => {
    runBody(function* () {
      const ended = yield* batch([4, 3, 2], half);
      expect(ended.items).toEqual([
        { status: 'fulfilled', value: 2 },
        { status: 'rejected', reason: new Error('3 is odd') },
        { status: 'fulfilled', value: 1 },
      ]);
      expect([ended.endedBy, ended.values()]).toEqual(['all', [2, 1]]);
      expect(ended.errors()).toEqual([new Error('3 is odd')]);
      expect(() => ended.throwIfFailed()).toThrow(new ExceptionGroup('1 of 3 items failed', ended.errors()));
      expect(seconds()).toBe(4);
    });
  });

  test('runs as many at once as the limit says, and begins the next when one has ended', () => {
    runBody(function* () {
      const begun: [number, number][] = [];
      yield* batch(
        [3, 1, 1, 1],
        function* (n, index) {
          begun.push([index, seconds()]);
          yield* sleep(n * 1000);
        },
        { limit: 2 },
      );
      expect(begun).toEqual([
        [0, 0],
        [1, 0],
        [2, 1],
        [3, 2],
      ]);
    });
  });

  test('takes from a generator only what it can begin, and closes it when it ends before', () => {
    runBody(function* () {
      let taken = 0;
      let isClosed = false;
      function* numbers(): Generator<number> {
        try {
          for (;;) yield (taken += 1) * 2;
        } finally {
          isClosed = true;
        }
      }
      const ended = yield* batch(numbers(), half, { limit: 2, enough: 3 });
      expect([taken, isClosed, ended.endedBy]).toEqual([4, true, 'enough']);
      expect(statuses(ended)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'cancelled']);
    });
  });

  test('with enough cancels the rest, which have ended before it returns', () => {
    runBody(function* () {
      const cleanedUp: number[] = [];
      const ended = yield* batch(
        [1, 5, 2, 9],
        function* (n, index) {
          try {
            yield* sleep(n * 1000);
          } finally {
            yield* sleep('1s');
            cleanedUp.push(index);
          }
        },
        { limit: 3, enough: 2 },
      );
      expect(statuses(ended)).toEqual(['fulfilled', 'cancelled', 'fulfilled', 'cancelled']);
      expect(cleanedUp).toEqual([0, 2, 1, 3]);
      expect(ended.endedBy).toBe('enough');
    });
  });

  test('an item that has not begun is not started', () => {
    runBody(function* () {
      const begun: number[] = [];
      const ended = yield* batch(
        [0, 1, 2, 3, 4],
        function* (n) {
          begun.push(n);
          yield* [];
          return n;
        },
        { limit: 3, enough: 1 },
      );
      expect(begun).toEqual([0]);
      expect(statuses(ended)).toEqual(['fulfilled', ...Array<string>(4).fill('not-started')]);
    });
  });

  test('an item that succeeds though it was cancelled is fulfilled, one that fails is rejected', () => {
    runBody(function* () {
      const ended = yield* batch(
        [1, 2, 3],
        function* (n) {
          try {
            yield* sleep(n * 1000);
          } catch (error) {
            if (n === 3) throw new Error('stuck', { cause: error });
          }
          return n;
        },
        { enough: 1 },
      );
      expect(ended.items).toMatchObject([
        { status: 'fulfilled', value: 1 },
        { status: 'fulfilled', value: 2 },
        { status: 'rejected', reason: { message: 'stuck' } },
      ]);
    });
  });

  test.each<[BatchOptions, number[], string[], string]>([
    [{ toleratedFailures: 0 }, [1, 2, 4], ['rejected', 'cancelled', 'cancelled'], 'failures'],
    [{ toleratedFailures: 1 }, [1, 2, 4], ['rejected', 'fulfilled', 'fulfilled'], 'all'],
    [{ toleratedFailures: 1 }, [1, 3, 4], ['rejected', 'rejected', 'cancelled'], 'failures'],
    [{ toleratedFailures: '50%' }, [1, 3, 4, 6], ['rejected', 'rejected', 'fulfilled', 'fulfilled'], 'all'],
    [{ toleratedFailures: '49.9%' }, [1, 3, 4, 6], ['rejected', 'rejected', 'cancelled', 'cancelled'], 'failures'],
    [{ toleratedFailures: 0, limit: 1 }, [2, 1, 4], ['fulfilled', 'rejected', 'not-started'], 'failures'],
    [{ enough: 3 }, [2, 1, 4], ['fulfilled', 'rejected', 'fulfilled'], 'all'],
    [{ enough: 2 }, [2, 1, 4], ['fulfilled', 'rejected', 'fulfilled'], 'enough'],
    [{}, [1, 3], ['rejected', 'rejected'], 'all'],
    [{ toleratedFailures: '0%' }, [], [], 'all'],
  ])('with %j and the items %j', (options, items, expected, endedBy) => {
    runBody(function* () {
      const ended = yield* batch(items, half, options);
      expect([statuses(ended), ended.endedBy]).toEqual([expected, endedBy]);
    });
  });

  test('counts a Set, a Map and a typed array', () => {
    runBody(function* () {
      const tolerated = { toleratedFailures: '0%', limit: 1 };
      expect(statuses(yield* batch(new Set([1, 2]), half, tolerated))).toEqual(['rejected', 'not-started']);
      expect(statuses(yield* batch(Uint8Array.of(1, 2), half, tolerated))).toEqual(['rejected', 'not-started']);
      const entries = new Map([['a', 1]]);
      expect(statuses(yield* batch(entries, ([, n]) => half(n), tolerated))).toEqual(['rejected']);
    });
  });

  test('takes steps, tasks and futures from its worker, and names the index', () => {
    runBody(function* () {
      const task = createTask(half(2));
      const ended = yield* batch(['a', 'b'], (item, index) => (index === 0 ? task : step(item, () => 7)));
      expect(ended.values()).toEqual([1, 7]);
    });
  });

  test('cancels the items when it is cancelled, and waits for them, however often', () => {
    runBody(function* () {
      const log: string[] = [];
      let isClosed = false;
      function* items(): Generator<number> {
        try {
          for (let n = 0; ; n += 1) yield n;
        } finally {
          isClosed = true;
        }
      }
      const task = createTask(
        batch(
          items(),
          function* (n) {
            try {
              yield* sleep('1 day');
            } finally {
              yield* sleep('1s');
              log.push(`end of ${n}`);
            }
          },
          { limit: 2 },
        ),
      );
      yield* sleep('1h');
      task.cancel('enough');
      yield* pause();
      task.cancel('now');
      expect(yield* caught(task)).toEqual(new CancelledError('now'));
      expect([log, isClosed]).toEqual([['end of 0', 'end of 1'], true]);
    });
  });

  test('throws what a generator throws halfway, after the items that run have ended', () => {
    runBody(function* () {
      const log: string[] = [];
      const broken = new Error('no page 3');
      function* items(): Generator<number> {
        yield 1;
        yield 2;
        throw broken;
      }
      const error = yield* caught(
        batch(
          items(),
          function* (n) {
            try {
              yield* sleep(n * 1000);
            } finally {
              log.push(`end of ${n}`);
            }
          },
          { limit: 2 },
        ),
      );
      expect(error).toBe(broken);
      expect(log).toEqual(['end of 1', 'end of 2']);
      expect(seconds()).toBe(1);
    });
  });

  test('throws what is wrong with the worker, and does not go through all items with it', () => {
    runBody(function* () {
      let called = 0;
      const worker = (async () => {
        called += 1;
        throw new Error('unseen');
      }) as never;
      const error = yield* caught(batch(Array.from({ length: 100 }), worker, { limit: 2 }));
      expect(error).toMatchObject({ code: 'NOT_AWAITABLE' });
      expect(called).toBe(1);
    });
  });

  test('an item whose worker throws at its call is rejected', () => {
    runBody(function* () {
      const ended = yield* batch([1], () => {
        throw new Error('at once');
      });
      expect(ended.errors()).toEqual([new Error('at once')]);
    });
  });

  test('an item that forgets an await is rejected with that', () => {
    runBody(function* () {
      const ended = yield* batch([1], function* () {
        sleep('1s');
        yield* pause();
      });
      expect(ended.errors()).toMatchObject([{ code: 'NEVER_AWAITED' }]);
    });
  });

  test.each<[string, unknown[]]>([
    ['batch() was given undefined for its items', [undefined, half]],
    ['give an array, a Set, a Map or a generator', [{ length: 3 }, half]],
    ['an async iterable cannot be replayed', [(async function* () {})(), half]],
    ['batch() was given undefined, and needs a generator function', [[1]]],
    ['the options of batch() are 10', [[1], half, 10]],
    [
      'batch() has no option "concurrency": there are limit, enough, toleratedFailures',
      [[1], half, { concurrency: 1 }],
    ],
    ['the limit of batch() is 0', [[1], half, { limit: 0 }]],
    ['the limit of batch() is 1.5', [[1], half, { limit: 1.5 }]],
    ['the enough of batch() is 0', [[1], half, { enough: 0 }]],
    ['the toleratedFailures of batch() is -1', [[1], half, { toleratedFailures: -1 }]],
    ['the toleratedFailures of batch() is "ten"', [[1], half, { toleratedFailures: 'ten' }]],
    ['the toleratedFailures of batch() is "101%"', [[1], half, { toleratedFailures: '101%' }]],
    ['how many items there are is not known', [[1].values(), half, { toleratedFailures: '10%' }]],
  ])('refuses bad arguments: %s', (message, args) => {
    runBody(function* () {
      const refused = (): unknown => (batch as (...args: unknown[]) => unknown)(...args);
      expect(refused).toThrow(WorkflowCodeError);
      expect(refused).toThrow(message);
      yield* pause();
    });
  });

  test('says that the limit is beyond the tasks of a run, and leaves none of them behind', () => {
    runBody(
      function* () {
        const error = yield* caught(batch(Array.from({ length: 20 }), () => sleep('1s'), { limit: 20 }));
        expect(error).toMatchObject({ code: 'TOO_MANY_TASKS' });
        expect(allTasks().size).toBe(1);
      },
      { live: { limits: { maxTasks: 10 } } },
    );
  });

  test('in the undo of a saga begins all its items, after the workflow was left too', () => {
    const { outcome } = drive(function* () {
      const undone: number[] = [];
      createTask(
        saga(function* (order) {
          order.onFailure(() =>
            batch(
              [1, 2, 3],
              function* (n) {
                yield* sleep('1s');
                undone.push(n);
              },
              { limit: 1 },
            ),
          );
          yield* sleep('1 day');
        }),
      );
      yield* sleep('1s');
      return undone;
    });
    expect(outcome).toEqual({ kind: 'completed', value: [1, 2, 3] });
  });

  test.each([1, 100])('takes 100,000 items from a generator, %i at once, with a task for each that runs', (limit) => {
    let [most, alive] = [0, 0];
    const { outcome } = drive(function* () {
      function* items(): Generator<number> {
        for (let n = 0; n < 100_000; n += 1) {
          alive += 1;
          most = Math.max(most, alive, allTasks().size);
          yield n;
        }
      }
      const ended = yield* batch(
        items(),
        function* (n) {
          alive -= 1;
          if (n % 1000 === 0) yield* sleep('1s');
          return n;
        },
        { limit },
      );
      return ended.values().reduce((sum, n) => sum + n, 0);
    });
    expect(outcome).toEqual({ kind: 'completed', value: 4_999_950_000 });
    expect(most).toBeLessThanOrEqual(limit + 1);
  });

  test('what it gives can be stored, and comes back as itself', () => {
    const ended = new Batch([{ status: 'fulfilled', value: new Date(0) }, { status: 'cancelled' }], 'enough');
    const back = decode(encode(ended, 'a batch')) as Batch<Date>;
    expect(back).toBeInstanceOf(Batch);
    expect(back).toEqual(ended);
    expect(back.values()).toEqual([new Date(0)]);
    expect(toJson(back)).toEqual({
      items: [{ status: 'fulfilled', value: '1970-01-01T00:00:00.000Z' }, { status: 'cancelled' }],
      endedBy: 'enough',
    });
  });
});
