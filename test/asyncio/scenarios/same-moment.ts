/** s67 to s70: time limits that are up at the same moment. */
import { currentTask, gather, sleep, timeout, TimeoutError, type TimeoutScope, waitFor } from 'lull';
import type { Scenario } from '../trace.ts';

// Called, so that the compiler does not take what a body sets for unset.
const hasExpired = (scope: TimeoutScope | undefined) => scope?.expired();

export const sameMoment: Readonly<Record<string, Scenario>> = {
  *s67_two_timeouts_are_up_at_the_same_moment(log) {
    let outer: TimeoutScope | undefined;
    let inner: TimeoutScope | undefined;
    try {
      yield* timeout('2s', function* (scope) {
        outer = scope;
        try {
          yield* timeout('2s', function* (scope) {
            inner = scope;
            yield* sleep('10s');
          });
        } catch (e) {
          if (!(e instanceof TimeoutError)) throw e;
          log('inner');
        }
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('outer', hasExpired(outer), hasExpired(inner), currentTask().cancelling());
    }
    yield* sleep('1s');
    log('goes on');
  },

  *s68_two_timeouts_are_up_at_the_same_moment_the_outer_one_set_last(log) {
    let outer: TimeoutScope | undefined;
    let inner: TimeoutScope | undefined;
    try {
      yield* timeout(null, function* (scope) {
        outer = scope;
        try {
          yield* timeout('2s', function* (scope) {
            inner = scope;
            outer?.reschedule(inner.when());
            yield* sleep('10s');
          });
        } catch (e) {
          if (!(e instanceof TimeoutError)) throw e;
          log('inner');
        }
        log('never');
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('outer', hasExpired(outer), hasExpired(inner), currentTask().cancelling());
    }
    yield* sleep('1s');
    log('goes on');
  },

  *s69_wait_for_in_a_timeout_of_the_same_length(log) {
    let outer: TimeoutScope | undefined;
    try {
      yield* timeout('2s', function* (scope) {
        outer = scope;
        try {
          yield* waitFor(sleep('10s'), '2s');
        } catch (e) {
          if (!(e instanceof TimeoutError)) throw e;
          log('inner');
        }
      });
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('outer', outer?.expired());
    }
  },

  *s70_timeouts_of_two_tasks_at_the_same_moment(log) {
    function* limited(name: string) {
      try {
        yield* timeout('2s', sleep('10s'));
      } catch (e) {
        if (!(e instanceof TimeoutError)) throw e;
        log(name);
      }
    }
    yield* gather([limited('a'), limited('b')]);
  },
};
