import { describe, expect, test } from 'vitest';
import { Condition } from '../../lib/api/condition.ts';
import { createTask } from '../../lib/api/create-task.ts';
import { Lock } from '../../lib/api/lock.ts';
import { timeout } from '../../lib/api/timeout.ts';
import { waitFor } from '../../lib/api/wait-for.ts';
import type { Coroutine } from '../../lib/core/awaitable.ts';
import { CancelledError, InvalidStateError, TimeoutError, WorkflowCodeError } from '../../lib/core/errors.ts';
import { caught, pause, runBody } from './run-body.ts';

/** Waits once under the lock, and keeps it. */
function* waitAndKeep(condition: Condition, n: number, result: number[]): Coroutine<void> {
  yield* condition.acquire();
  if (yield* condition.wait()) result.push(n);
}

describe('wait', () => {
  test('goes on when it was notified and has the lock again', () => {
    runBody(function* () {
      const condition = new Condition();
      const result: number[] = [];
      const tasks = [1, 2, 3].map((n) => createTask(waitAndKeep(condition, n, result)));
      yield* pause();
      expect([result, condition.locked()]).toEqual([[], false]);
      expect(yield* condition.acquire()).toBe(true);
      condition.notify();
      yield* pause();
      expect([result, condition.locked()]).toEqual([[], true]);
      condition.release();
      yield* pause();
      expect([result, condition.locked()]).toEqual([[1], true]);
      condition.notify(2);
      yield* pause();
      expect(result).toEqual([1]);
      condition.release();
      yield* pause();
      expect(result).toEqual([1, 2]);
      condition.release();
      yield* pause();
      expect(result).toEqual([1, 2, 3]);
      expect(tasks.every((task) => task.done())).toBe(true);
    });
  });

  test('without the lock is an InvalidStateError', () => {
    runBody(function* () {
      expect(yield* caught(new Condition().wait())).toBeInstanceOf(InvalidStateError);
    });
  });

  test('that is cancelled has the lock again before the CancelledError is thrown', () => {
    runBody(function* () {
      const condition = new Condition();
      yield* condition.acquire();
      const task = createTask(condition.wait());
      yield* pause();
      expect(condition.locked()).toBe(false);
      task.cancel('enough');
      expect(yield* caught(task)).toEqual(new CancelledError('enough'));
      expect(condition.locked()).toBe(true);
    });
  });

  test('that is cancelled again and again while it asks for the lock throws once it has it', () => {
    runBody(function* () {
      const condition = new Condition();
      let gotIt = false;
      const waiter = createTask(
        condition.with(function* () {
          try {
            yield* condition.wait();
          } finally {
            gotIt = condition.locked();
          }
        }),
      );
      yield* pause();
      yield* condition.acquire();
      waiter.cancel('first');
      yield* pause(2);
      waiter.cancel('second');
      yield* pause(2);
      expect(waiter.done()).toBe(false);
      condition.release();
      expect(yield* caught(waiter)).toEqual(new CancelledError('second'));
      expect([gotIt, condition.locked()]).toEqual([true, false]);
    });
  });

  test('that was notified and is cancelled while it asks for the lock is cancelled', () => {
    runBody(function* () {
      const condition = new Condition();
      const waiter = createTask(
        condition.with(function* () {
          yield* condition.wait();
        }),
      );
      yield* pause();
      yield* condition.acquire();
      condition.notify();
      yield* pause();
      waiter.cancel();
      yield* pause();
      condition.release();
      yield* pause();
      expect([waiter.cancelled(), condition.locked()]).toEqual([true, false]);
    });
  });

  test('in a time limit gives the lock back to the block that has it', () => {
    runBody(function* () {
      const condition = new Condition();
      yield* condition.with(function* () {
        expect(yield* caught(waitFor(condition.wait(), '1s'))).toBeInstanceOf(TimeoutError);
        expect(condition.locked()).toBe(true);
      });
      expect(condition.locked()).toBe(false);
    });
  });
});

