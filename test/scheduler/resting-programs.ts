/** Programs that wait, each with other primitives: together with each function and class that authors have. */
import {
  allTasks,
  asCompleted,
  Barrier,
  batch,
  BoundedSemaphore,
  callback,
  continueAsNew,
  Condition,
  type Coroutine,
  createTask,
  currentTask,
  defineStep,
  deprecatePatch,
  entity,
  pool,
  stream,
  Event,
  Future,
  gather,
  LifoQueue,
  Lock,
  log,
  now,
  patched,
  poll,
  PriorityQueue,
  query,
  Queue,
  race,
  random,
  retry,
  runInfo,
  setAttributes,
  setStatus,
  saga,
  Semaphore,
  shield,
  signal,
  sleep,
  sleepUntil,
  step,
  stepContext,
  taskGroup,
  timeout,
  transaction,
  uuid,
  wait,
  waitFor,
  waitUntil,
  workflow,
  child,
  getRun,
  remoteStep,
  startChild,
  startRun,
  update,
} from 'lull';
import { START_MS } from './drive.ts';

const answer = signal<string>('answer');
const charge = defineStep('charge', (cents: number) => `${cents} ${stepContext().attempt}`);
const limited = workflow('limited', { timeout: '1 day' }, function* (name: string) {
  return yield* sleep('2 days', name);
});

const counter = entity('counter', {
  initial: () => ({ sum: 0 }),
  handlers: { add: (state, n: number) => (state.sum += n) },
  reads: { get: (state) => state.sum },
});
const tokens = stream<string>('tokens');
const mailer = pool('mailer', { concurrency: 1 });
const idleRun = workflow('idle', idle);

function* idle(): Coroutine<void> {
  yield* sleep('1 day');
}

