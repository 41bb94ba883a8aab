import { describe, expect, test } from 'vitest';
import { Barrier } from '../../lib/api/barrier.ts';
import { createTask } from '../../lib/api/create-task.ts';
import { gather } from '../../lib/api/gather.ts';
import type { Awaitable, Coroutine } from '../../lib/core/awaitable.ts';
import { BrokenBarrierError, CancelledError, WorkflowCodeError } from '../../lib/core/errors.ts';
import { caught, pause, runBody } from './run-body.ts';

const N = 5;

function* together<T>(times: number, body: (n: number) => Awaitable<T>): Coroutine<T[]> {
  return yield* gather(Array.from({ length: times }, (_, n) => body(n)));
}

describe('wait', () => {
  test('blocks tasks until all have come, and returns a number of its own to each', () => {
    runBody(function* () {
      const barrier = new Barrier(3);
      const tasks = [createTask(barrier.wait()), createTask(barrier.wait())];
      yield* pause();
      expect([barrier.nWaiting, barrier.parties]).toEqual([2, 3]);
      tasks.push(createTask(barrier.wait()));
      expect(yield* gather(tasks)).toEqual([0, 1, 2]);
      expect([barrier.nWaiting, barrier.broken]).toEqual([0, false]);
    });
  });

  test('of a barrier for one does not wait, however often', () => {
    runBody(function* () {
      const barrier = new Barrier(1);
      for (let n = 0; n < 3; n += 1) expect(yield* barrier.wait()).toBe(0);
    });
  });

  test('can be used round after round', () => {
    const passed = runBody(function* () {
      const barrier = new Barrier(N);
      const rounds: number[] = [];
      yield* together(N, function* () {
        for (const round of [1, 2, 3]) {
          yield* barrier.wait();
          rounds.push(round);
        }
      });
      expect(barrier.nWaiting).toBe(0);
      return rounds;
    });
    expect(passed).toEqual([...Array<number>(N).fill(1), ...Array<number>(N).fill(2), ...Array<number>(N).fill(3)]);
  });

  test('makes tasks that come while the last ones leave wait for the next round', () => {
    runBody(function* () {
      const barrier = new Barrier(N);
      const twoLess = new Barrier(N - 2);
      let again = 2;
      yield* together(N, function* () {
        yield* barrier.wait();
        if (again > 0) again -= 1;
        else yield* twoLess.wait();
        yield* barrier.wait();
      });
      expect([barrier.nWaiting, twoLess.nWaiting]).toEqual([0, 0]);
    });
  });

  test('that is cancelled makes room: the others wait for one more', () => {
    runBody(function* () {
      const barrier = new Barrier(3);
      const [first, second] = [createTask(barrier.wait()), createTask(barrier.wait())];
      yield* pause();
      first.cancel();
      expect(yield* caught(first)).toBeInstanceOf(CancelledError);
      expect(barrier.nWaiting).toBe(1);
      const third = createTask(barrier.wait());
      yield* pause(3);
      expect([second.done(), third.done(), barrier.nWaiting]).toEqual([false, false, 2]);
      yield* gather([second, third, barrier.wait()]);
      expect([barrier.nWaiting, barrier.broken]).toEqual([0, false]);
    });
  });
});

test('a barrier needs a whole number of parties, one or more', () => {
  runBody(function* () {
    for (const parties of [0, -1, 1.5, NaN, '3']) {
      expect(() => new Barrier(parties as number)).toThrow(WorkflowCodeError);
    }
  });
});

