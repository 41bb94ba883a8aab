/** s17 to s29: wait, asCompleted, waitFor, timeouts and shields. */
import {
  asCompleted,
  CancelledError,
  createTask,
  shield,
  sleep,
  timeout,
  TimeoutError,
  type TimeoutScope,
  wait,
  waitFor,
} from 'lull';
import type { Scenario } from '../trace.ts';
import { ValueError } from './python-errors.ts';
import { work } from './work.ts';

export const limits: Readonly<Record<string, Scenario>> = {
  *s17_wait_first_completed(log) {
    const ts = (
      [
        ['a', 3],
        ['b', 1],
        ['c', 2],
      ] as const
    ).map(([n, d]) => createTask(work(log, n, d), { name: n }));
    const names = (of: Iterable<{ name: string }>) => [...of].map((t) => t.name).sort();
    let { done, pending } = yield* wait(ts, { returnWhen: 'FIRST_COMPLETED' });
    log(names(done), names(pending));
    ({ done, pending } = yield* wait(pending, { returnWhen: 'FIRST_COMPLETED' }));
    log(names(done), names(pending));
    ({ done, pending } = yield* wait(pending));
    log(names(done), pending.size);
  },

  *s18_wait_first_exception(log) {
    const ts = [
      createTask(work(log, 'a', 1)),
      createTask(work(log, 'b', 2, { error: new ValueError('x') })),
      createTask(work(log, 'c', 9)),
    ];
    const { done, pending } = yield* wait(ts, { returnWhen: 'FIRST_EXCEPTION' });
    log(done.size, pending.size);
    for (const t of pending) t.cancel();
  },

  *s19_wait_timeout_does_not_cancel(log) {
    const ts = [createTask(work(log, 'a', 1)), createTask(work(log, 'b', 5))];
    const { done, pending } = yield* wait(ts, { timeout: '2s' });
    log(
      done.size,
      pending.size,
      [...pending].map((t) => t.cancelled()),
    );
    yield* sleep('5s');
    log(ts.map((t) => t.done()));
  },

  *s20_as_completed(log) {
    const out: string[] = [];
    const ts = (
      [
        ['a', 3],
        ['b', 1],
        ['c', 2],
      ] as const
    ).map(([n, d]) => createTask(work(log, n, d)));
    for (const c of asCompleted(ts)) {
      out.push(yield* c);
    }
    return out;
  },

  *s21_as_completed_timeout(log) {
    const out: string[] = [];
    const ts = [createTask(work(log, 'a', 1)), createTask(work(log, 'b', 9))];
    try {
      for (const c of asCompleted(ts, { timeout: '3s' })) {
        out.push(yield* c);
      }
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout', out);
    }
  },

  *s22_wait_for_result_in_time(log) {
    return yield* waitFor(work(log, 'a', 1), '2s');
  },

  *s23_wait_for_times_out_and_cancels(log) {
    function* body() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('inner cancelled');
        throw e;
      }
    }
    try {
      yield* waitFor(body(), '2s');
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout');
    }
  },

  *s24_wait_for_waits_for_the_cleanup(log) {
    function* body() {
      try {
        yield* sleep('10s');
      } finally {
        yield* sleep('3s');
        log('cleanup over');
      }
    }
    try {
      yield* waitFor(body(), '2s');
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout');
    }
  },

  *s25_timeout_block(log) {
    let t: TimeoutScope | undefined;
    try {
      yield* timeout('2s', function* (scope) {
        t = scope;
        yield* work(log, 'a', 1);
        yield* work(log, 'b', 5);
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout', t?.expired());
    }
  },

  *s26_timeout_not_reached(log) {
    let t: TimeoutScope | undefined;
    yield* timeout('5s', function* (scope) {
      t = scope;
      yield* work(log, 'a', 1);
    });
    log(t?.expired());
    yield* sleep('10s');
    log('still fine');
  },

  *s27_nested_timeouts_inner_first(log) {
    try {
      yield* timeout('10s', function* () {
        try {
          yield* timeout('1s', function* () {
            yield* sleep('5s');
          });
        } catch (e) {
          if (!(e instanceof TimeoutError)) throw e;
          log('inner');
        }
        yield* sleep('2s');
        log('outer goes on');
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('outer');
    }
  },

  *s28_nested_timeouts_outer_first(log) {
    try {
      yield* timeout('1s', function* () {
        try {
          yield* timeout('10s', function* () {
            yield* sleep('5s');
          });
        } catch (e) {
          if (!(e instanceof TimeoutError)) throw e;
          log('inner');
        }
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('outer');
    }
  },

  *s29_shield_survives_outer_cancel(log) {
    const inner = createTask(work(log, 'inner', 3));

    function* outer() {
      try {
        yield* shield(inner);
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('outer cancelled, inner:', inner.cancelled());
        throw e;
      }
    }
    const t = createTask(outer());
    yield* sleep('1s');
    t.cancel();
    try {
      yield* t;
    } catch (e) {
      if (!(e instanceof CancelledError)) throw e;
    }
    log(yield* inner);
  },
};
