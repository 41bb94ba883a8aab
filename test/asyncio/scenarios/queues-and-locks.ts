/** s34 to s44: queues, locks and their kin. */
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  createTask,
  Event,
  gather,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  QueueEmpty,
  QueueFull,
  Semaphore,
  sleep,
} from 'lull';
import type { Scenario } from '../trace.ts';

export const queuesAndLocks: Readonly<Record<string, Scenario>> = {
  *s34_queue_producer_consumer(log) {
    const q = new Queue<number>(2);

    function* producer() {
      for (let i = 0; i < 5; i += 1) {
        yield* q.put(i);
        log('put', i);
      }
    }

    function* consumer() {
      for (let i = 0; i < 5; i += 1) {
        yield* sleep('1s');
        log('got', yield* q.get());
      }
    }
    yield* gather([producer(), consumer()]);
  },

  *s35_queue_get_nowait_put_nowait(log) {
    const q = new Queue<string>(1);
    try {
      q.getNowait();
    } catch (e) {
      if (!(e instanceof QueueEmpty)) throw e;
      log('empty');
    }
    q.putNowait('x');
    try {
      q.putNowait('y');
    } catch (e) {
      if (!(e instanceof QueueFull)) throw e;
      log('full', q.qsize(), q.full(), q.empty());
    }
    return q.getNowait();
  },

  *s36_queue_join(log) {
    const q = new Queue<number>();

    function* worker() {
      for (;;) {
        const i = yield* q.get();
        yield* sleep(i * 1000);
        log('done', i);
        q.taskDone();
      }
    }
    for (const i of [1, 2, 3]) q.putNowait(i);
    const ws = [createTask(worker()), createTask(worker())];
    yield* q.join();
    log('joined');
    for (const w of ws) w.cancel();
  },

  *s37_priority_and_lifo_queues() {
    const p = new PriorityQueue<number>();
    const l = new LifoQueue<number>();
    for (const x of [3, 1, 2]) {
      p.putNowait(x);
      l.putNowait(x);
    }
    return [
      [yield* p.get(), yield* p.get(), yield* p.get()],
      [yield* l.get(), yield* l.get(), yield* l.get()],
    ];
  },

  *s38_lock_is_fifo(log) {
    const lock = new Lock();

    function* user(n: string) {
      yield* lock.with(function* () {
        log(n, 'in');
        yield* sleep('1s');
        log(n, 'out');
      });
    }
    yield* gather([user('a'), user('b'), user('c')]);
    return lock.locked();
  },

  *s39_event_wakes_all(log) {
    const e = new Event();

    function* waiter(n: string) {
      yield* e.wait();
      log(n, 'woken');
    }
    const ts = ['a', 'b', 'c'].map((n) => createTask(waiter(n)));
    yield* sleep('2s');
    log(e.isSet());
    e.set();
    yield* gather(ts);
    yield* e.wait();
    e.clear();
    return e.isSet();
  },

  *s40_semaphore_limits(log) {
    const s = new Semaphore(2);

    function* user(n: number) {
      yield* s.with(function* () {
        log(n, 'in');
        yield* sleep('1s');
      });
    }
    yield* gather([0, 1, 2, 3, 4].map((i) => user(i)));
    return s.locked();
  },

  *s41_bounded_semaphore_release_too_often() {
    const s = new BoundedSemaphore(1);
    yield* s.acquire();
    s.release();
    s.release();
  },

  *s42_condition_notify(log) {
    const c = new Condition();

    function* waiter(n: string) {
      yield* c.with(function* () {
        yield* c.wait();
        log(n, 'notified');
      });
    }
    const ts = ['a', 'b', 'c'].map((n) => createTask(waiter(n)));
    yield* sleep('1s');
    yield* c.with(function* () {
      c.notify(1);
    });
    yield* sleep('1s');
    yield* c.with(function* () {
      c.notifyAll();
    });
    yield* gather(ts);
  },

  *s43_condition_wait_for(log) {
    const c = new Condition();
    const state = { n: 0 };

    function* waiter() {
      yield* c.with(function* () {
        yield* c.waitFor(() => state.n >= 3);
        log('n is', state.n);
      });
    }
    const t = createTask(waiter());
    for (let i = 0; i < 4; i += 1) {
      yield* sleep('1s');
      yield* c.with(function* () {
        state.n += 1;
        c.notifyAll();
      });
    }
    yield* t;
  },

  *s44_barrier(log) {
    const b = new Barrier(3);

    function* member(n: string, d: number) {
      yield* sleep(d * 1000);
      const i = yield* b.wait();
      log(n, 'passed');
      return i;
    }
    const r = yield* gather([member('a', 1), member('b', 2), member('c', 3)]);
    return r.sort();
  },
};
