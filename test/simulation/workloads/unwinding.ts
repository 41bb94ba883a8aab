/**
 * A run that is cancelled while its parts fail and unwind: none of its code keeps a cancellation to itself, so none may
 * get lost in a group, a saga or a time limit.
 */
import { createTask, currentTask } from '../../../lib/api/create-task.ts';
import { saga } from '../../../lib/api/saga.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { taskGroup } from '../../../lib/api/task-group.ts';
import { timeout } from '../../../lib/api/timeout.ts';
import { waitFor } from '../../../lib/api/wait-for.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Coroutine } from '../../../lib/core/awaitable.ts';
import { isCancelled, TimeoutError } from '../../../lib/core/errors.ts';
import { Future } from '../../../lib/core/future.ts';
import { boom, FoundWrong, NEVER } from '../programs/program.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Part {
  readonly kind: keyof typeof PARTS;
  /** Until it fails, or its time is up. */
  readonly ms: number;
  /** How long it takes to leave. */
  readonly leaveMs: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '1s' } };

const CLEAN_UP = 'clean up';

const act = (name: string) => step(name, (): BodyPlan => ({ takesMs: 20, gives: name }));

function* slowToLeave(leaveMs: number): Coroutine<void> {
  try {
    yield* sleep(NEVER);
  } finally {
    yield* sleep(leaveMs);
    yield* act(CLEAN_UP);
  }
}

function* failIn(ms: number): Coroutine<never> {
  yield* sleep(ms);
  throw boom();
}

const PARTS = {
  *group({ ms, leaveMs }: Part): Coroutine<unknown> {
    return yield* taskGroup(function* (group) {
      group.createTask(slowToLeave(leaveMs));
      yield* failIn(ms);
    });
  },
  *groupOfTasks({ ms, leaveMs }: Part): Coroutine<unknown> {
    return yield* taskGroup(function* (group) {
      group.createTask(slowToLeave(leaveMs));
      group.createTask(failIn(ms));
      yield* sleep(NEVER);
    });
  },
  *limit({ ms, leaveMs }: Part): Coroutine<unknown> {
    return yield* timeout(ms, slowToLeave(leaveMs));
  },
  *waiting({ ms, leaveMs }: Part): Coroutine<unknown> {
    return yield* waitFor(slowToLeave(leaveMs), ms);
  },
  /** The undo fails. */
  *saga({ ms, leaveMs }: Part): Coroutine<unknown> {
    return yield* saga(function* (undo) {
      undo.onFailure(() => failIn(leaveMs));
      yield* failIn(ms);
    });
  },
  /** The limit may be up while the group unwinds; then its body ends without another await. */
  *groupInLimit({ ms, leaveMs }: Part): Coroutine<unknown> {
    return yield* timeout(ms, function* () {
      try {
        yield* taskGroup(function* (group) {
          group.createTask(slowToLeave(leaveMs));
          yield* failIn(ms / 2);
        });
      } catch (error) {
        if (isCancelled(error)) throw error;
      }
    });
  },
  *limitsAtOneMoment({ ms }: Part): Coroutine<unknown> {
    return yield* timeout(null, function* (outer) {
      try {
        yield* timeout(ms, function* (inner) {
          outer.reschedule(inner.when());
          yield* sleep(NEVER);
        });
      } catch (error) {
        if (error instanceof TimeoutError) throw new FoundWrong('the inner one of two limits was up alone');
        throw error;
      }
    });
  },
  /** A task that waits is cancelled in the moment in which it is given what it waits for. */
  *given({ ms }: Part): Coroutine<unknown> {
    const answer = new Future<string>();
    const waiting = createTask(
      (function* (): Coroutine<void> {
        yield* waitFor(answer, NEVER);
        yield* sleep(0);
      })(),
    );
    yield* sleep(ms);
    answer.setResult('given');
    waiting.cancel();
    try {
      yield* waiting;
    } catch (error) {
      if (isCancelled(error) && currentTask().cancelling() === 0) return 'cancelled';
      throw error;
    }
    throw new FoundWrong('a task that was cancelled went on');
  },
};

const unwinding = workflow('unwinding', { steps }, function* ({ parts }: { parts: readonly Part[] }) {
  for (const part of parts) {
    yield* act(`before ${part.kind}`);
    try {
      yield* PARTS[part.kind](part);
    } catch (error) {
      if (isCancelled(error) || error instanceof FoundWrong) throw error;
    }
  }
  yield* act('last');
  return 'done';
});

export const unwindingWorkload: Workload = {
  name: 'unwinding',
  weight: 1.5,
  workflows: [unwinding],
  mayFinishWhenCancelled: (name) => name === CLEAN_UP,
  draw(dice) {
    const kinds = Object.keys(PARTS) as Part['kind'][];
    const parts: Part[] = Array.from({ length: dice.between(1, 4) }, () => ({
      kind: dice.pick(kinds),
      ms: Math.round(dice.magnitude(1, 5_000)),
      leaveMs: Math.round(dice.magnitude(1, 20_000)),
    }));
    return {
      workflow: unwinding.name,
      input: { parts },
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(unwinding.name, { parts })],
        ...Array.from({ length: dice.below(3) }, (_, index): Action[] => [
          {
            do: 'cancel',
            reason: `stop ${index}`,
            waitMs: Math.round(dice.magnitude(1, 60_000)),
            persists: dice.chance(0.7),
          },
        ]),
      ],
    };
  },
  judge({ end, entries, item }) {
    if (end === undefined) return `the run is left ${item?.status}`;
    const hasCancel = entries.some(({ kind }) => kind === 'cancel-requested');
    if (end.status === 'completed')
      return JSON.stringify(end.result) === '"done"' ? undefined : 'it gave something else';
    if (end.status === 'cancelled' && hasCancel) return undefined;
    return `it ended as ${end.status}, and nothing in it does: ${JSON.stringify(end.result).slice(0, 200)}`;
  },
  *smaller(plan) {
    const { parts } = plan.input as { readonly parts: readonly Part[] };
    for (const left of parts) {
      const input = { parts: parts.filter((part) => part !== left) };
      const callers = plan.callers.map((actions) =>
        actions.map((action) => (action.do === 'start' ? { ...action, input } : action)),
      );
      yield { ...plan, input, callers };
    }
  },
};
