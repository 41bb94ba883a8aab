/** Whatever is put, taken and cancelled when: what comes out of a queue is what a simple model says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTask } from '../../lib/api/create-task.ts';
import { gather } from '../../lib/api/gather.ts';
import { LifoQueue, PriorityQueue, Queue } from '../../lib/api/queue.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { isCancelled, QueueEmpty, QueueFull } from '../../lib/core/errors.ts';
import { runBody } from './run-body.ts';

const KINDS = [
  ['Queue', (maxsize: number) => new Queue<number>(maxsize), (items: number[]) => items.shift()],
  ['LifoQueue', (maxsize: number) => new LifoQueue<number>(maxsize), (items: number[]) => items.pop()],
  [
    'PriorityQueue',
    (maxsize: number) => new PriorityQueue<number>(maxsize),
    (items: number[]) => items.splice(items.indexOf(Math.min(...items)), 1)[0],
  ],
] as const;

test.each(KINDS)('a %s used by one task does what an array does', (_name, make, takeFrom) => {
  const moves = fc.array(fc.oneof(fc.record({ put: fc.nat(20) }), fc.constant('get')));
  fc.assert(
    fc.property(fc.nat(4), moves, (maxsize, given) => {
      runBody(function* () {
        const queue = make(maxsize);
        const model: number[] = [];
        for (const move of given) {
          if (typeof move === 'string') {
            if (model.length === 0) expect(() => queue.getNowait()).toThrow(QueueEmpty);
            else expect(yield* queue.get()).toBe(takeFrom(model));
          } else if (maxsize > 0 && model.length >= maxsize) {
            expect(() => queue.putNowait(move.put)).toThrow(QueueFull);
          } else {
            yield* queue.put(move.put);
            model.push(move.put);
          }
          expect([queue.qsize(), queue.empty(), queue.full()]).toEqual([
            model.length,
            model.length === 0,
            maxsize > 0 && model.length === maxsize,
          ]);
        }
      });
    }),
  );
});

const work = fc.array(
  fc.record({ kind: fc.constantFrom('put', 'get'), atMs: fc.nat(8), cancelledMs: fc.option(fc.nat(12)) }),
  { minLength: 1, maxLength: 14 },
);

test.each(KINDS)('a %s loses no item and returns none twice, whichever task is cancelled when', (_name, make) => {
  fc.assert(
    fc.property(fc.nat(3), work, (maxsize, specs) => {
      runBody(function* () {
        const queue = make(maxsize);
        const put: number[] = [];
        const got: number[] = [];
        const worker = function* ({ kind, atMs }: (typeof specs)[number], n: number) {
          yield* sleep(atMs);
          if (kind === 'get') {
            got.push(yield* queue.get());
          } else {
            yield* queue.put(n);
            put.push(n);
          }
          if (maxsize > 0) expect(queue.qsize()).toBeLessThanOrEqual(maxsize);
        };
        const tasks = specs.map((spec, n) => createTask(worker(spec, n)));
        const cancels = specs.map(function* ({ cancelledMs }, n) {
          if (cancelledMs === null) return;
          yield* sleep(cancelledMs);
          tasks[n]!.cancel();
        });
        yield* gather(cancels);
        yield* sleep(20);
        // Nobody waits for what is there: no wake-up got lost.
        const waiting = (kind: string) => tasks.some((task, n) => !task.done() && specs[n]!.kind === kind);
        if (waiting('get')) expect(queue.empty()).toBe(true);
        if (waiting('put')) expect(queue.full()).toBe(true);
        for (const task of tasks) task.cancel();
        for (const end of yield* gather(tasks, { returnExceptions: true })) {
          if (!isCancelled(end)) expect(end).toBe(undefined);
        }
        while (!queue.empty()) got.push(queue.getNowait());
        expect(got.toSorted()).toEqual(put.toSorted());
      });
    }),
    { numRuns: 60 },
  );
});
