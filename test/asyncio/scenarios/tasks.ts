/** s01 to s16: coroutines, gather, tasks and how they are cancelled. */
import { CancelledError, createTask, gather, sleep } from 'lull';
import type { Scenario } from '../trace.ts';
import { ValueError } from './python-errors.ts';
import { work } from './work.ts';

export const tasks: Readonly<Record<string, Scenario>> = {
  *s01_basic(log) {
    log('Starting work...');
    yield* sleep('1s');
    log('Finished after 1 second!');
    return 'Task complete';
  },

  *s02_sleep_returns_its_result() {
    return [yield* sleep('1s', 'a'), yield* sleep(0, 'b'), yield* sleep('2s')];
  },

  *s03_coroutine_not_awaited_does_not_run(log) {
    const c = work(log, 'never', 1);
    yield* sleep('1s');
    log('done');
    c.return('');
  },

  *s04_sequential_awaits(log) {
    const a = yield* work(log, 'a', 1);
    const b = yield* work(log, 'b', 2);
    return a + b;
  },

  *s05_gather_runs_concurrently_and_keeps_order(log) {
    const r = yield* gather([work(log, 'slow', 3), work(log, 'fast', 1), work(log, 'mid', 2)]);
    log('all');
    return r;
  },

  *s06_gather_empty() {
    return yield* gather([]);
  },

  *s07_gather_first_error_propagates_others_go_on(log) {
    try {
      yield* gather([work(log, 'a', 1), work(log, 'bad', 2, { error: new ValueError('boom') }), work(log, 'c', 3)]);
    } catch (e) {
      if (!(e instanceof ValueError)) throw e;
      log('caught', e);
    }
    yield* sleep('5s');
    log('later');
  },

  *s08_gather_return_exceptions(log) {
    return yield* gather([work(log, 'a', 1), work(log, 'bad', 2, { error: new ValueError('boom') })], {
      returnExceptions: true,
    });
  },

  *s09_gather_of_a_task_twice(log) {
    const t = createTask(work(log, 't', 1));
    return yield* gather([t, t]);
  },

  *s10_task_starts_at_next_suspension(log) {
    const t = createTask(work(log, 't', 1));
    log('created');
    yield* sleep(0);
    log('after sleep(0)');
    const r = yield* t;
    log('joined', r);
  },

  *s11_task_states(log) {
    const t = createTask(work(log, 't', 1));
    log(t.done(), t.cancelled());
    yield* t;
    log(t.done(), t.cancelled(), t.result(), t.exception());
  },

  *s12_task_cancel_while_sleeping(log) {
    function* body() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('cancelled inside');
        throw e;
      }
    }
    const t = createTask(body());
    yield* sleep('1s');
    log(t.cancel());
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('joined cancelled', t.cancelled());
    }
    log(t.cancel());
  },

  *s13_task_may_refuse_cancellation(log) {
    function* body() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('refused');
      }
      yield* sleep('2s');
      return 'finished anyway';
    }
    const t = createTask(body());
    yield* sleep('1s');
    t.cancel();
    return [yield* t, t.cancelled()];
  },

  *s14_cleanup_may_await_while_cancelled(log) {
    function* body() {
      try {
        yield* sleep('10s');
      } finally {
        yield* sleep('2s');
        log('cleaned up');
      }
    }
    const t = createTask(body());
    yield* sleep('1s');
    t.cancel();
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('cancelled');
    }
  },

  *s15_cancel_before_start_never_runs(log) {
    const t = createTask(work(log, 't', 1));
    t.cancel();
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('never started');
    }
  },

  *s16_cancelling_the_outer_cancels_the_gather(log) {
    function* outer() {
      yield* gather([work(log, 'a', 5), work(log, 'b', 6)]);
    }
    const t = createTask(outer());
    yield* sleep('1s');
    t.cancel();
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('outer cancelled');
    }
    yield* sleep('10s');
  },
};
