import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { gather } from '../../lib/api/gather.ts';
import { BoundedSemaphore, Semaphore } from '../../lib/api/semaphore.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { taskGroup } from '../../lib/api/task-group.ts';
import { CancelledError, InvalidStateError, isCancelled, WorkflowCodeError } from '../../lib/core/errors.ts';
import type { Task } from '../../lib/core/task.ts';
import { pause, runBody } from './run-body.ts';

describe('a Semaphore', () => {
  test('of zero is locked until it is released', () => {
    runBody(function* () {
      const semaphore = new Semaphore(0);
      expect(semaphore.locked()).toBe(true);
      semaphore.release();
      expect(semaphore.locked()).toBe(false);
      expect(yield* semaphore.acquire()).toBe(true);
      expect(semaphore.locked()).toBe(true);
    });
  });

  test('starts at one where nothing is said', () => {
    runBody(function* () {
      const semaphore = new Semaphore();
      yield* semaphore.acquire();
      expect(semaphore.locked()).toBe(true);
    });
  });

  test('refuses to start below zero, or at what is no whole number', () => {
    runBody(function* () {
      for (const value of [-1, 1.5, NaN, Infinity, '2']) {
        expect(() => new Semaphore(value as number)).toThrow(WorkflowCodeError);
      }
      expect(() => new BoundedSemaphore(-1)).toThrow(/^BoundedSemaphore cannot start at -1: /);
    });
  });

  test('lets as many in as it has, and the next ones as they are released', () => {
    runBody(function* () {
      const semaphore = new Semaphore(3);
      const entered: number[] = [];
      yield* semaphore.acquire();
      yield* semaphore.acquire();
      expect(semaphore.locked()).toBe(false);
      const taker = function* (n: number) {
        yield* semaphore.acquire();
        entered.push(n);
      };
      const tasks = [1, 2, 3].map((n) => createTask(taker(n)));
      yield* pause();
      expect([entered, semaphore.locked()]).toEqual([[1], true]);
      tasks.push(createTask(taker(4)));
      semaphore.release();
      semaphore.release();
      yield* pause();
      expect([entered, semaphore.locked()]).toEqual([[1, 2, 3], true]);
      semaphore.release();
      yield* gather(tasks);
      expect(entered).toEqual([1, 2, 3, 4]);
    });
  });

  test('lets no task overtake those that wait, though it was released for them already', () => {
    runBody(function* () {
      const semaphore = new Semaphore(0);
      const order: string[] = [];
      const taker = function* (name: string) {
        yield* semaphore.acquire();
        order.push(name);
      };
      const waiter = createTask(taker('waited'));
      yield* pause();
      semaphore.release();
      semaphore.release();
      expect(semaphore.locked()).toBe(true);
      yield* gather([taker('late'), waiter]);
      expect(order).toEqual(['waited', 'late']);
    });
  });

  test('serves tasks that come back after those that came before', () => {
    const order = runBody(function* () {
      const semaphore = new Semaphore(1);
      const rounds: string[] = [];
      const user = function* (name: string) {
        for (const round of [1, 2]) {
          yield* semaphore.acquire();
          rounds.push(`${name}${round}`);
          yield* sleep(10);
          semaphore.release();
        }
      };
      yield* taskGroup(function* (group) {
        for (const name of ['a', 'b', 'c']) group.createTask(user(name));
      });
      return rounds;
    });
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });

  test('with a task that releases and acquires again keeps the order', () => {
    const order = runBody(function* () {
      const semaphore = new Semaphore(1);
      const seen: number[] = [];
      const once = function* (n: number) {
        yield* semaphore.acquire();
        seen.push(n);
      };
      const twice = function* () {
        yield* once(2);
        semaphore.release();
        yield* once(4);
      };
      const tasks = [createTask(once(1)), createTask(twice()), createTask(once(3))];
      yield* pause();
      semaphore.release();
      semaphore.release();
      yield* gather(tasks);
      return seen;
    });
    expect(order).toEqual([1, 2, 3, 4]);
  });
});

