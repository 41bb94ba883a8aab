/** s71 to s76: errors that nothing takes, which are told in the log. */
import { createTask, Future, gather, shield, sleep, TimeoutError, waitFor } from 'lull';
import type { Scenario } from '../trace.ts';
import { ValueError } from './python-errors.ts';
import { work } from './work.ts';

export const missedErrors: Readonly<Record<string, Scenario>> = {
  *s71_error_of_a_future_that_nobody_takes() {
    const f = new Future<void>();
    f.setException(new ValueError('lost'));
    yield* sleep('1s');
  },

  *s72_error_of_a_future_that_is_taken(log) {
    const futures = [new Future<void>(), new Future<void>(), new Future<void>()] as const;
    for (const [n, f] of futures.entries()) f.setException(new ValueError(String(n)));
    log(futures[0].exception());
    try {
      yield* futures[1];
    } catch (e) {
      if (!(e instanceof ValueError)) throw e;
      log(e);
    }
    log(futures[2].cancel());
  },

  *s73_task_that_fails_and_that_nobody_awaits(log) {
    const t = createTask(work(log, 't', 1, { error: new ValueError('lost') }));
    yield* sleep('2s');
    log(t.done());
  },

  *s74_task_that_failed_and_was_cancelled_afterwards(log) {
    const t = createTask(work(log, 't', 1, { error: new ValueError('not missed') }));
    yield* sleep('2s');
    log(t.cancel(), t.cancelled());
  },

  *s75_what_is_shielded_fails_when_nobody_waits_any_more(log) {
    const inner = createTask(work(log, 'inner', 3, { error: new ValueError('lost') }));
    try {
      yield* waitFor(shield(inner), '1s');
    } catch (e) {
      if (!(e instanceof TimeoutError)) throw e;
      log('timeout');
    }
    yield* sleep('5s');
  },

  *s76_gather_that_fails_and_that_nobody_awaits(log) {
    const g = gather([
      work(log, 'a', 1, { error: new ValueError('lost') }),
      work(log, 'b', 2),
    ]) as unknown as Future<void>;
    g.addDoneCallback((g) => log('done', g.cancelled()));
    yield* sleep('5s');
    log(g.done());
  },
};
