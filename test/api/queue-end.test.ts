/** How a queue ends: its items are done, or it is shut down. */
import { describe, expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { LifoQueue, PriorityQueue, Queue } from '../../lib/api/queue.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { InvalidStateError, QueueShutDown } from '../../lib/core/errors.ts';
import { caught, pause, runBody } from './run-body.ts';

const KINDS = [
  ['Queue', () => new Queue<number>()],
  ['LifoQueue', () => new LifoQueue<number>()],
  ['PriorityQueue', () => new PriorityQueue<number>()],
] as const;

describe.each(KINDS)('join and taskDone of a %s', (_name, make) => {
  test('join is over at once where nothing was put, again and again', () => {
    runBody(function* () {
      const queue = make();
      yield* queue.join();
      yield* queue.join();
    });
  });

  test('join waits until every item is done, also those that come meanwhile', () => {
    runBody(function* () {
      const queue = make();
      const seen: number[] = [];
      const worker = function* () {
        for (;;) {
          const n = yield* queue.get();
          yield* sleep(n);
          seen.push(n);
          if (n === 2) queue.putNowait(5);
          queue.taskDone();
        }
      };
      for (const n of [1, 2, 3]) queue.putNowait(n);
      const workers = [createTask(worker()), createTask(worker())];
      yield* queue.join();
      expect(seen.toSorted()).toEqual([1, 2, 3, 5]);
      for (const task of workers) task.cancel();
    });
  });

  test('taskDone called too often is an InvalidStateError', () => {
    runBody(function* () {
      const queue = make();
      expect(() => queue.taskDone()).toThrow(InvalidStateError);
      queue.putNowait(1);
      queue.taskDone();
      expect(() => queue.taskDone()).toThrow('taskDone() called too many times');
    });
  });
});

describe.each(KINDS)('shutdown of a %s', (_name, make) => {
  test('ends every put and get of an empty queue, waiting or not', () => {
    runBody(function* () {
      const queue = make();
      const getter = createTask(queue.get());
      yield* pause();
      queue.shutdown();
      yield* queue.join();
      yield* pause();
      expect(getter.done()).toBe(true);
      expect(getter.exception()).toBeInstanceOf(QueueShutDown);
      expect(yield* caught(queue.put(1))).toBeInstanceOf(QueueShutDown);
      expect(() => queue.putNowait(1)).toThrow(QueueShutDown);
      expect(yield* caught(queue.get())).toBeInstanceOf(QueueShutDown);
      expect(() => queue.getNowait()).toThrow(QueueShutDown);
    });
  });

  test('lets the items that are left be taken, and join wait for them', () => {
    runBody(function* () {
      const queue = make();
      queue.putNowait(7);
      const join = createTask(queue.join());
      queue.shutdown();
      queue.shutdown();
      expect(queue.qsize()).toBe(1);
      expect(() => queue.putNowait(8)).toThrow(QueueShutDown);
      expect(yield* queue.get()).toBe(7);
      yield* pause();
      expect(join.done()).toBe(false);
      expect(() => queue.getNowait()).toThrow(QueueShutDown);
      queue.taskDone();
      yield* join;
      expect(() => queue.taskDone()).toThrow(InvalidStateError);
    });
  });

  test('at once drops what is left, as done, and join ends once what was taken is done', () => {
    runBody(function* () {
      const queue = make();
      for (const n of [1, 2, 3]) queue.putNowait(n);
      const join = createTask(queue.join());
      yield* queue.get();
      queue.shutdown(true);
      expect(queue.qsize()).toBe(0);
      yield* pause();
      expect(join.done()).toBe(false);
      queue.taskDone();
      yield* join;
      expect(() => queue.taskDone()).toThrow(InvalidStateError);
      expect(yield* caught(queue.get())).toBeInstanceOf(QueueShutDown);
    });
  });

  test('at once unblocks join where nothing was taken', () => {
    runBody(function* () {
      const queue = make();
      queue.putNowait(1);
      const join = createTask(queue.join());
      yield* pause();
      queue.shutdown(true);
      yield* join;
    });
  });
});

test('shutdown ends the puts that wait for room', () => {
  runBody(function* () {
    const queue = new Queue<string>(1);
    queue.putNowait('a');
    const putters = [createTask(queue.put('b')), createTask(queue.put('c'))];
    yield* pause();
    queue.shutdown();
    yield* pause();
    for (const putter of putters) expect(putter.exception()).toBeInstanceOf(QueueShutDown);
    expect(yield* queue.get()).toBe('a');
  });
});
