import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { gather } from '../../lib/api/gather.ts';
import { Lock } from '../../lib/api/lock.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { waitFor } from '../../lib/api/wait-for.ts';
import {
  CancelledError,
  InvalidStateError,
  isCancelled,
  TimeoutError,
  WorkflowCodeError,
} from '../../lib/core/errors.ts';
import { Future } from '../../lib/core/future.ts';
import { caught, pause, runBody } from './run-body.ts';

describe('acquire', () => {
  test('lets one task in after the other, in the order of asking', () => {
    runBody(function* () {
      const lock = new Lock();
      const result: number[] = [];
      expect(yield* lock.acquire()).toBe(true);
      const taker = function* (n: number) {
        if (yield* lock.acquire()) result.push(n);
      };
      const tasks = [createTask(taker(1)), createTask(taker(2))];
      yield* pause();
      expect(result).toEqual([]);
      lock.release();
      yield* pause();
      expect(result).toEqual([1]);
      yield* pause();
      expect(result).toEqual([1]);
      tasks.push(createTask(taker(3)));
      lock.release();
      yield* pause();
      expect(result).toEqual([1, 2]);
      lock.release();
      yield* pause();
      expect(result).toEqual([1, 2, 3]);
      expect(tasks.every((task) => task.done())).toBe(true);
    });
  });

  test('does not overtake a task that was woken and has not run yet', () => {
    runBody(function* () {
      const lock = new Lock();
      yield* lock.acquire();
      const waiter = createTask(lock.acquire());
      yield* pause();
      lock.release();
      const late = createTask(lock.acquire());
      yield* waiter;
      expect([lock.locked(), late.done()]).toEqual([true, false]);
      lock.release();
      yield* late;
    });
  });

  test('does not lock anything when it is made and not awaited yet', () => {
    runBody(function* () {
      const lock = new Lock();
      const acquiring = lock.acquire();
      expect(lock.locked()).toBe(false);
      yield* acquiring;
      expect(lock.locked()).toBe(true);
    });
  });
});

describe('a cancelled acquire', () => {
  test('leaves the line', () => {
    runBody(function* () {
      const lock = new Lock();
      yield* lock.acquire();
      const task = createTask(lock.acquire());
      yield* pause();
      task.cancel();
      expect(yield* caught(task)).toBeInstanceOf(CancelledError);
      lock.release();
      yield* pause(2);
      expect(lock.locked()).toBe(false);
    });
  });

  test('at the moment of the release leaves the lock to the next one', () => {
    runBody(function* () {
      const lock = new Lock();
      const user = function* (blocker?: Future<void>) {
        yield* lock.with(function* () {
          if (blocker !== undefined) yield* blocker;
        });
      };
      const blocker = new Future<void>();
      const a = createTask(user(blocker));
      yield* pause();
      const b = createTask(user());
      const c = createTask(user());
      yield* pause();
      blocker.setResult();
      b.cancel();
      yield* pause();
      expect(lock.locked()).toBe(false);
      expect([a.done(), b.cancelled()]).toEqual([true, true]);
      yield* c;
    });
  });

  test('and a release at once let one task in, not two', () => {
    runBody(function* () {
      const lock = new Lock();
      let taken = 0;
      const taker = function* () {
        yield* lock.acquire();
        taken += 1;
      };
      yield* lock.acquire();
      const [first, second, third] = [createTask(taker()), createTask(taker()), createTask(taker())];
      yield* pause();
      first.cancel();
      lock.release();
      expect(yield* caught(first)).toBeInstanceOf(CancelledError);
      expect([taken, second.done(), third.done()]).toEqual([1, true, false]);
    });
  });

  test('that was woken already wakes the next one instead', () => {
    runBody(function* () {
      const lock = new Lock();
      yield* lock.acquire();
      const woken = createTask(lock.acquire());
      const next = createTask(lock.acquire());
      yield* pause();
      lock.release();
      woken.cancel();
      yield* next;
      expect([woken.cancelled(), lock.locked()]).toEqual([true, true]);
    });
  });

  test('by a timeout does not take the lock later', () => {
    runBody(function* () {
      const lock = new Lock();
      yield* lock.acquire();
      expect(yield* caught(waitFor(lock.acquire(), '1s'))).toBeInstanceOf(TimeoutError);
      lock.release();
      yield* pause(3);
      expect(lock.locked()).toBe(false);
    });
  });
});