export const restingPrograms: Readonly<Record<string, () => Coroutine<unknown>>> = {
  *'steps, timers and signals'() {
    log.info(now(), random(), uuid(), runInfo().id, patched('a'));
    deprecatePatch('b');
    setStatus({ waiting: true });
    setAttributes({ customer: 'c1' });
    yield* gather({
      plain: step('plain', { retry: { retryIf: () => true } }, (context) => context.attempt),
      defined: charge(990),
      together: transaction('together', (tx) => tx.delete({ TableName: 'accounts', Key: { id: 'a' } })),
      later: sleep('1 day', 'later'),
      until: sleepUntil(new Date(START_MS + 86_400_000)),
      answer: answer.receive(),
      another: answer.receive(),
      inline: limited('inline'),
    });
  },
  *callbacks() {
    yield* gather([
      callback('plain'),
      callback('limited', { timeout: '1 day', heartbeatTimeout: '1h' }),
      race([callback('raced'), sleep('1 day')]),
    ]);
  },
  *'continuing as new'() {
    try {
      createTask(
        (function* (): Coroutine<void> {
          yield* continueAsNew(2);
        })(),
      );
      yield* sleep('1 day');
    } finally {
      yield* sleep('2 days');
    }
  },
  *'combinators around each other'() {
    yield* gather([
      race([sleep('1 day'), race({ a: sleep('2 days'), b: answer.receive() })]),
      gather([sleep('1 day'), sleep('2 days'), sleep('3 days')], { limit: 2, returnExceptions: true }),
      shield(sleep('1 day')),
      wait([createTask(sleep('1 day')), createTask(sleep('2 days'))], { timeout: '1h', returnWhen: 'FIRST_COMPLETED' }),
      waitFor(sleep('2 days'), '1 day'),
      timeout('1 day', sleep('2 days')),
      timeout(null, function* (scope) {
        scope.reschedule(new Date(START_MS + 86_400_000));
        yield* sleep('2 days');
      }),
    ]);
  },
  *'results in the order in which they come'() {
    for (const next of asCompleted([sleep('1 day'), sleep('2 days'), new Future()], { timeout: '1h' })) yield* next;
  },
  *'a group, a saga and retries'() {
    yield* gather([
      taskGroup(function* (group) {
        group.createTask(sleep('1 day'));
        group.createTask(charge(1), { name: 'charge' });
        yield* sleep('2 days');
      }),
      taskGroup(function* (group) {
        yield* sleep(0);
        group.createTask(sleep('1 day'));
      }),
      saga(function* (purchase) {
        purchase.onFailure(step('undo', () => 1));
        purchase.onFailure(() => charge(2));
        yield* sleep('1 day');
      }),
      saga(function* (purchase) {
        purchase.onFailure(sleep('1 day'));
        throw new Error(yield* sleep(0, 'undone'));
      }),
      retry({ firstDelay: '1h' }, function* (attempt) {
        throw new Error(yield* sleep(0, String(attempt)));
      }),
    ]);
  },
  *'locks, semaphores, conditions, events and barriers'() {
    const [lock, two, one, changed, event, barrier] = [
      ...[new Lock(), new Semaphore(2), new BoundedSemaphore()],
      ...[new Condition(), new Event(), new Barrier(3)],
    ] as const;
    yield* lock.acquire();
    yield* two.acquire();
    yield* two.acquire();
    yield* one.acquire();
    yield* gather([
      lock.acquire(),
      lock.with(() => sleep('1 day') as Coroutine<void>),
      two.acquire(),
      one.acquire(),
      changed.with(() => changed.wait() as Coroutine<true>),
      changed.with(() => changed.waitFor(() => false) as Coroutine<false>),
      event.wait(),
      barrier.wait(),
      barrier.wait(),
    ]);
  },
  *'predicates, batches and polls'() {
    function* numbers(): Generator<number> {
      for (let n = 0; ; n += 1) yield n;
    }
    yield* gather([
      waitUntil(() => false),
      waitUntil(() => false, { timeout: '1 day' }),
      batch(numbers(), idle, { limit: 3, enough: 2 }),
      batch([1, 2, 3], idle, { limit: 2 }),
      poll('look', { until: () => false, every: '1h', timeout: '1 day' }, () => 0),
    ]);
  },
  *queues() {
    const full = new Queue<number>(1);
    full.putNowait(1);
    const stack = new LifoQueue<string>();
    const [numbers, objects] = [new PriorityQueue<number>(), new PriorityQueue<object>(0, { compare: () => 0 })];
    numbers.putNowait(1);
    objects.putNowait({ a: 1 });
    yield* gather([full.put(2), full.join(), stack.get(), createTask(new Queue().get())]);
  },
  *'calls that nobody has awaited yet'() {
    const [lock, queue, event, barrier] = [new Lock(), new Queue<number>(), new Event(), new Barrier(2)];
    const kept = [
      ...[sleep('1h'), sleepUntil(now()), step('plain', () => 1), charge(1), answer.receive(), limited('kept')],
      ...[lock.acquire(), lock.with(() => sleep(0) as Coroutine<void>), queue.put(1), queue.get(), queue.join()],
      ...[event.wait(), barrier.wait(), barrier.reset(), barrier.abort(), new Semaphore().acquire()],
      ...[new Condition().acquire(), new Condition().wait(), new Condition().waitFor(() => 1)],
      ...[timeout('1h', sleep('2h')), waitFor(sleep('2h'), '1h'), waitFor(sleep('2h'), '0s'), wait([new Future()])],
      ...[taskGroup(idle), saga(idle), retry({}, idle), child(idleRun), startChild(idleRun), startRun(idleRun)],
      ...[getRun('r').result(), getRun('r').cancel(), getRun('r').signal(answer, 'x')],
      ...[counter('a'), counter('a').add(1), counter('a').get()],
      ...[tokens, tokens.write('a'), mailer, step('in a pool', { pool: mailer }, () => 1)],
      ...[gather([sleep('1h')]), race([sleep('1h')]), shield(sleep('1h')), ...asCompleted([sleep('1h')])],
    ];
    yield* sleep('1 day');
    return kept;
  },
  *'signals, queries, updates that the code makes itself'() {
    const [own, asked, change] = [signal<number>('own'), query<number>('asked'), update<void, void>('change')];
    asked.handle(() => 1);
    change.handle({ run: () => sleep('1 day') as Coroutine<void> });
    yield* own.receive();
    return [own, asked, change];
  },
  *'handlers of queries and updates'() {
    query<number>('count').handle(() => 1);
    update<void, void>('wait').handle({ validate: () => undefined, run: () => sleep('1 day') as Coroutine<void> });
    yield* sleep('1 day');
  },
  *'operations that are asked for'() {
    const remote = remoteStep('remote', { function: 'f', timeout: '1 day' }, 'payload');
    yield* gather([child(idleRun), startChild(idleRun), startRun(idleRun), getRun('r').result(), remote]);
  },
  *'calls of entities'() {
    const calls = counter('a');
    yield* gather([calls.add(1), calls.get(), getRun('r').update('change')]);
  },
  *'values of streams, and a step in a pool'() {
    yield* tokens.write('a');
    yield* step('in a pool', { pool: mailer, key: 'k', priority: 1 }, () => 1);
  },
  *'callbacks, cancellations and failures'() {
    const future = new Future<number>();
    future.addDoneCallback(() => undefined);
    currentTask().addDoneCallback(() => undefined);
    const failed = new Future();
    failed.setException(new RangeError('not seen'));
    const stubborn = createTask(
      (function* () {
        for (;;) {
          try {
            yield* sleep('1 day');
          } catch {
            // again
          }
        }
      })(),
    );
    yield* sleep(0);
    stubborn.cancel('stop');
    const loser = createTask(waitFor(stubborn, '0s'));
    for (const task of allTasks()) if (task.name === 'none') task.cancel();
    yield* gather([future, loser]);
  },
};
