/** s30 to s33: task groups. */
import { CancelledError, type ExceptionGroup, sleep, type Task, taskGroup } from 'lull';
import type { Scenario } from '../trace.ts';
import { isGroupOf, KeyError, RuntimeError, ValueError } from './python-errors.ts';
import { work } from './work.ts';

export const groups: Readonly<Record<string, Scenario>> = {
  *s30_task_group_joins_all(log) {
    let a: Task<string> | undefined;
    let b: Task<string> | undefined;
    yield* taskGroup(function* (tg) {
      a = tg.createTask(work(log, 'a', 2));
      b = tg.createTask(work(log, 'b', 1));
    });
    log('group done');
    return [a?.result(), b?.result()];
  },

  *s31_task_group_error_cancels_siblings(log) {
    function* sib() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('sibling cancelled');
        throw e;
      }
    }
    try {
      yield* taskGroup(function* (tg) {
        tg.createTask(sib());
        tg.createTask(work(log, 'bad', 1, { error: new ValueError('boom') }));
      });
    } catch (eg) {
      if (!isGroupOf(eg, ValueError)) throw eg;
      log(eg);
    }
  },

  *s32_task_group_collects_several_errors(log) {
    function* badCleanup() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        throw new KeyError('from cleanup');
      }
    }
    try {
      yield* taskGroup(function* (tg) {
        tg.createTask(badCleanup());
        tg.createTask(work(log, 'bad', 1, { error: new ValueError('boom') }));
      });
    } catch (e) {
      log((e as ExceptionGroup).errors.map((x) => x.name).sort());
    }
  },

  *s33_task_group_body_error_cancels_children(log) {
    function* child() {
      try {
        yield* sleep('10s');
      } catch (e) {
        if (!(e instanceof CancelledError)) throw e;
        log('child cancelled');
        throw e;
      }
    }
    try {
      yield* taskGroup(function* (tg) {
        tg.createTask(child());
        yield* sleep('1s');
        throw new RuntimeError('body');
      });
    } catch (eg) {
      if (!isGroupOf(eg, RuntimeError)) throw eg;
      log(eg);
    }
  },
};
