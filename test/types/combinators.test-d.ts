import { describe, expectTypeOf, test } from 'vitest';
import type { Awaitable, Batch, Coroutine, StepContext, TaskGroup, TimeoutScope } from 'lull';
import {
  asCompleted,
  batch,
  gather,
  poll,
  race,
  shield,
  signal,
  sleep,
  step,
  taskGroup,
  timeout,
  waitFor,
  waitUntil,
  workflow,
} from 'lull';

declare const text: Awaitable<string>;
declare const count: Awaitable<number>;
declare const texts: Awaitable<string>[];

function* work<T>(value: T): Coroutine<T> {
  yield* sleep(1);
  return value;
}

describe('gather', () => {
  test('of an array gives a tuple, place by place', () => {
    expectTypeOf(gather([text, count])).toEqualTypeOf<Awaitable<[string, number]>>();
    expectTypeOf(gather([])).toEqualTypeOf<Awaitable<[]>>();
    expectTypeOf(gather([text, sleep(1)] as const)).toEqualTypeOf<Awaitable<[string, void]>>();
  });

  test('of a record gives a record, key by key', () => {
    expectTypeOf(gather({ text, count })).toEqualTypeOf<Awaitable<{ text: string; count: number }>>();
    workflow('w', function* () {
      const { paid, label } = yield* gather({
        paid: step('charge', () => true),
        label: step('print', async () => 'x'),
      });
      expectTypeOf(paid).toEqualTypeOf<boolean>();
      expectTypeOf(label).toEqualTypeOf<string>();
    });
  });

  test('of as many as there are gives an array', () => {
    expectTypeOf(gather(texts)).toEqualTypeOf<Awaitable<string[]>>();
    expectTypeOf(gather([1, 2].map((n) => work(n)))).toEqualTypeOf<Awaitable<number[]>>();
    expectTypeOf(gather(texts, { limit: 3 })).toEqualTypeOf<Awaitable<string[]>>();
  });

  test('of generic coroutines, given directly, keeps their types', () => {
    expectTypeOf(gather([work('a'), work(1)])).toEqualTypeOf<Awaitable<[string, number]>>();
    expectTypeOf(gather({ a: work('a'), b: work({ id: 1 }) })).toEqualTypeOf<
      Awaitable<{ a: string; b: { id: number } }>
    >();
  });

  test('with returnExceptions gives results or errors', () => {
    expectTypeOf(gather([text, count], { returnExceptions: true })).toEqualTypeOf<
      Awaitable<[string | Error, number | Error]>
    >();
    expectTypeOf(gather({ text }, { returnExceptions: true })).toEqualTypeOf<Awaitable<{ text: string | Error }>>();
    expectTypeOf(gather([text], { returnExceptions: false })).toEqualTypeOf<Awaitable<[string]>>();
    const maybe = Math.random() > 2;
    expectTypeOf(gather([text], { returnExceptions: maybe })).toEqualTypeOf<Awaitable<[string | Error]>>();
  });

  test('refuses what cannot be awaited', () => {
    // @ts-expect-error a number cannot be awaited
    gather([text, 1]);
    // @ts-expect-error a promise cannot be awaited
    gather({ text: Promise.resolve('a') });
  });
});

describe('race', () => {
  test('of an array gives the union of the results', () => {
    expectTypeOf(race([text, count])).toEqualTypeOf<Awaitable<string | number>>();
    expectTypeOf(race([work('a'), sleep(1)])).toEqualTypeOf<Awaitable<string | void>>();
  });

  test('of a record gives a union in which the key tells the value', () => {
    workflow('w', function* () {
      const approved = signal<{ by: string }>('approved');
      const first = yield* race({ approved: approved.receive(), late: sleep('7 days') });
      expectTypeOf(first).toEqualTypeOf<{ key: 'approved'; value: { by: string } } | { key: 'late'; value: void }>();
      if (first.key === 'approved') expectTypeOf(first.value).toEqualTypeOf<{ by: string }>();
    });
  });
});

describe('asCompleted', () => {
  test('gives awaitables of any of the results', () => {
    expectTypeOf(asCompleted([text, count])).toEqualTypeOf<Iterable<Awaitable<string | number>>>();
    workflow('w', function* () {
      for (const next of asCompleted(texts, { timeout: '1h' })) expectTypeOf(yield* next).toEqualTypeOf<string>();
    });
  });

  test('takes any iterable of awaitables', () => {
    expectTypeOf(asCompleted(new Set([text]))).toEqualTypeOf<Iterable<Awaitable<string>>>();
  });
});