describe('reset', () => {
  test('of a barrier without waiting tasks changes nothing', () => {
    runBody(function* () {
      const barrier = new Barrier(1);
      yield* barrier.reset();
      expect([barrier.nWaiting, barrier.broken]).toEqual([0, false]);
      expect(yield* barrier.wait()).toBe(0);
    });
  });

  test('throws a BrokenBarrierError in the tasks that wait, and the barrier can be used again', () => {
    runBody(function* () {
      const barrier = new Barrier(N);
      const tasks = Array.from({ length: N - 1 }, () => createTask(barrier.wait()));
      yield* pause();
      yield* barrier.reset();
      const errors = yield* gather(tasks, { returnExceptions: true });
      expect(errors.every((error) => error instanceof BrokenBarrierError)).toBe(true);
      expect([barrier.nWaiting, barrier.broken]).toEqual([0, false]);
      expect(yield* together(N, () => barrier.wait())).toHaveLength(N);
    });
  });

  test('while half have left breaks it for the other half only', () => {
    runBody(function* () {
      const barrier = new Barrier(N);
      const half = Math.floor(N / 2);
      let left = 0;
      let broken = 0;
      yield* together(N, function* () {
        try {
          yield* barrier.wait();
        } catch (error) {
          expect(error).toBeInstanceOf(BrokenBarrierError);
          broken += 1;
          return;
        }
        left += 1;
        if (left === N - half) yield* barrier.reset();
      });
      // Who has the lock when the reset asks for it leaves as well.
      expect(left + broken).toBe(N);
      expect([barrier.nWaiting, barrier.broken]).toEqual([0, false]);
    });
  });

  test('lets the tasks that waited come again for a new round', () => {
    runBody(function* () {
      const barrier = new Barrier(N);
      let broken = 0;
      let passed = 0;
      const tasks = Array.from({ length: N - 1 }, () =>
        createTask(
          (function* () {
            if ((yield* caught(barrier.wait())) instanceof BrokenBarrierError) broken += 1;
            yield* barrier.wait();
            passed += 1;
          })(),
        ),
      );
      createTask(barrier.reset());
      yield* pause();
      createTask(barrier.wait());
      yield* gather(tasks);
      expect([broken, passed, barrier.broken, barrier.nWaiting]).toEqual([N - 1, N - 1, false, 0]);
    });
  });
});

describe('abort', () => {
  test('breaks it for tasks that wait and tasks that come, until it is reset', () => {
    runBody(function* () {
      const barrier = new Barrier(2);
      const waiter = createTask(barrier.wait());
      yield* pause();
      yield* barrier.abort();
      expect(barrier.broken).toBe(true);
      expect(yield* caught(waiter)).toEqual(new BrokenBarrierError('Abort or reset of barrier'));
      expect(yield* caught(barrier.wait())).toEqual(new BrokenBarrierError('Barrier aborted'));
      yield* barrier.reset();
      expect(barrier.broken).toBe(false);
      expect(yield* gather([barrier.wait(), barrier.wait()])).toEqual([0, 1]);
    });
  });

  test('by one of the members after an error ends all the others', () => {
    runBody(function* () {
      const barrier = new Barrier(N);
      let broken = 0;
      yield* together(N, function* () {
        try {
          if ((yield* barrier.wait()) === Math.floor(N / 2)) throw new Error('boom');
          yield* barrier.wait();
        } catch (error) {
          if (error instanceof BrokenBarrierError) broken += 1;
          else yield* barrier.abort();
        }
      });
      expect([barrier.broken, broken, barrier.nWaiting]).toEqual([true, N - 1, 0]);
    });
  });

  test('then reset by all of them together lets them meet again', () => {
    runBody(function* () {
      const barrier = new Barrier(N);
      const meeting = new Barrier(N);
      let met = 0;
      yield* together(N, function* () {
        try {
          if ((yield* barrier.wait()) === Math.floor(N / 2)) throw new Error('boom');
          yield* barrier.wait();
        } catch (error) {
          if (!(error instanceof BrokenBarrierError)) yield* barrier.abort();
        }
        if ((yield* meeting.wait()) === Math.floor(N / 2)) yield* barrier.reset();
        yield* meeting.wait();
        yield* barrier.wait();
        met += 1;
      });
      expect([met, barrier.broken, barrier.nWaiting]).toEqual([N, false, 0]);
    });
  });
});
