/** s57 to s63: waitFor, and its races. */
import { CancelledError, type Coroutine, createTask, currentTask, Future, sleep, TimeoutError, waitFor } from 'lull';
import type { Awaitable } from 'lull';
import type { Log, Scenario } from '../trace.ts';
import { ValueError } from './python-errors.ts';
import { work } from './work.ts';

function* waiting(log: Log, inner: Awaitable<string>): Coroutine<void> {
  log('got', yield* waitFor(inner, '10s'));
  yield* sleep('1s');
  log('goes on');
}

export const waitingFor: Readonly<Record<string, Scenario>> = {
  *s57_wait_for_runs_in_the_task_of_its_caller(log) {
    function* who() {
      return currentTask();
    }
    log((yield* waitFor(who(), '1s')) === currentTask());
  },

  *s58_wait_for_cancelled_in_the_round_in_which_the_awaited_ended(log) {
    const f = new Future<string>();
    const t = createTask(waiting(log, f));
    yield* sleep('1s');
    f.setResult('result');
    log(t.cancel());
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('cancelled', t.cancelled(), f.result());
    }
  },

  *s59_wait_for_cancelled_in_the_round_in_which_the_task_ended(log) {
    const inner = createTask(work(log, 'inner', 1));
    const t = createTask(waiting(log, inner));
    inner.addDoneCallback(() => log('cancel', t.cancel()));
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('cancelled', t.cancelled(), inner.result());
    }
  },

  *s60_wait_for_nothing(log) {
    function* never(): Coroutine<void> {
      log('never');
    }
    try {
      yield* waitFor(never(), 0);
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout');
    }
    const done = createTask(sleep(0, 'done'));
    yield* done;
    log(yield* waitFor(done, 0));
    const t = createTask(sleep('10s'));
    try {
      yield* waitFor(t, 0);
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout', t.cancelled());
    }
  },

  *s61_wait_for_what_refuses_to_be_cancelled(log) {
    function* refusing() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        yield* sleep('1s');
      }
      return 'all the same';
    }
    log(yield* waitFor(refusing(), '1s'));
    log(currentTask().cancelling());
    const t = createTask(refusing());
    log(yield* waitFor(t, '1s'), currentTask().cancelling());
    yield* sleep('1s');
    log('goes on');
  },

  *s62_wait_for_cancelled_while_the_awaited_cleans_up(log) {
    function* slowToLeave() {
      try {
        yield* sleep('100s');
      } finally {
        yield* sleep('5s');
        log('left');
      }
    }

    function* body() {
      yield* waitFor(slowToLeave(), '1s');
    }
    const t = createTask(body());
    yield* sleep('3s');
    t.cancel('stop');
    try {
      yield* t;
    } catch (e) {
      log((e as Error).name, t.cancelled(), t.cancelling());
    }
  },

  *s63_wait_for_of_an_error(log) {
    try {
      yield* waitFor(work(log, 'bad', 1, { error: new ValueError('boom') }), '10s');
    } catch (e) {
      if (!(e instanceof ValueError)) throw e;
      log(e, currentTask().cancelling());
    }
    yield* sleep('20s');
    log('later');
  },
};
