/** Queues, locks, and the blocks retry and saga. */
import { describe, expectTypeOf, test } from 'vitest';
import type { Awaitable, Coroutine, RetryPolicy, Saga } from 'lull';
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  retry,
  saga,
  Semaphore,
  sleep,
  step,
  workflow,
} from 'lull';

interface Order {
  readonly id: string;
  readonly urgency: number;
}

describe('a queue', () => {
  test('takes and gives its items', () => {
    const queue = new Queue<Order>(2);
    expectTypeOf(queue.get()).toEqualTypeOf<Awaitable<Order>>();
    expectTypeOf<Queue<Order>['put']>().parameters.toEqualTypeOf<[item: Order]>();
    expectTypeOf(queue.put({ id: 'a', urgency: 1 })).toEqualTypeOf<Awaitable<void>>();
    expectTypeOf(queue.getNowait()).toEqualTypeOf<Order>();
    // @ts-expect-error an item lacks its urgency
    queue.putNowait({ id: 'a' });
    workflow('w', function* () {
      expectTypeOf(yield* queue.get()).toEqualTypeOf<Order>();
    });
  });

  test('may be of any kind where a Queue is asked for', () => {
    expectTypeOf<LifoQueue<Order>>().toExtend<Queue<Order>>();
    expectTypeOf<PriorityQueue<Order>>().toExtend<Queue<Order>>();
  });

  test('by priority compares its items', () => {
    const queue = new PriorityQueue<Order>(0, { compare: (a, b) => a.urgency - b.urgency });
    expectTypeOf(queue.get()).toEqualTypeOf<Awaitable<Order>>();
    expectTypeOf(new PriorityQueue<[number, string]>().getNowait()).toEqualTypeOf<[number, string]>();
    // @ts-expect-error compare gives a number
    new PriorityQueue<Order>(0, { compare: (a, b) => a.urgency < b.urgency });
  });
});

describe('what is held for the length of a block', () => {
  test('gives what the body returns', () => {
    const body = function* (): Coroutine<string> {
      yield* sleep(1);
      return 'done';
    };
    expectTypeOf(new Lock().with(body)).toEqualTypeOf<Awaitable<string>>();
    expectTypeOf(new Semaphore(2).with(body)).toEqualTypeOf<Awaitable<string>>();
    expectTypeOf(new BoundedSemaphore(2).with(body)).toEqualTypeOf<Awaitable<string>>();
    expectTypeOf(new Condition(new Lock()).with(body)).toEqualTypeOf<Awaitable<string>>();
    // @ts-expect-error the function belongs there, not its call
    new Lock().with(body());
    // @ts-expect-error an async function gives a promise
    new Lock().with(async () => 'done');
  });

  test('gives true once it is acquired', () => {
    expectTypeOf(new Lock().acquire()).toEqualTypeOf<Awaitable<true>>();
    expectTypeOf(new Semaphore().acquire()).toEqualTypeOf<Awaitable<true>>();
    expectTypeOf(new Condition().acquire()).toEqualTypeOf<Awaitable<true>>();
  });
});

describe('what tasks wait at', () => {
  test('a condition gives the value of its predicate', () => {
    const condition = new Condition();
    expectTypeOf(condition.wait()).toEqualTypeOf<Awaitable<true>>();
    expectTypeOf(condition.waitFor(() => 'found')).toEqualTypeOf<Awaitable<string>>();
    // @ts-expect-error a condition stands on a Lock
    new Condition(new Semaphore());
  });

  test('an event gives true, a barrier the number of the member', () => {
    expectTypeOf(new Event().wait()).toEqualTypeOf<Awaitable<true>>();
    expectTypeOf(new Barrier(3).wait()).toEqualTypeOf<Awaitable<number>>();
    // @ts-expect-error a barrier has to know for how many it is
    new Barrier();
    // @ts-expect-error how many it is for is fixed
    new Barrier(3).parties = 4;
  });
});

describe('a block', () => {
  test('that is retried is given the attempt, and gives what its body returns', () => {
    const made = retry({ maxAttempts: 3, firstDelay: '1h' }, function* (attempt) {
      expectTypeOf(attempt).toEqualTypeOf<number>();
      return yield* step('call', () => 'answer');
    });
    expectTypeOf(made).toEqualTypeOf<Awaitable<string>>();
    expectTypeOf(retry).parameter(0).toEqualTypeOf<RetryPolicy>();
    // @ts-expect-error attempts is not the name
    retry({ attempts: 3 }, function* () {});
  });

  test('that is a saga is given where to say how to undo, and gives what its body returns', () => {
    const made = saga(function* (saga) {
      expectTypeOf(saga).toEqualTypeOf<Saga>();
      const id = yield* step('charge', () => 1);
      saga.onFailure(function* () {
        yield* step('refund', () => id);
      });
      saga.onFailure(step('refund', () => id));
      saga.onFailure(() => step('refund', () => id));
      // @ts-expect-error a promise cannot be awaited
      saga.onFailure(Promise.resolve());
      return { id };
    });
    expectTypeOf(made).toEqualTypeOf<Awaitable<{ id: number }>>();
  });
});