describe('release', () => {
  test('of a lock that is not locked is an InvalidStateError', () => {
    runBody(function* () {
      const lock = new Lock();
      expect(() => lock.release()).toThrow(InvalidStateError);
      yield* lock.acquire();
      lock.release();
      expect(() => lock.release()).toThrow('Lock is not acquired.');
    });
  });
});

describe('with', () => {
  test('returns what the body returns, after it has released the lock', () => {
    runBody(function* () {
      const lock = new Lock();
      const locked = yield* lock.with(function* () {
        yield* sleep('1s');
        return lock.locked();
      });
      expect([locked, lock.locked()]).toEqual([true, false]);
    });
  });

  test('releases when the body throws, and when it is cancelled', () => {
    runBody(function* () {
      const lock = new Lock();
      const boom = new Error('boom');
      const failing = lock.with(function* () {
        yield* sleep('1s');
        throw boom;
      });
      expect(yield* caught(failing)).toBe(boom);
      expect(lock.locked()).toBe(false);
      const task = createTask(
        lock.with(function* () {
          yield* sleep('1 day');
        }),
      );
      yield* pause();
      expect(lock.locked()).toBe(true);
      task.cancel();
      yield* caught(task);
      expect(lock.locked()).toBe(false);
    });
  });

  test('cancelled while it waits for the lock runs nothing and releases nothing', () => {
    runBody(function* () {
      const lock = new Lock();
      yield* lock.acquire();
      let ran = false;
      const task = createTask(
        lock.with(function* () {
          ran = true;
        }),
      );
      yield* pause();
      task.cancel();
      yield* caught(task);
      expect([ran, lock.locked()]).toEqual([false, true]);
    });
  });

  test('refuses what is no generator function, and says what to write', () => {
    runBody(function* () {
      const lock = new Lock();
      expect(() => lock.with((function* () {})() as never)).toThrow(/needs a generator function/);
      const error = yield* caught(lock.with((async () => {}) as never));
      expect(error).toBeInstanceOf(WorkflowCodeError);
      expect(String(error)).toMatch(/not async and await/);
      expect(lock.locked()).toBe(false);
    });
  });
});

/** Each user: how long it takes to come, how long it holds the lock, and when it is cancelled. */
const users = fc.array(fc.record({ comesMs: fc.nat(6), holdsMs: fc.nat(4), cancelledMs: fc.option(fc.nat(12)) }), {
  minLength: 1,
  maxLength: 8,
});

test('whichever task is cancelled when, one task is inside at a time, in the order of coming, and in the end it is free', () => {
  fc.assert(
    fc.property(users, (specs) => {
      runBody(function* () {
        const lock = new Lock();
        const asked: number[] = [];
        const entered: number[] = [];
        const given: number[] = [];
        let inside = 0;
        const user = function* (n: number) {
          const { comesMs, holdsMs } = specs[n]!;
          yield* sleep(comesMs);
          asked.push(n);
          try {
            yield* lock.acquire();
          } catch (error) {
            given.push(n);
            throw error;
          }
          inside += 1;
          expect(inside).toBe(1);
          entered.push(n);
          try {
            yield* sleep(holdsMs);
          } finally {
            inside -= 1;
            lock.release();
          }
        };
        const tasks = specs.map((_, n) => createTask(user(n)));
        const cancels = specs.map(function* ({ cancelledMs }, n) {
          if (cancelledMs === null) return;
          yield* sleep(cancelledMs);
          tasks[n]!.cancel();
        });
        const ends = yield* gather([...tasks, ...cancels], { returnExceptions: true });
        for (const end of ends) if (!isCancelled(end)) expect(end).toBe(undefined);
        expect(entered).toEqual(asked.filter((n) => !given.includes(n)));
        expect([lock.locked(), inside]).toEqual([false, 0]);
      });
    }),
    { numRuns: 200 },
  );
});