describe('a time limit', () => {
  test('of timeout gives what is awaited, or what the body returns', () => {
    expectTypeOf(timeout('1s', text)).toEqualTypeOf<Awaitable<string>>();
    expectTypeOf(timeout(null, work(1))).toEqualTypeOf<Awaitable<number>>();
    const scoped = timeout('1s', function* (scope) {
      expectTypeOf(scope).toEqualTypeOf<TimeoutScope>();
      expectTypeOf(scope.when()).toEqualTypeOf<Date | null>();
      return yield* text;
    });
    expectTypeOf(scoped).toEqualTypeOf<Awaitable<string>>();
  });

  test('of waitFor gives what is awaited, with a limit or none', () => {
    expectTypeOf(waitFor(text, '1s')).toEqualTypeOf<Awaitable<string>>();
    expectTypeOf(waitFor(work(1), null)).toEqualTypeOf<Awaitable<number>>();
    // @ts-expect-error the limit is to be said, be it null
    waitFor(text);
  });
});

test('shield gives what is awaited', () => {
  expectTypeOf(shield(text)).toEqualTypeOf<Awaitable<string>>();
  expectTypeOf(shield(work(1))).toEqualTypeOf<Awaitable<number>>();
});

test('taskGroup gives what its body returns, and its tasks have their types', () => {
  const made = taskGroup(function* (group) {
    expectTypeOf(group).toEqualTypeOf<TaskGroup>();
    const task = group.createTask(work('a'), { name: 'a' });
    expectTypeOf(task.result()).toEqualTypeOf<string>();
    return (yield* task).length;
  });
  expectTypeOf(made).toEqualTypeOf<Awaitable<number>>();
});

test('waitUntil gives what its predicate returns', () => {
  expectTypeOf(waitUntil(() => 'a')).toEqualTypeOf<Awaitable<string>>();
  expectTypeOf(waitUntil(() => false, { timeout: '1h' })).toEqualTypeOf<Awaitable<boolean>>();
  // @ts-expect-error there is no such option
  waitUntil(() => true, { timeoutMs: 1 });
});

describe('batch', () => {
  test('gives the results of its worker, whatever it takes them from', () => {
    expectTypeOf(batch([1, 2], (n) => work(String(n)))).toEqualTypeOf<Awaitable<Batch<string>>>();
    expectTypeOf(batch(new Map([['a', 1]]), ([key, n], index) => work({ key, n, index }))).toEqualTypeOf<
      Awaitable<Batch<{ key: string; n: number; index: number }>>
    >();
    workflow('w', function* () {
      const ended = yield* batch(new Set(['a']), (item) => sleep('1s', item), { toleratedFailures: '10%', enough: 1 });
      expectTypeOf(ended.values()).toEqualTypeOf<string[]>();
      expectTypeOf(ended.errors()).toEqualTypeOf<Error[]>();
      for (const item of ended.items) {
        if (item.status === 'fulfilled') expectTypeOf(item.value).toEqualTypeOf<string>();
        if (item.status === 'rejected') expectTypeOf(item.reason).toEqualTypeOf<Error>();
      }
    });
  });

  test('refuses an async iterable and a worker that gives a promise', () => {
    // @ts-expect-error it cannot be replayed
    batch((async function* () {})(), () => sleep(1));
    // @ts-expect-error a promise cannot be awaited
    batch([1], async (n) => n);
  });
});

describe('poll', () => {
  test('gives the answer that its body gives, and hands it to until', () => {
    const job = { percent: 1 };
    expectTypeOf(poll('p', { until: ({ percent }) => percent === 100, every: '1m' }, () => job)).toEqualTypeOf<
      Awaitable<{ percent: number }>
    >();
    expectTypeOf(poll('p', { until: (n) => n > 1, every: '1m' }, async () => 1)).toEqualTypeOf<Awaitable<number>>();
  });

  test('takes the answer before in its body', () => {
    poll('p', { until: (n: number) => n > 1, every: '1m' }, (previous, context) => {
      expectTypeOf(previous).toEqualTypeOf<number | undefined>();
      expectTypeOf(context).toEqualTypeOf<StepContext>();
      return 1;
    });
    // @ts-expect-error it has to say how often to ask
    poll('p', { until: () => true }, () => 1);
  });
});