describe('a cancelled acquire', () => {
  test('before it is woken is passed over', () => {
    runBody(function* () {
      const semaphore = new Semaphore(0);
      const tasks = [1, 2, 3, 4].map(() => createTask(semaphore.acquire()));
      yield* pause();
      tasks[0]!.cancel();
      tasks[1]!.cancel();
      semaphore.release();
      yield* pause(2);
      expect(tasks.map((task) => task.done())).toEqual([true, true, true, false]);
      expect(tasks[2]!.result()).toBe(true);
    });
  });

  test('at the moment it is woken hands it to the next one', () => {
    runBody(function* () {
      const semaphore = new Semaphore(0);
      const [first, second] = [createTask(semaphore.acquire()), createTask(semaphore.acquire())];
      yield* pause();
      semaphore.release();
      first.cancel();
      yield* second;
      expect([first.cancelled(), semaphore.locked()]).toEqual([true, true]);
    });
  });

  test('by the task that has just released leaves it free', () => {
    runBody(function* () {
      const semaphore = new Semaphore(1);
      const tasks: Task<void>[] = [];
      const user = function* () {
        yield* semaphore.with(() => pause());
        tasks[1]!.cancel();
      };
      tasks.push(createTask(user()), createTask(semaphore.with(() => pause())));
      const [first, second] = yield* gather(tasks, { returnExceptions: true });
      expect([first, second]).toEqual([undefined, new CancelledError()]);
      yield* semaphore.acquire();
    });
  });
});

describe('a BoundedSemaphore', () => {
  test('released once too often is an InvalidStateError, and holds as many as before', () => {
    runBody(function* () {
      const semaphore = new BoundedSemaphore(2);
      expect(() => semaphore.release()).toThrow(InvalidStateError);
      yield* semaphore.acquire();
      semaphore.release();
      expect(() => semaphore.release()).toThrow('BoundedSemaphore released too many times');
      yield* semaphore.acquire();
      yield* semaphore.acquire();
      expect(semaphore.locked()).toBe(true);
    });
  });

  test('is released by with', () => {
    runBody(function* () {
      const semaphore = new BoundedSemaphore(1);
      expect(yield* semaphore.with(() => pause())).toBe(undefined);
      expect(() => semaphore.release()).toThrow(InvalidStateError);
    });
  });
});

const users = fc.array(fc.record({ comesMs: fc.nat(6), holdsMs: fc.nat(4), cancelledMs: fc.option(fc.nat(12)) }), {
  minLength: 1,
  maxLength: 9,
});

test('whichever task is cancelled when, never more than n are inside, and in the end all n are free', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), users, (n, specs) => {
      runBody(function* () {
        const semaphore = new BoundedSemaphore(n);
        let inside = 0;
        const user = function* ({ comesMs, holdsMs }: (typeof specs)[number]) {
          yield* sleep(comesMs);
          yield* semaphore.with(function* () {
            inside += 1;
            expect(inside).toBeLessThanOrEqual(n);
            try {
              yield* sleep(holdsMs);
            } finally {
              inside -= 1;
            }
          });
        };
        const tasks = specs.map((spec) => createTask(user(spec)));
        const cancels = specs.map(function* ({ cancelledMs }, at) {
          if (cancelledMs === null) return;
          yield* sleep(cancelledMs);
          tasks[at]!.cancel();
        });
        const ends = yield* gather([...tasks, ...cancels], { returnExceptions: true });
        for (const end of ends) if (!isCancelled(end)) expect(end).toBe(undefined);
        for (const [at, task] of tasks.entries()) {
          if (specs[at]!.cancelledMs === null) expect(task.exception()).toBe(undefined);
        }
        for (let left = n; left > 0; left -= 1) {
          expect(semaphore.locked()).toBe(false);
          yield* semaphore.acquire();
        }
        expect(semaphore.locked()).toBe(true);
      });
    }),
    { numRuns: 200 },
  );
});
