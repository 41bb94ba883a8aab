/** s51 to s56, s64 to s66, s84 and s85: what becomes of a cancellation that something else overtakes. */
import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Event,
  ExceptionGroup,
  Future,
  gather,
  now,
  sleep,
  type Task,
  taskGroup,
  timeout,
  TimeoutError,
  type TimeoutScope,
} from 'lull';
import type { Log, Scenario } from '../trace.ts';
import { isGroupOf, ValueError } from './python-errors.ts';
import { work } from './work.ts';

function* slowToLeave(log: Log): Coroutine<void> {
  try {
    yield* sleep('100s');
  } finally {
    yield* sleep('5s');
    log('left');
  }
}

function* badToLeave(): Coroutine<void> {
  try {
    yield* sleep('100s');
  } catch (e) {
    if (!(e instanceof CancelledError)) throw e;
    throw new ValueError('on leaving');
  }
}

function* logCancelled(log: Log, t: Task<unknown>): Coroutine<void> {
  try {
    yield* t;
  } catch (e) {
    if (!(e instanceof CancelledError)) throw e;
    log('cancelled', e, t.cancelling());
  }
}

export const cancelling: Readonly<Record<string, Scenario>> = {
  *s51_cancelled_while_a_failed_group_unwinds(log) {
    function* body() {
      try {
        yield* taskGroup(function* (tg) {
          tg.createTask(slowToLeave(log));
          tg.createTask(work(log, 'bad', 1, { error: new ValueError('boom') }));
        });
      } catch (eg) {
        if (!isGroupOf(eg, ValueError)) throw eg;
        log(eg, currentTask().cancelling());
      }
      yield* sleep('100s');
      log('goes on');
    }
    const t = createTask(body());
    yield* sleep('3s');
    t.cancel('stop');
    yield* logCancelled(log, t);
  },

  *s52_timeout_around_a_group_that_failed(log) {
    try {
      yield* timeout('10s', function* () {
        try {
          yield* taskGroup(function* (tg) {
            tg.createTask(work(log, 'bad', 1, { error: new ValueError('boom') }));
            yield* sleep('5s');
          });
        } catch (eg) {
          if (!isGroupOf(eg, ValueError)) throw eg;
          log(eg, currentTask().cancelling());
        }
        yield* sleep('100s');
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout', e, currentTask().cancelling());
    }
  },

  *s53_time_is_up_while_a_failed_group_unwinds(log) {
    try {
      yield* timeout('2s', function* () {
        try {
          yield* taskGroup(function* (tg) {
            tg.createTask(slowToLeave(log));
            tg.createTask(work(log, 'bad', 1, { error: new ValueError('boom') }));
          });
        } catch (eg) {
          if (!isGroupOf(eg, ValueError)) throw eg;
          log(eg, currentTask().cancelling());
        }
        yield* sleep('100s');
        log('never');
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout', currentTask().cancelling());
    }
    yield* sleep('1s');
    log('goes on');
  },

  *s54_cancelled_again_and_again_while_a_group_unwinds(log) {
    function* body() {
      yield* taskGroup(function* (tg) {
        tg.createTask(slowToLeave(log));
        yield* sleep('100s');
      });
    }
    const t = createTask(body());
    for (let n = 0; n < 3; n += 1) {
      yield* sleep('1s');
      log(t.cancel(String(n)));
    }
    yield* logCancelled(log, t);
  },

  *s55_group_that_fails_as_its_parent_is_cancelled(log) {
    function* body() {
      try {
        yield* taskGroup(function* (tg) {
          tg.createTask(badToLeave());
          yield* sleep('100s');
        });
      } catch (eg) {
        if (!isGroupOf(eg, ValueError)) throw eg;
        log(eg, currentTask().cancelling());
      }
      log('before the next await');
      yield* sleep(0);
      log('never');
    }
    const t = createTask(body());
    yield* sleep('1s');
    t.cancel('stop');
    yield* logCancelled(log, t);
  },

  *s56_groups_in_a_group_fail_at_the_same_moment(log) {
    const go = new Event();

    function* bad(name: string) {
      yield* go.wait();
      throw new ValueError(name);
    }

    function* inner(name: string) {
      yield* taskGroup(function* (tg) {
        tg.createTask(bad(name));
        yield* sleep('100s');
      });
    }
    try {
      yield* taskGroup(function* (tg) {
        tg.createTask(inner('a'));
        tg.createTask(inner('b'));
        yield* sleep('1s');
        go.set();
        yield* sleep('100s');
      });
    } catch (eg) {
      log(eg, currentTask().cancelling());
    }
    yield* sleep('1s');
    log('goes on');
  },

  *s64_uncancelled_before_it_was_cancelled(log) {
    const me = currentTask();
    me.cancel();
    log(me.cancelling(), me.uncancel());
    yield* sleep('1s');
    me.cancel();
    me.cancel();
    log(me.uncancel());
    try {
      yield* sleep('1s');
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
      log('cancelled', me.uncancel());
    }
    yield* sleep('1s');
    log('goes on');
  },

  *s65_timeout_that_is_up_as_its_body_ends(log) {
    const f = new Future<void>();

    function* body() {
      let t: TimeoutScope | undefined;
      yield* timeout('5s', function* (scope) {
        t = scope;
        yield* f;
        // Up now, and not cancelled yet.
        t.reschedule(now());
      });
      log('expired', t?.expired());
      yield* sleep('1s');
      return 'goes on';
    }
    const t = createTask(body());
    yield* sleep('1s');
    f.setResult();
    return yield* t;
  },

  *s66_cancellation_kept_inside_a_timeout(log) {
    let t: TimeoutScope | undefined;
    yield* timeout('1s', function* (scope) {
      t = scope;
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('kept', currentTask().cancelling());
      }
      yield* sleep('5s');
    });
    log('expired', t?.expired(), currentTask().cancelling());
    yield* sleep('1s');
    log('goes on');
  },

  *s84_cancelled_while_it_gathers_what_fails_on_leaving(log) {
    function* body() {
      try {
        yield* gather([badToLeave(), sleep('100s')]);
      } catch (e) {
        if (!(e instanceof ValueError)) throw e;
        log(e, currentTask().cancelling());
      }
      yield* sleep('1s');
      return 'goes on';
    }
    const t = createTask(body());
    yield* sleep('1s');
    t.cancel();
    return yield* t;
  },

  *s85_timeout_in_a_group_in_a_timeout(log) {
    function* limited() {
      yield* timeout('2s', sleep('10s'));
    }
    try {
      yield* timeout('5s', function* () {
        yield* taskGroup(function* (tg) {
          tg.createTask(limited());
          yield* sleep('10s');
        });
      });
    } catch (eg) {
      if (!(eg instanceof ExceptionGroup) || eg.split(TimeoutError)[1] !== undefined) throw eg;
      log(eg, currentTask().cancelling());
    }
    yield* sleep('10s');
    log('goes on');
  },
};
