import {
  type Coroutine,
  createTask,
  CancelledError,
  gather,
  now,
  race,
  random,
  shield,
  signal,
  sleep,
  step,
  TimeoutError,
  waitUntil,
  WorkflowCodeError,
} from 'lull';
import { describe, expect, test } from 'vitest';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

describe('waitUntil', () => {
  test('goes on at once where the predicate holds, and records nothing', () => {
    const { outcome, journal } = drive(function* () {
      return yield* waitUntil(() => 'there', { timeout: '1h' });
    });
    expect(outcome).toEqual({ kind: 'completed', value: 'there' });
    expect(journal.map(({ kind }) => kind)).toEqual(['started']);
  });

  test('goes on when another task has made the predicate hold, and gives what it returned', () => {
    const body = function* (): Coroutine<unknown> {
      let stock = 0;
      createTask(
        (function* () {
          for (; stock < 3; stock += 1) yield* sleep('1 day');
        })(),
      );
      return [yield* waitUntil(() => stock >= 3 && { stock }), now().getTime() - START_MS];
    };
    expect(runBody(body)).toEqual([{ stock: 3 }, 3 * 86_400_000]);
  });

  test('is asked when a signal comes that no code receives', () => {
    const word = signal<string>('word');
    const { outcome } = drive(
      function* () {
        yield* waitUntil(() => word.pending() === 2);
        return [word.receiveNowait(), word.receiveNowait()];
      },
      {
        messages: ['a', 'b'].map((payload, index) => ({
          kind: 'signal-received' as const,
          atMs: START_MS + index,
          messageId: `m${index}`,
          name: 'word',
          payload: payload as never,
        })),
      },
    );
    expect(outcome).toEqual({ kind: 'completed', value: ['a', 'b'] });
  });

  test('is not asked while nothing moves', () => {
    let asked = 0;
    let hasMoved = false;
    runBody(function* () {
      asked = 0;
      hasMoved = false;
      const waiting = createTask(waitUntil(() => (asked += 1) && hasMoved));
      yield* sleep('1 day');
      const before = asked;
      yield* sleep('1000 days');
      expect(asked - before).toBeLessThan(6); // for the end of one timer
      hasMoved = true;
      yield* waiting;
    });
  });

  test('lets a task in at a time, in the order of waiting', () => {
    const order = runBody(function* () {
      const log: string[] = [];
      let busy = false;
      function* work(name: string): Coroutine<void> {
        for (let time = 1; time <= 2; time += 1) {
          yield* waitUntil(() => !busy);
          expect(busy).toBe(false);
          busy = true;
          log.push(`${name}${time}`);
          yield* sleep('1s');
          busy = false;
        }
      }
      yield* gather([work('a'), work('b'), work('c')]);
      return log;
    });
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });

  test.each<[string, (predicate: () => boolean) => Coroutine<unknown>]>([
    [
      'a race',
      function* (predicate) {
        yield* race([waitUntil(predicate), sleep('1 day')]);
      },
    ],
    [
      'a task in a gather, shielded',
      function* (predicate) {
        yield* shield(gather([createTask(waitUntil(predicate)), sleep(0)]));
      },
    ],
  ])('lets a task in at a time through %s too', (_what, through) => {
    runBody(function* () {
      let inside = 0;
      let most = 0;
      function* work(): Coroutine<void> {
        yield* through(() => inside === 0);
        inside += 1;
        most = Math.max(most, inside);
        yield* sleep('1s');
        inside -= 1;
      }
      yield* gather(Array.from({ length: 5 }, work));
      expect(most).toBe(1);
    });
  });

  test('keeps its place when the predicate holds no more right before its task goes on', () => {
    const order = runBody(function* () {
      const log: string[] = [];
      let left = 0;
      function* take(name: string): Coroutine<void> {
        yield* waitUntil(() => left > 0);
        left -= 1;
        log.push(name);
      }
      const takers = gather([take('first'), take('second')]);
      yield* sleep('1s');
      left = 1;
      createTask(
        (function* () {
          left -= 1; // in the round in which the first is called
          yield* sleep('1s');
          left = 2;
        })(),
      );
      yield* takers;
      return log;
    });
    expect(order).toEqual(['first', 'second']);
  });

  test('a task that was called and is cancelled passes its place on', () => {
    runBody(function* () {
      let isOpen = false;
      const tasks = [1, 2].map(() => createTask(waitUntil(() => isOpen)));
      yield* sleep('1s');
      isOpen = true;
      tasks[0]?.cancel('enough');
      expect(yield* caught(tasks[0]!)).toEqual(new CancelledError('enough'));
      expect(yield* tasks[1]!).toBe(true);
    });
  });

  test('sees a state that lasts for one turn of the loop', () => {
    runBody(function* () {
      let phase = 0;
      let seen = 0;
      createTask(
        (function* () {
          yield* waitUntil(() => phase === 2);
          seen = phase;
        })(),
      );
      for (; phase < 5; phase += 1) yield* pause(3);
      expect(seen).toBe(2);
    });
  });

  test('throws a TimeoutError when its time is up, and sets its timer only if it waits', () => {
    const body = function* (): Coroutine<void> {
      const error = yield* caught(waitUntil(() => false, { timeout: '2h' }));
      expect(error).toBeInstanceOf(TimeoutError);
      expect((error as Error).message).toBe('the time limit of waitUntil("2h") was up');
      expect(now().getTime()).toBe(START_MS + 7_200_000);
    };
    runBody(body);
    const sleeps = drive(body).journal.filter(({ kind }) => kind === 'sleep');
    expect(sleeps).toMatchObject([{ name: 'waitUntil' }]);
  });

  test('with a timeout of zero asks once', () => {
    runBody(function* () {
      expect(yield* waitUntil(() => 1, { timeout: 0 })).toBe(1);
      expect(yield* caught(waitUntil(() => false, { timeout: 0 }))).toBeInstanceOf(TimeoutError);
    });
  });

  test('throws what the predicate throws, at once and later', () => {
    runBody(function* () {
      const broken = new Error('broken');
      let isBroken = true;
      const fails = (): boolean => {
        if (isBroken) throw broken;
        return false;
      };
      expect(yield* caught(waitUntil(fails))).toBe(broken);
      isBroken = false;
      const waiting = createTask(waitUntil(fails));
      yield* sleep('1s');
      isBroken = true;
      expect(yield* caught(waiting)).toBe(broken);
    });
  });

  test('throws an error that only one question of several has', () => {
    runBody(function* () {
      let asked = 0;
      const waiting = waitUntil(() => {
        asked += 1;
        if (asked === 2) throw new Error('the second time');
        return false;
      });
      expect(yield* caught(waiting)).toEqual(new Error('the second time'));
    });
  });

  test.each<[string, () => unknown, string]>([
    ['an async function', async () => Promise.reject(new Error('unseen')), 'INVALID_ARGUMENT'],
    ['a generator function', () => pause(), 'INVALID_ARGUMENT'],
    ['a step', () => step('look', () => true), 'READ_ONLY'],
    ['a task', () => createTask(sleep(0)), 'READ_ONLY'],
    ['a draw', () => random() > 2, 'READ_ONLY'],
  ])('refuses a predicate that is %s', (_what, predicate, code) => {
    runBody(function* () {
      const error = yield* caught(waitUntil(predicate));
      expect(error).toMatchObject({ code });
      expect((error as Error).message).toContain('the predicate of waitUntil()');
    });
  });

  test('refuses a predicate that comes to return a promise', () => {
    runBody(function* () {
      let answer: unknown = false;
      const waiting = createTask(waitUntil(() => answer));
      yield* sleep('1s');
      answer = Promise.reject(new Error('unseen'));
      expect(yield* caught(waiting)).toMatchObject({ code: 'INVALID_ARGUMENT' });
    });
  });

  test.each<[string, unknown[]]>([
    ['waitUntil() was given true', [true]],
    ['the options of waitUntil() are "1h"', [() => true, '1h']],
    ['waitUntil() has no option "timeoutMs"', [() => true, { timeoutMs: 1 }]],
    ['the duration of waitUntil()', [() => true, { timeout: 'soon' }]],
  ])('refuses bad arguments: %s', (message, args) => {
    runBody(function* () {
      const refused = (): unknown => (waitUntil as (...args: unknown[]) => unknown)(...args);
      expect(refused).toThrow(WorkflowCodeError);
      expect(refused).toThrow(message);
      yield* pause();
    });
  });

  test('is refused outside of a run', () => {
    expect(() => waitUntil(() => true)).toThrow('waitUntil() was called where no run is going on');
  });

  test('an endless loop of it has an end', () => {
    const { outcome } = drive(
      function* () {
        for (;;) yield* waitUntil(() => true);
      },
      { live: { limits: { maxCallbacksPerEvent: 1000 } } },
    );
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'ENDLESS_LOOP' } });
  });

  test('of five thousand tasks goes on one at a time, without asking each of them for each', () => {
    let asked = 0;
    const { outcome } = drive(function* () {
      let left = 0;
      const order: number[] = [];
      const tasks = Array.from({ length: 5000 }, (_, index) =>
        createTask(
          (function* () {
            yield* waitUntil(() => (asked += 1) && left > 0);
            left -= 1;
            order.push(index);
          })(),
        ),
      );
      yield* sleep('1s');
      asked = 0;
      left = 5000;
      yield* gather(tasks);
      return order;
    });
    expect(outcome).toEqual({ kind: 'completed', value: Array.from({ length: 5000 }, (_, index) => index) });
    expect(asked).toBeLessThan(20_000);
  });
});
