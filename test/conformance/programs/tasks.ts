/** Programs that do many things at once, and that are spoken to or stopped while they do. */
import {
  asCompleted,
  type Coroutine,
  createTask,
  currentTask,
  Event,
  gather,
  isCancelled,
  Lock,
  Queue,
  race,
  retry,
  saga,
  Semaphore,
  shield,
  signal,
  sleep,
  step,
  taskGroup,
  timeout,
  TimeoutError,
  waitFor,
  workflow,
} from 'lull';
import * as z from 'zod';
import type { Program } from '../program.ts';

const word = signal<string>('word');
const counted = signal('counted', { schema: z.object({ count: z.coerce.number() }) });

export const taskPrograms: readonly Program[] = [
  {
    workflow: workflow('signals-in-order', function* () {
      const words: string[] = [];
      for (let index = 0; index < 5; index += 1) words.push(yield* word.receive());
      return words;
    }),
    acts: ['a', 'b', 'c', 'd', 'e'].map((payload, index) => ({
      ...(index === 3 ? { after: '2s' } : {}),
      signal: 'word',
      payload,
    })),
    ends: { status: 'completed', result: ['a', 'b', 'c', 'd', 'e'] },
  },
  {
    workflow: workflow('signal-before-it-is-waited-for', function* () {
      yield* sleep('2s');
      return [word.pending(), yield* word.receive()];
    }),
    acts: [{ signal: 'word', payload: 'early' }],
    ends: { status: 'completed', result: [1, 'early'] },
  },
  {
    workflow: workflow('signal-with-one-key-comes-once', function* () {
      yield* sleep('3s');
      const first = yield* word.receive();
      return [first, word.pending()];
    }),
    acts: [
      { signal: 'word', payload: 'one', idempotencyKey: 'k' },
      { signal: 'word', payload: 'one', idempotencyKey: 'k' },
    ],
    ends: { status: 'completed', result: ['one', 0] },
  },
  {
    workflow: workflow('signal-with-a-schema', function* () {
      return (yield* counted.receive()).count + 1;
    }),
    acts: [{ after: '1s', signal: 'counted', payload: { count: '41' } }],
    ends: { status: 'completed', result: 42 },
  },
  {
    workflow: workflow('signal-does-not-come', function* () {
      try {
        return yield* timeout('2s', word.receive());
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return 'nothing came';
      }
    }),
    ends: { status: 'completed', result: 'nothing came' },
  },
  {
    workflow: workflow('cancel-cleans-up', function* () {
      try {
        yield* sleep('365 days');
      } finally {
        yield* step('clean up', () => 'cleaned');
        yield* sleep('1s');
      }
    }),
    acts: [{ after: '2s', cancel: 'not wanted' }],
    ends: { status: 'cancelled', reason: 'not wanted' },
  },
  {
    workflow: workflow('cancel-is-refused', function* () {
      try {
        yield* sleep('365 days');
      } catch (error) {
        if (!isCancelled(error)) throw error;
        currentTask().uncancel();
      }
      yield* sleep('1s');
      return 'went on';
    }),
    acts: [{ after: '2s', cancel: 'please' }],
    ends: { status: 'completed', result: 'went on' },
  },
  {
    workflow: workflow('cancel-reaches-all-tasks', function* () {
      const task = createTask(sleep('365 days'));
      try {
        yield* gather([sleep('365 days'), task, race([sleep('365 days'), word.receive()])]);
      } catch (error) {
        if (isCancelled(error) && task.cancelled()) throw error;
        return 'the task goes on';
      }
      return 'all ended';
    }),
    acts: [{ after: '1s', cancel: 'all of it' }],
    ends: { status: 'cancelled', reason: 'all of it' },
  },
  {
    workflow: workflow('terminate-asks-nobody', function* () {
      try {
        yield* sleep('365 days');
      } finally {
        yield* sleep('365 days');
      }
    }),
    acts: [{ after: '1s', terminate: 'now' }],
    ends: { status: 'terminated', reason: 'now' },
  },
  {
    workflow: workflow('saga-undoes-last-first', function* () {
      const undone: string[] = [];
      try {
        yield* saga(function* (purchase) {
          for (const name of ['a', 'b', 'c']) {
            yield* step(`do ${name}`, () => name);
            purchase.onFailure(function* () {
              undone.push(yield* step(`undo ${name}`, () => name));
            });
          }
          yield* sleep('1s');
          throw new Error('no');
        });
      } catch (error) {
        undone.push((error as Error).message);
      }
      return undone;
    }),
    ends: { status: 'completed', result: ['c', 'b', 'a', 'no'] },
  },
  {
    workflow: workflow('saga-undoes-when-cancelled', function* () {
      yield* saga(function* (purchase) {
        purchase.onFailure(function* () {
          yield* step('undo', () => 'undone');
        });
        yield* sleep('365 days');
      });
    }),
    acts: [{ after: '1s', cancel: 'changed my mind' }],
    ends: { status: 'cancelled', reason: 'changed my mind' },
  },
  {
    workflow: workflow('group-cancels-its-others', function* () {
      const ends: string[] = [];
      const worker = function* (name: string, seconds: number): Coroutine<void> {
        try {
          yield* sleep(seconds * 1000);
          if (name === 'bad') throw new Error(name);
          ends.push(`${name} done`);
        } catch (error) {
          ends.push(`${name} ${isCancelled(error) ? 'cancelled' : 'failed'}`);
          throw error;
        }
      };
      try {
        yield* taskGroup(function* (group) {
          group.createTask(worker('quick', 1));
          group.createTask(worker('bad', 2));
          group.createTask(worker('slow', 60));
        });
      } catch (error) {
        ends.push((error as Error).name);
      }
      return ends;
    }),
    ends: {
      status: 'completed',
      result: ['quick done', 'bad failed', 'slow cancelled', 'ExceptionGroup'],
    },
  },
  {
    workflow: workflow('fan-out-of-steps', function* () {
      const numbers = yield* gather(
        Array.from({ length: 300 }, (_, index) => step(`square ${index}`, () => index * index)),
        { limit: 50 },
      );
      return numbers.reduce((sum, number) => sum + number, 0);
    }),
    ends: { status: 'completed', result: 8_955_050 },
  },
  {
    workflow: workflow('fan-out-of-timers', function* () {
      const order: number[] = [];
      yield* gather(
        Array.from({ length: 200 }, (_, index) =>
          (function* () {
            yield* sleep((200 - index) * 10);
            order.push(index);
          })(),
        ),
      );
      return [order.length, order[0], order.at(-1)];
    }),
    ends: { status: 'completed', result: [200, 199, 0] },
  },
  {
    workflow: workflow('queue-with-workers', function* () {
      const queue = new Queue<number>(2);
      const seen: number[] = [];
      const workers = [1, 2, 3].map(() =>
        createTask(
          (function* (): Coroutine<never> {
            for (;;) {
              const item = yield* queue.get();
              yield* sleep(100);
              seen.push(item);
              queue.taskDone();
            }
          })(),
        ),
      );
      for (let item = 0; item < 10; item += 1) yield* queue.put(item);
      yield* queue.join();
      for (const worker of workers) worker.cancel();
      return seen.sort((a, b) => a - b);
    }),
    ends: { status: 'completed', result: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
  },
  {
    workflow: workflow('locks-keep-order', function* () {
      const lock = new Lock();
      const semaphore = new Semaphore(2);
      let inside = 0;
      let most = 0;
      const order: number[] = [];
      yield* gather(
        Array.from({ length: 6 }, (_, index) =>
          (function* () {
            yield* semaphore.with(function* () {
              inside += 1;
              most = Math.max(most, inside);
              yield* step(`work ${index}`, () => index);
              inside -= 1;
            });
            yield* lock.with(function* () {
              yield* sleep(10);
              order.push(index);
            });
          })(),
        ),
      );
      return [most, order.length];
    }),
    ends: { status: 'completed', result: [2, 6] },
  },
  {
    workflow: workflow('step-times-out', function* () {
      return yield* step(
        'hang',
        { timeout: '1s', retry: { maxAttempts: 2, firstDelay: '100ms' } },
        ({ attempt, signal }) => {
          if (attempt === 2) return 'second';
          return new Promise<string>((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
        },
      );
    }),
    ends: { status: 'completed', result: 'second' },
  },
  {
    workflow: workflow('step-works-for-real', function* () {
      const began = yield* step('wait', () => new Promise<string>((resolve) => setTimeout(resolve, 20, 'waited')));
      const computed = yield* step('compute', async () => {
        await Promise.resolve();
        return [1, 2, 3].reduce((a, b) => a + b);
      });
      return [began, computed];
    }),
    ends: { status: 'completed', result: ['waited', 6] },
  },
  {
    workflow: workflow('nested-timeouts', function* () {
      const seen: string[] = [];
      try {
        yield* timeout('10s', function* () {
          try {
            yield* timeout('1s', sleep('1 day'));
          } catch (error) {
            seen.push(`inner ${(error as Error).name}`);
          }
          yield* waitFor(sleep('1 day'), '30s');
        });
      } catch (error) {
        seen.push(`outer ${(error as Error).name}`);
      }
      return seen;
    }),
    ends: { status: 'completed', result: ['inner TimeoutError', 'outer TimeoutError'] },
  },
  {
    workflow: workflow('as-they-complete', function* () {
      const names: string[] = [];
      const late = [sleep('3s', 'c'), sleep('1s', 'a'), sleep('2s', 'b')];
      for (const next of asCompleted(late)) names.push(yield* next);
      return names;
    }),
    ends: { status: 'completed', result: ['a', 'b', 'c'] },
  },
  {
    workflow: workflow('shielded-work-ends', function* () {
      const work = createTask(sleep('2s', 'done'));
      try {
        yield* timeout('1s', shield(work));
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
      return [work.done(), yield* work];
    }),
    ends: { status: 'completed', result: [false, 'done'] },
  },
  {
    workflow: workflow('event-wakes-all', function* () {
      const event = new Event();
      const waiters = [1, 2, 3].map((number) =>
        createTask(
          (function* () {
            yield* event.wait();
            return number;
          })(),
        ),
      );
      yield* sleep('1s');
      event.set();
      return yield* gather(waiters);
    }),
    ends: { status: 'completed', result: [1, 2, 3] },
  },
  {
    workflow: workflow('retry-around-awaits', function* () {
      let attempts = 0;
      return yield* retry({ maxAttempts: 3, firstDelay: '1s' }, function* () {
        attempts += 1;
        yield* sleep('100ms');
        if (attempts < 3) throw new Error('not yet');
        return attempts;
      });
    }),
    ends: { status: 'completed', result: 3 },
  },
  {
    workflow: workflow('deep-coroutines', function* () {
      const down = function* (depth: number): Coroutine<number> {
        return depth === 0 ? yield* sleep(10, 0) : 1 + (yield* down(depth - 1));
      };
      return yield* down(500);
    }),
    ends: { status: 'completed', result: 500 },
  },
  {
    workflow: workflow('two-years', function* () {
      const before = new Date();
      yield* sleep('730 days');
      return (new Date().getTime() - before.getTime()) / 86_400_000 >= 730;
    }),
    ends: { status: 'completed', result: true },
  },
];