describe('a notification', () => {
  /** Two consumers of `state.items`, and one item for them. */
  const scene = function* (cancelFirst: (first: { cancel(): boolean }) => Coroutine<void>): Coroutine<void> {
    const condition = new Condition();
    const state = { items: 0 };
    const consumer = () =>
      condition.with(function* () {
        for (;;) {
          yield* condition.waitFor(() => state.items !== 0);
          if (state.items < 0) return;
          state.items -= 1;
        }
      });
    const [first, second] = [createTask(consumer()), createTask(consumer())];
    yield* pause();
    yield* condition.with(function* () {
      state.items += 1;
      condition.notify(1);
      yield* cancelFirst(first);
      // Nobody tells this one: it gives the others time, and the lock.
      expect(yield* caught(timeout('1s', condition.wait()))).toBeInstanceOf(TimeoutError);
      expect(state.items).toBe(0);
      state.items = -1;
      condition.notifyAll();
    });
    yield* second;
    expect(first.cancelled()).toBe(true);
  };

  test('for a task that is cancelled before it wakes goes to the next one', () => {
    runBody(() =>
      scene(function* (first) {
        first.cancel();
      }),
    );
  });

  test('for a task that is cancelled while it asks for the lock goes to the next one', () => {
    runBody(() =>
      scene(function* (first) {
        yield* pause();
        first.cancel();
      }),
    );
  });

  test('wakes as many as it says, and not more than there are', () => {
    runBody(function* () {
      const condition = new Condition();
      const result: number[] = [];
      const waiter = (n: number) =>
        condition.with(function* () {
          yield* condition.wait();
          result.push(n);
        });
      for (const n of [1, 2, 3]) createTask(waiter(n));
      yield* pause();
      const notify = (...counts: number[]) =>
        condition.with(function* () {
          for (const count of counts) condition.notify(count);
        });
      yield* notify(0);
      yield* pause(4);
      expect(result).toEqual([]);
      yield* notify(1);
      yield* pause(4);
      expect(result).toEqual([1]);
      yield* notify(1, 2048);
      yield* pause(4);
      expect(result).toEqual([1, 2, 3]);
    });
  });

  test('without the lock is an InvalidStateError', () => {
    runBody(function* () {
      const condition = new Condition();
      expect(() => condition.notify()).toThrow(InvalidStateError);
      expect(() => condition.notifyAll()).toThrow('cannot notify on un-acquired lock');
    });
  });
});

describe('waitFor', () => {
  test('returns what the predicate returns', () => {
    runBody(function* () {
      const condition = new Condition();
      let found: string | undefined;
      const finder = createTask(
        condition.with(function* () {
          return yield* condition.waitFor(() => found);
        }),
      );
      yield* pause();
      const tell = (what: string | undefined) =>
        condition.with(function* () {
          found = what;
          condition.notify();
        });
      yield* tell(undefined);
      yield* pause(3);
      expect(finder.done()).toBe(false);
      yield* tell('here');
      expect(yield* finder).toBe('here');
    });
  });

  test('needs no lock where it need not wait', () => {
    runBody(function* () {
      const condition = new Condition();
      expect(yield* condition.waitFor(() => [1, 2, 3])).toEqual([1, 2, 3]);
      expect(yield* caught(condition.waitFor(() => 0))).toBeInstanceOf(InvalidStateError);
    });
  });

  test('refuses a predicate that would have to be awaited, which would always seem to be true', () => {
    runBody(function* () {
      const condition = new Condition();
      const generator = function* () {
        return false;
      };
      for (const predicate of [generator, () => Promise.resolve(false)] as (() => unknown)[]) {
        expect(yield* caught(condition.waitFor(predicate))).toBeInstanceOf(WorkflowCodeError);
      }
    });
  });
});

describe('the lock', () => {
  test('may be given, and shared by several conditions', () => {
    runBody(function* () {
      const lock = new Lock();
      const [full, empty] = [new Condition(lock), new Condition(lock)];
      yield* full.with(function* () {
        expect([lock.locked(), full.locked(), empty.locked()]).toEqual([true, true, true]);
      });
      yield* lock.with(function* () {
        expect(full.locked()).toBe(true);
        empty.notify();
      });
      expect([lock.locked(), full.locked(), empty.locked()]).toEqual([false, false, false]);
    });
  });

  test('is a Lock and nothing else', () => {
    runBody(function* () {
      expect(() => new Condition({} as never)).toThrow(/takes a Lock, not an object/);
    });
  });
});
