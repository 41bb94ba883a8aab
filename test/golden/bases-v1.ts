/**
 * Runs with an unbounded history that wait in each of lull's own coroutines and hold each of its objects: the bases in
 * `bases-v1.json` are theirs. What they have passed is a part of a base, so this file is never edited.
 */
import {
  asCompleted,
  type Awaitable,
  Barrier,
  batch,
  BoundedSemaphore,
  callback,
  child,
  Condition,
  createTask,
  Event,
  gather,
  LifoQueue,
  Lock,
  poll,
  PriorityQueue,
  query,
  Queue,
  race,
  random,
  retry,
  saga,
  Semaphore,
  shield,
  signal,
  sleep,
  startChild,
  step,
  stream,
  taskGroup,
  timeout,
  update,
  wait,
  waitFor,
  waitUntil,
  workflow,
} from 'lull';

const go = signal<string>('go');
const days = query('days');
const add = update<number, number>('add');
const lines = stream<string>('lines');

function* after<T>(duration: string, value: T) {
  yield* sleep(duration);
  return value;
}

/** Ways to wait for several. */
export const tasks = workflow('golden-tasks', { history: 'unbounded' }, function* () {
  const log: string[] = [];
  const late = createTask(after('3 days', 'late'), { name: 'late' });
  const all = [
    createTask(gather([after('1 day', 'a'), sleep('2 days', 'b')])),
    createTask(gather({ x: sleep('1 day', 'x'), y: go.receive() }, { returnExceptions: true })),
    createTask(race([sleep('1 day', 'fast'), sleep('2 days', 'slow')])),
    createTask(race({ first: go.receive(), second: sleep('1 day', 'second') })),
    createTask(
      (function* () {
        const order: unknown[] = [];
        for (const next of asCompleted([sleep('2 days', 'second'), sleep('1 day', 'first')])) order.push(yield* next);
        return order;
      })(),
    ),
    createTask(
      (function* () {
        const { done, pending } = yield* wait([late, createTask(sleep('1 day'))], { returnWhen: 'FIRST_COMPLETED' });
        return [done.size, pending.size];
      })(),
    ),
    createTask(timeout('5 days', sleep('1 day', 'in time'))),
    createTask(waitFor(sleep('1 day', 'waited'), '5 days')),
    createTask(shield(late)),
    createTask(
      (function* () {
        try {
          return yield* timeout('1 day', shield(late));
        } catch (error) {
          return (error as Error).name;
        }
      })(),
    ),
    createTask(
      taskGroup(function* (group) {
        const one = group.createTask(sleep('1 day', 1));
        const two = group.createTask(after('2 days', 2));
        return (yield* one) + (yield* two);
      }),
    ),
    createTask(waitUntil(() => log.length > 1, { timeout: '9 days' })),
    createTask(
      retry({ maxAttempts: 3, firstDelay: '1 day' }, function* (attempt) {
        yield* sleep('1 hour');
        if (attempt < 3) throw new Error('not yet');
        return attempt;
      }),
    ),
  ];
  yield* sleep('1 day');
  log.push('one day');
  yield* sleep('1 day');
  log.push('two days');
  const ends: unknown = yield* gather(all, { returnExceptions: true });
  return [log, ends, random()];
});

/** What tasks share. */
export const shared = workflow('golden-shared', { history: 'unbounded' }, function* () {
  const queue = new Queue<number>(1);
  const stack = new LifoQueue<string>();
  const first = new PriorityQueue<[number, string]>();
  const lock = new Lock();
  const two = new Semaphore(2);
  const one = new BoundedSemaphore(1);
  const opened = new Event();
  const changed = new Condition();
  const barrier = new Barrier(2);
  let stock = 0;
  const all = [
    createTask(
      (function* () {
        for (let n = 1; n <= 3; n += 1) yield* queue.put(n);
        return 'put';
      })(),
    ),
    createTask(
      (function* () {
        yield* opened.wait();
        return [yield* queue.get(), yield* queue.get(), yield* queue.get()];
      })(),
    ),
    createTask(stack.get()),
    createTask(first.get()),
    createTask(queue.join()),
    ...[1, 2].map((n) =>
      createTask(
        lock.with(function* () {
          yield* sleep('1 day');
          return n;
        }),
      ),
    ),
    ...[1, 2, 3].map((n) => createTask(two.with(() => after('1 day', n)))),
    createTask(one.with(() => after('1 day', 'one'))),
    createTask(
      changed.with(function* () {
        yield* changed.waitFor(() => stock >= 2);
        return stock;
      }),
    ),
    createTask(barrier.wait()),
  ];
  yield* sleep('1 day');
  opened.set();
  stack.putNowait('on the stack');
  first.putNowait([2, 'later']);
  for (; stock < 2; stock += 1) yield* sleep('1 hour');
  yield* changed.with(function* () {
    changed.notifyAll();
  });
  yield* barrier.wait();
  for (let n = 0; n < 3; n += 1) queue.taskDone();
  return yield* gather(all, { returnExceptions: true });
});

