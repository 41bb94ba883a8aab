/** s45 to s50: how tasks end, and what stays of them. */
import { CancelledError, type Coroutine, createTask, currentTask, sleep, wait } from 'lull';
import type { Scenario } from '../trace.ts';
import { ValueError } from './python-errors.ts';
import { work } from './work.ts';

export const endings: Readonly<Record<string, Scenario>> = {
  *s45_task_exception_is_kept(log) {
    const t = createTask(work(log, 't', 1, { error: new ValueError('kept') }));
    yield* wait([t]);
    log(t.exception());
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof ValueError)) throw e;
      log('raised on await', e);
    }
    try {
      t.result();
    } catch (e) {
      if (!(e instanceof ValueError)) throw e;
      log('raised by result()', e);
    }
  },

  *s46_done_callbacks(log) {
    const t = createTask(work(log, 't', 1));
    t.addDoneCallback((t) => log('callback', t.result()));
    yield* t;
    yield* sleep(0);
    log('after');
  },

  *s47_awaiting_a_finished_task_again(log) {
    const t = createTask(work(log, 't', 1));
    return [yield* t, yield* t];
  },

  *s48_cancel_message(log) {
    function* body() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('why', e);
        throw e;
      }
    }
    const t = createTask(body());
    yield* sleep('1s');
    t.cancel('user asked');
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('outer why', e);
    }
  },

  *s49_cancelling_and_uncancel(log) {
    function* body() {
      const t = currentTask();
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log(t.cancelling());
        log(t.uncancel());
      }
      yield* sleep('1s');
      return 'ok';
    }
    const t = createTask(body());
    yield* sleep('1s');
    t.cancel();
    t.cancel();
    log(t.cancelling());
    return yield* t;
  },

  *s50_deep_nesting() {
    function* down(n: number): Coroutine<number> {
      if (n === 0) {
        yield* sleep('1s');
        return 0;
      }
      return 1 + (yield* down(n - 1));
    }
    return yield* down(50);
  },
};
