import { describe, expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { gather } from '../../lib/api/gather.ts';
import { LifoQueue, PriorityQueue, Queue } from '../../lib/api/queue.ts';
import { taskGroup } from '../../lib/api/task-group.ts';
import { waitFor } from '../../lib/api/wait-for.ts';
import type { Coroutine } from '../../lib/core/awaitable.ts';
import { CancelledError, QueueEmpty, QueueFull, TimeoutError, WorkflowCodeError } from '../../lib/core/errors.ts';
import { caught, pause, runBody } from './run-body.ts';

describe('items', () => {
  test('come out of a Queue in the order in which they were put', () => {
    const items = runBody(function* () {
      const queue = new Queue<number>();
      for (const n of [1, 3, 2]) yield* queue.put(n);
      return [yield* queue.get(), yield* queue.get(), yield* queue.get()];
    });
    expect(items).toEqual([1, 3, 2]);
  });

  test('come out of a LifoQueue the last first', () => {
    const items = runBody(function* () {
      const queue = new LifoQueue<number>();
      for (const n of [1, 3, 2]) yield* queue.put(n);
      return [yield* queue.get(), yield* queue.get(), yield* queue.get()];
    });
    expect(items).toEqual([2, 3, 1]);
  });

  test('may be undefined, and come out all the same', () => {
    const seen = runBody(function* () {
      const queue = new Queue<undefined>();
      queue.putNowait(undefined);
      const getter = createTask(queue.get());
      yield* getter;
      return { size: queue.qsize(), done: getter.done() };
    });
    expect(seen).toEqual({ size: 0, done: true });
  });

  test('go to the tasks that wait, in the order in which they came', () => {
    const items = runBody(function* () {
      const queue = new Queue<string>();
      const getters = ['a', 'b', 'c'].map(function* (name) {
        return name + (yield* queue.get());
      });
      const all = createTask(gather(getters));
      yield* pause(2);
      for (const item of ['1', '2', '3']) queue.putNowait(item);
      return yield* all;
    });
    expect(items).toEqual(['a1', 'b2', 'c3']);
  });
});

describe('maxsize', () => {
  test('makes put wait until an item is taken', () => {
    runBody(function* () {
      const queue = new Queue<number>(2);
      const put: number[] = [];
      const putter = createTask(
        (function* () {
          for (const n of [0, 1, 2]) {
            yield* queue.put(n);
            put.push(n);
          }
        })(),
      );
      yield* pause(2);
      expect(put).toEqual([0, 1]);
      expect(yield* queue.get()).toBe(0);
      yield* pause();
      expect(put).toEqual([0, 1, 2]);
      expect([yield* queue.get(), yield* queue.get()]).toEqual([1, 2]);
      expect(putter.done()).toBe(true);
    });
  });

  test('of zero or less is no limit', () => {
    runBody(function* () {
      for (const maxsize of [0, -1, undefined]) {
        const queue = new Queue<number>(maxsize);
        for (let n = 0; n < 10; n += 1) yield* queue.put(n);
        expect(queue.full()).toBe(false);
      }
    });
  });

  test('that is no whole number is full above it, as in asyncio', () => {
    runBody(function* () {
      const queue = new Queue<number>(1.3);
      queue.putNowait(1);
      expect(queue.full()).toBe(false);
      queue.putNowait(2);
      expect(queue.full()).toBe(true);
      expect(() => queue.putNowait(3)).toThrow(QueueFull);
      expect(queue.maxsize).toBe(1.3);
    });
  });

  test('that is no number is refused', () => {
    runBody(function* () {
      for (const maxsize of [NaN, '2', null]) {
        expect(() => new LifoQueue(maxsize as number)).toThrow(/^maxsize of LifoQueue cannot be /);
      }
    });
  });

  test('lets producers and consumers of a full queue go on to the end', () => {
    const taken = runBody(function* () {
      const queue = new Queue<number>(1);
      return yield* taskGroup(function* (group) {
        group.createTask(
          (function* () {
            for (let n = 0; n < 5; n += 1) yield* queue.put(n);
          })(),
        );
        const items: number[] = [];
        for (let n = 0; n < 5; n += 1) items.push(yield* queue.get());
        return items;
      });
    });
    expect(taken).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the calls that do not wait', () => {
  test('say that the queue is empty or full', () => {
    runBody(function* () {
      const queue = new Queue<string>(1);
      expect(() => queue.getNowait()).toThrow(QueueEmpty);
      expect(queue.empty()).toBe(true);
      queue.putNowait('x');
      expect(() => queue.putNowait('y')).toThrow(QueueFull);
      expect([queue.qsize(), queue.full(), queue.empty()]).toEqual([1, true, false]);
      expect(queue.getNowait()).toBe('x');
    });
  });

  test('wake the tasks that wait', () => {
    runBody(function* () {
      const queue = new Queue<string>(1);
      const getter = createTask(queue.get());
      yield* pause();
      queue.putNowait('a');
      expect(yield* getter).toBe('a');
      queue.putNowait('b');
      const putter = createTask(queue.put('c'));
      yield* pause();
      expect(putter.done()).toBe(false);
      expect(queue.getNowait()).toBe('b');
      yield* putter;
      expect(queue.getNowait()).toBe('c');
    });
  });
});

describe('a get that is cancelled', () => {
  test('takes nothing, and the next in line gets the item', () => {
    runBody(function* () {
      const queue = new Queue<string>();
      const [first, second] = [createTask(queue.get()), createTask(queue.get())];
      yield* pause();
      first.cancel();
      yield* pause();
      expect(first.cancelled()).toBe(true);
      queue.putNowait('a');
      expect(yield* second).toBe('a');
    });
  });

  test('at the moment it is woken loses no item', () => {
    runBody(function* () {
      const queue = new Queue<number>();
      const reader = createTask(queue.get());
      yield* pause();
      queue.putNowait(1);
      queue.putNowait(2);
      reader.cancel();
      expect(yield* caught(reader)).toBeInstanceOf(CancelledError);
      expect([queue.getNowait(), queue.getNowait()]).toEqual([1, 2]);
    });
  });

  test('at the moment it is woken hands the wake-up to the next in line', () => {
    const [second, third] = runBody(function* () {
      const queue = new Queue<number>();
      const readers = [createTask(queue.get()), createTask(queue.get()), createTask(queue.get())] as const;
      yield* pause();
      queue.putNowait(1);
      queue.putNowait(2);
      readers[0].cancel();
      expect(yield* caught(readers[0])).toBeInstanceOf(CancelledError);
      return yield* gather([readers[1], readers[2]]);
    });
    expect(new Set([second, third])).toEqual(new Set([1, 2]));
  });

  test('or ended by any other error, by code that drives it itself, leaves its turn to the next in line', () => {
    runBody(function* () {
      const queue = new Queue<string>();
      const get = queue.get()[Symbol.iterator]() as Coroutine<string>;
      get.next();
      const next = createTask(queue.get());
      yield* pause();
      expect(() => get.throw(new Error('boom'))).toThrow('boom');
      queue.putNowait('a');
      expect(yield* next).toBe('a');
    });
  });

  test('by a timeout is forgotten by the queue', () => {
    runBody(function* () {
      const queue = new Queue<string>();
      expect(yield* caught(waitFor(queue.get(), '1s'))).toBeInstanceOf(TimeoutError);
      queue.putNowait('kept');
      yield* pause(3);
      expect(queue.qsize()).toBe(1);
    });
  });
});

describe('a put that is cancelled', () => {
  test('puts nothing, and the next in line puts its own', () => {
    runBody(function* () {
      const queue = new Queue<string>(1);
      const puts = ['a', 'b', 'x', 'c'].map((item) => createTask(queue.put(item)));
      yield* pause();
      expect(puts.map((put) => put.done())).toEqual([true, false, false, false]);
      puts[2]!.cancel();
      yield* pause();
      expect(queue.getNowait()).toBe('a');
      yield* pause();
      expect(queue.getNowait()).toBe('b');
      yield* pause();
      expect(queue.getNowait()).toBe('c');
    });
  });

  test('at the moment it is woken leaves the room to the next in line', () => {
    runBody(function* () {
      const queue = new Queue<number>(1);
      queue.putNowait(1);
      const [first, second] = [createTask(queue.put(2)), createTask(queue.put(3))];
      yield* pause();
      expect(queue.getNowait()).toBe(1);
      first.cancel();
      expect(yield* caught(first)).toBeInstanceOf(CancelledError);
      yield* second;
      expect([queue.getNowait(), queue.qsize()]).toEqual([3, 0]);
    });
  });
});

describe('a PriorityQueue', () => {
  test('returns the smallest first, and equal ones in the order in which they were put', () => {
    const items = runBody(function* () {
      const queue = new PriorityQueue<{ at: number; name: string }>(0, { compare: (a, b) => a.at - b.at });
      const put = [
        { at: 2, name: 'a' },
        { at: 1, name: 'b' },
        { at: 2, name: 'c' },
        { at: 1, name: 'd' },
        { at: 0, name: 'e' },
      ];
      for (const item of put) yield* queue.put(item);
      const names: string[] = [];
      while (!queue.empty()) names.push(queue.getNowait().name);
      return names;
    });
    expect(items).toEqual(['e', 'b', 'd', 'a', 'c']);
  });

  test('refuses an item that it cannot order, keeps its items, and lets the next task that waits put', () => {
    runBody(function* () {
      const queue = new PriorityQueue<unknown>(1);
      queue.putNowait(1);
      const bad = createTask(queue.put({ at: 1 }));
      const good = createTask(queue.put(2));
      yield* pause();
      expect(yield* queue.get()).toBe(1);
      expect(yield* caught(bad)).toBeInstanceOf(WorkflowCodeError);
      yield* good;
      expect(yield* queue.get()).toBe(2);
      for (let n = 0; n < 2; n += 1) queue.taskDone();
      yield* queue.join();
    });
  });
});
