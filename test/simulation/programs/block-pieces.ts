/** Tasks side by side, and blocks around others, of which the end is known beforehand. */
import { asCompleted } from '../../../lib/api/as-completed.ts';
import { createTask, currentTask } from '../../../lib/api/create-task.ts';
import { gather } from '../../../lib/api/gather.ts';
import { Lock } from '../../../lib/api/lock.ts';
import { Queue } from '../../../lib/api/queue.ts';
import { race } from '../../../lib/api/race.ts';
import { retry } from '../../../lib/api/retry.ts';
import { saga } from '../../../lib/api/saga.ts';
import { Semaphore } from '../../../lib/api/semaphore.ts';
import { shield } from '../../../lib/api/shield.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { taskGroup } from '../../../lib/api/task-group.ts';
import { timeout } from '../../../lib/api/timeout.ts';
import { wait } from '../../../lib/api/wait.ts';
import type { Awaitable, Coroutine } from '../../../lib/core/awaitable.ts';
import { isCancelled } from '../../../lib/core/errors.ts';
import { Future } from '../../../lib/core/future.ts';
import { boom, bodyOf, FoundWrong, NEVER, type Piece, type Statement } from './program.ts';

const all = ({ bodies = [] }: Statement): NonNullable<Statement['bodies']> => bodies;