/** What comes from outside, and goes there. */
export const messages = workflow('golden-messages', { history: 'unbounded' }, function* () {
  let sum = 0;
  days.handle(() => sum);
  add.handle({
    validate: (n) => {
      if (n < 0) throw new RangeError('it only goes up');
    },
    *run(n) {
      yield* sleep('1 day');
      sum += n;
      return sum;
    },
  });
  yield* lines.write('one line');
  const said: string[] = [];
  const listener = createTask(
    (function* () {
      for (;;) said.push(yield* go.receive());
    })(),
  );
  const approved = callback<string>('approved', { timeout: '4 days', heartbeatTimeout: '3 days' });
  const all = [
    createTask(
      (function* () {
        try {
          return yield* approved;
        } catch (error) {
          return (error as Error).name;
        }
      })(),
    ),
    createTask(
      (function* () {
        const one = yield* startChild(parcel, 'a', { id: 'golden-child' });
        return yield* one;
      })(),
    ),
  ];
  yield* sleep('5 days');
  listener.cancel();
  return [said, sum, yield* gather(all, { returnExceptions: true })];
});

export const parcel = workflow('golden-parcel', function* (name: string) {
  yield* sleep('1 day');
  return `shipped ${name}`;
});

/** Work that is done in the meantime. */
export const work = workflow('golden-work', { history: 'unbounded' }, function* () {
  const undone: string[] = [];
  const all = [
    createTask(
      saga(function* (purchase) {
        yield* step('charge', () => 'charged');
        purchase.onFailure(function* () {
          yield* sleep('1 day');
          undone.push(yield* step('refund', () => 'refunded'));
        });
        yield* sleep('1 day');
        yield* step('reserve', { retry: false }, () => {
          throw new Error('out of stock');
        });
      }),
    ),
    createTask(
      poll('look', { until: (n: number) => n === 3, every: '1 day' }, (previous?: number) => (previous ?? 0) + 1),
    ),
    createTask(
      batch(['a', 'b', 'c'], (name) => after('1 day', `packed ${name}`), { limit: 2 }),
      { name: 'batch' },
    ),
    createTask(
      step('at the third attempt', { retry: { firstDelay: '1 day', maxAttempts: 3 } }, ({ attempt }) => {
        if (attempt < 3) throw new Error('not yet');
        return attempt;
      }),
    ),
  ];
  const rest = all.slice(0, 2);
  const ends: unknown = yield* gather([all[1]!, all[3]!], { returnExceptions: true });
  const packed = (yield* all[2]!) as { values(): unknown[] };
  yield* wait(rest);
  yield* sleep('2 days');
  return [ends, packed.values(), undone];
});

/** What is made, and not begun; what was thrown. */
export const kept = workflow('golden-kept', { history: 'unbounded' }, function* () {
  const thrown: unknown[] = [];
  const attempts: Awaitable<unknown>[] = [
    step('fails', { retry: false }, () => {
      throw Object.assign(new TypeError('broken'), { stack: 'at the step' });
    }),
    timeout('1 hour', sleep('2 hours')),
    new Queue<number>().get(),
  ];
  const waiting = createTask(attempts[2]!, { name: 'waiting' });
  for (const attempt of attempts.slice(0, 2)) {
    try {
      yield* attempt;
    } catch (error) {
      thrown.push(Object.assign(error as Error, { stack: 'in the run' }));
    }
  }
  waiting.cancel();
  try {
    yield* waiting;
  } catch (error) {
    thrown.push(Object.assign(error as Error, { stack: 'in the run' }));
  }
  const later = [
    sleep('1 hour', 'slept'),
    step('works', () => 'worked'),
    timeout('1 day', sleep('1 hour', 'in time')),
    retry({ maxAttempts: 1 }, () => after('1 hour', 'tried')),
    poll('look', { until: (n: number) => n === 1, every: '1 hour' }, () => 1),
    saga(() => after('1 hour', 'bought')),
    taskGroup(() => after('1 hour', 'grouped')),
    child(parcel, 'b', { id: 'golden-child' }),
    waitUntil(() => thrown.length === 3),
    go.receive(),
  ] as const;
  yield* sleep('1 day');
  const ends: unknown[] = [];
  for (const one of later.slice(0, 9)) ends.push(yield* one as Awaitable<unknown>);
  yield* gather(later.slice(9) as Awaitable<unknown>[]);
  return [thrown.map((error) => (error as Error).name), ends];
});
