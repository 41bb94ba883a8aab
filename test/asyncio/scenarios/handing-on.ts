/** s77 to s83: gathers of what is done, wake-ups that are handed on, queues and barriers that end, groups of errors. */
import {
  asCompleted,
  Barrier,
  BrokenBarrierError,
  CancelledError,
  Condition,
  createTask,
  ExceptionGroup,
  type Future,
  gather,
  Queue,
  QueueShutDown,
  Semaphore,
  sleep,
  wait,
} from 'lull';
import type { Scenario } from '../trace.ts';
import { IndexError, KeyError, OSError, ValueError } from './python-errors.ts';
import { work } from './work.ts';

export const handingOn: Readonly<Record<string, Scenario>> = {
  *s77_gather_of_tasks_that_are_done_is_done(log) {
    const a = createTask(sleep(0, 'a'));
    const b = createTask(work(log, 'b', 0, { error: new ValueError('b') }));
    yield* wait([a, b]);
    // As a future is what asyncio's gather gives.
    const asFuture = <T>(gathered: unknown) => gathered as Future<T>;
    const both = asFuture(gather([a, b], { returnExceptions: true }));
    log(both.done(), yield* both);
    const failed = asFuture(gather([a, b, sleep('1s')]));
    log(failed.done());
    try {
      yield* failed;
    } catch (e) {
      if (!(e instanceof ValueError)) throw e;
      log(e);
    }
    const later = asFuture(gather([a, sleep('1s', 'c')]));
    log(later.done(), yield* later);
  },

  *s78_as_completed_goes_on_after_a_break(log) {
    const ts = (
      [
        ['a', 3],
        ['b', 1],
        ['c', 2],
      ] as const
    ).map(([n, d]) => createTask(work(log, n, d)));
    const nexts = asCompleted(ts);
    for (const c of nexts) {
      log('first', yield* c);
      break;
    }
    for (const c of nexts) {
      log('rest', yield* c);
    }
    for (const _ of nexts) {
      log('never');
    }
  },

  *s79_condition_hands_the_notification_of_a_cancelled_task_on(log) {
    const c = new Condition();

    function* waiter(n: string) {
      yield* c.with(function* () {
        try {
          yield* c.wait();
          log(n, 'notified');
        } catch (e) {
          if (!(e instanceof CancelledError)) throw e;
          log(n, 'cancelled', c.locked());
          throw e;
        }
      });
    }
    const ts = ['a', 'b', 'c'].map((n) => createTask(waiter(n)));
    yield* sleep('1s');
    yield* c.with(function* () {
      c.notify(1);
      ts[0]?.cancel();
    });
    yield* sleep('1s');
    log(ts.map((t) => t.done()));
    ts[2]?.cancel();
  },

  *s80_semaphore_hands_the_turn_of_a_cancelled_task_on(log) {
    const s = new Semaphore(1);

    function* user(n: string) {
      yield* s.with(function* () {
        log(n, 'in');
        yield* sleep('1s');
      });
    }
    yield* s.acquire();
    const ts = ['a', 'b', 'c'].map((n) => createTask(user(n)));
    yield* sleep('1s');
    s.release();
    log(s.locked());
    ts[0]?.cancel();
    yield* wait(ts);
    log(s.locked(), ts[0]?.cancelled());
  },

  *s81_queue_that_is_shut_down(log) {
    let q = new Queue<string>(1);

    function* get(n: string) {
      try {
        log(n, yield* q.get());
      } catch (e) {
        if (!(e instanceof QueueShutDown)) throw e;
        log(n, e);
      }
    }

    function* put(n: string) {
      try {
        yield* q.put(n);
        log(n, 'put');
      } catch (e) {
        if (!(e instanceof QueueShutDown)) throw e;
        log(n, e);
      }
    }
    const getters = ['a', 'b'].map((n) => createTask(get(n)));
    yield* sleep('1s');
    q.shutdown();
    yield* gather(getters);
    q = new Queue(1);
    const putters = ['c', 'd'].map((n) => createTask(put(n)));
    yield* sleep('1s');
    q.shutdown();
    yield* gather(putters);
    yield* get('e');
    yield* get('f');
    q = new Queue();
    q.putNowait('1');
    const joiner = createTask(q.join());
    yield* sleep('1s');
    q.shutdown(true);
    log(yield* joiner, q.qsize());
  },

  *s82_barrier_of_which_one_is_cancelled(log) {
    const b = new Barrier(2);

    function* member(n: string) {
      try {
        log(n, yield* b.wait());
      } catch (e) {
        if (!(e instanceof BrokenBarrierError)) throw e;
        log(n, e, b.broken);
      }
    }
    const a = createTask(member('a'));
    yield* sleep('1s');
    a.cancel();
    yield* sleep('1s');
    log(b.nWaiting);
    const ts = ['b', 'c', 'd'].map((n) => createTask(member(n)));
    yield* sleep('1s');
    yield* b.reset();
    yield* sleep('1s');
    log(
      ts.map((t) => t.done()),
      b.nWaiting,
      b.broken,
    );
    yield* b.abort();
    yield* member('e');
  },

  *s83_groups_of_errors_taken_apart(log) {
    const eg = new ExceptionGroup('all', [
      new ValueError('a'),
      new ExceptionGroup('more', [new KeyError('1'), new ValueError('b')]),
      new OSError('c'),
    ]);
    log(eg.split(ValueError));
    log(eg.split([ValueError, OSError]));
    log(eg.split((e) => e instanceof ExceptionGroup && e.message === 'more'));
    log(eg.split(ExceptionGroup));
    log(eg.split(IndexError));
    log(eg.subgroup(KeyError), eg.subgroup(IndexError), eg.subgroup(() => true) === eg);
    log(eg.derive([new ValueError('d')]));
  },
};