export const blockPieces: Readonly<Record<string, Piece>> = {
  gather: {
    weight: 3,
    isDetermined: true,
    draw: ({ bodies, dice }) => ({ bodies: bodies(4), count: dice.pick([1, 2, 9]) }),
    *run(statement, { run }) {
      const { count: limit = 9 } = statement;
      return yield* gather(
        all(statement).map((body) => run(body)),
        { limit },
      );
    },
  },
  group: {
    weight: 2,
    isDetermined: true,
    draw: ({ bodies }) => ({ bodies: bodies(3) }),
    *run(statement, { run }) {
      try {
        const tasks = yield* taskGroup(function* (group) {
          return all(statement).map((body) => group.createTask(run(body)));
        });
        return tasks.map((task) => task.result());
      } catch (error) {
        throw isCancelled(error) ? error : boom();
      }
    },
  },
  tasksInOrder: {
    weight: 2,
    isDetermined: true,
    draw: ({ bodies }) => ({ bodies: bodies(3) }),
    *run(statement, { run }) {
      const tasks = all(statement).map((body) => createTask(run(body)));
      const results: unknown[] = [];
      for (const task of tasks.reverse()) results.push(yield* task);
      return results;
    },
  },
  waitForAll: {
    weight: 1,
    isDetermined: true,
    draw: ({ bodies }) => ({ bodies: bodies(3) }),
    *run(statement, { run }) {
      const tasks = all(statement).map((body) => createTask(run(body)));
      yield* wait(tasks);
      const ends: unknown[] = [];
      for (const task of tasks) ends.push(task.exception()?.message ?? task.result());
      return ends;
    },
  },
  allAsCompleted: {
    weight: 1,
    isDetermined: true,
    draw: ({ bodies }) => ({ bodies: bodies(3) }),
    *run(statement, { run }) {
      const texts: string[] = [];
      for (const next of asCompleted(all(statement).map((body) => createTask(run(body))))) {
        texts.push(JSON.stringify(yield* next));
      }
      return texts.sort();
    },
  },
  raceWithNever: {
    weight: 2,
    isDetermined: true,
    draw: ({ body, dice }) => ({ bodies: [body()], count: dice.below(2) }),
    *run(statement, { run }) {
      const body = run(bodyOf(statement));
      const never: Awaitable<unknown[]> = sleep(NEVER, ['never']);
      return yield* race(statement.count === 0 ? [body, never] : [never, body]);
    },
  },
  ampleTimeout: {
    weight: 1,
    isDetermined: true,
    draw: ({ body }) => ({ bodies: [body()] }),
    run: (statement, { run }) => timeoutAround(run(bodyOf(statement))),
  },
  shield: {
    weight: 1,
    isDetermined: true,
    draw: ({ body }) => ({ bodies: [body()] }),
    *run(statement, { run }) {
      return yield* shield(run(bodyOf(statement)));
    },
  },
  /** Cancelled in its sleep; the second body cleans up. */
  cancelAsleep: {
    weight: 1.5,
    isDetermined: true,
    draw: ({ body }) => ({ bodies: [body(), body()] }),
    *run(statement, { run }) {
      const asleep = new Future<void>();
      const sleeper = createTask(
        (function* (): Coroutine<unknown> {
          try {
            asleep.setResult();
            yield* sleep(NEVER);
          } finally {
            yield* run(bodyOf(statement, 1));
          }
          return 'not cancelled';
        })(),
      );
      yield* asleep;
      const before = yield* run(bodyOf(statement));
      sleeper.cancel('enough');
      try {
        return [before, yield* sleeper];
      } catch (error) {
        const isOwn = currentTask().cancelling() === 0; // kept to oneself, the cancel of another may be missed for ever
        if (isOwn && isCancelled(error) && sleeper.cancelled()) return [before, 'cancelled'];
        throw error;
      }
    },
  },
  catch: {
    weight: 3,
    isDetermined: true,
    draw: ({ body }) => ({ bodies: [body(), body(), body()] }),
    *run(statement, { run }) {
      const done: unknown[] = [];
      try {
        done.push(yield* run(bodyOf(statement)));
      } catch (error) {
        if (isCancelled(error)) throw error;
        done.push('caught', yield* run(bodyOf(statement, 1)));
      } finally {
        done.push(yield* run(bodyOf(statement, 2)));
      }
      return done;
    },
  },
  repeat: {
    weight: 1,
    isDetermined: true,
    draw: ({ body, dice }) => ({ bodies: [body()], count: dice.between(2, 3) }),
    *run(statement, { run }) {
      const rounds: unknown[] = [];
      for (let round = 0; round < (statement.count ?? 1); round += 1) rounds.push(yield* run(bodyOf(statement)));
      return rounds;
    },
  },
  /** The first body is done, then it fails until the last attempt. */
  retry: {
    weight: 1,
    isDetermined: true,
    draw: ({ body, dice }) => ({ bodies: [body()], count: dice.between(1, 3), ms: dice.between(0, 5_000) }),
    *run(statement, { run }) {
      const { count = 1, ms = 0 } = statement;
      return yield* retry({ maxAttempts: count, firstDelay: ms, jitter: 0 }, function* (attempt) {
        const done = yield* run(bodyOf(statement));
        if (attempt < count) throw boom();
        return [attempt, done];
      });
    },
  },
  /** The body; then it fails or not; the others undo. */
  saga: {
    weight: 1,
    isDetermined: true,
    draw: ({ body, dice }) => ({ bodies: [body(), body(), body()], count: dice.below(2) }),
    *run(statement, { run }) {
      const undone: unknown[] = [];
      try {
        return yield* saga(function* (undo) {
          undo.onFailure(function* () {
            undone.push(yield* run(bodyOf(statement, 1)));
          });
          const done = yield* run(bodyOf(statement));
          undo.onFailure(function* () {
            undone.push(yield* run(bodyOf(statement, 2)));
          });
          if (statement.count === 1) throw boom();
          return done;
        });
      } catch (error) {
        if (isCancelled(error)) throw error;
        return ['undone', ...undone];
      }
    },
  },
  /** A producer and a consumer with a small queue between them. */
  queue: {
    weight: 1,
    isDetermined: true,
    draw: ({ body, dice }) => ({ bodies: [body(), body()], count: dice.between(1, 3) }),
    *run(statement, { run }) {
      const { count = 1 } = statement;
      const queue = new Queue<unknown>(1);
      const producer = (function* (): Coroutine<void> {
        for (let item = 0; item < count; item += 1) yield* queue.put([item, yield* run(bodyOf(statement))]);
      })();
      const consumer = (function* (): Coroutine<unknown> {
        const got: unknown[] = [];
        while (got.length < count) got.push(yield* queue.get());
        got.push(yield* run(bodyOf(statement, 1)));
        return got;
      })();
      return yield* gather([producer, consumer]);
    },
  },
  /** Bodies that take turns: inside, nobody else is. */
  lock: {
    weight: 1,
    isDetermined: true,
    draw: ({ bodies, dice }) => ({ bodies: bodies(3), count: dice.between(0, 2) }),
    *run(statement, { run }) {
      const { count = 0 } = statement;
      const guard = count === 0 ? new Lock() : new Semaphore(count);
      let inside = 0;
      const one = (
        body: Statement['bodies'] extends readonly (infer B)[] | undefined ? B : never,
      ): Coroutine<unknown> =>
        guardedBy(guard, function* () {
          inside += 1;
          if (inside > Math.max(1, count)) throw new FoundWrong(`${inside} hold a lock for ${Math.max(1, count)}`);
          try {
            return yield* run(body);
          } finally {
            inside -= 1;
          }
        });
      return yield* gather(all(statement).map(one));
    },
  },
};

function* timeoutAround(body: Coroutine<unknown[]>): Coroutine<unknown> {
  return yield* timeout(NEVER, body);
}

function* guardedBy(guard: Lock | Semaphore, body: () => Coroutine<unknown>): Coroutine<unknown> {
  return yield* guard.with(body);
}
