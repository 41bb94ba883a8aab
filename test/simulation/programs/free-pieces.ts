/** Pieces of which the end depends on what comes first: only their replay can be held against them. */
import { asCompleted } from '../../../lib/api/as-completed.ts';
import { createTask } from '../../../lib/api/create-task.ts';
import { Event } from '../../../lib/api/event.ts';
import { Lock } from '../../../lib/api/lock.ts';
import { Queue } from '../../../lib/api/queue.ts';
import { race } from '../../../lib/api/race.ts';
import { now } from '../../../lib/api/now.ts';
import { random, uuid } from '../../../lib/api/random.ts';
import { signal } from '../../../lib/api/signal.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { timeout } from '../../../lib/api/timeout.ts';
import { wait } from '../../../lib/api/wait.ts';
import { isCancelled } from '../../../lib/core/errors.ts';
import { bodyOf, FoundWrong, type Interpreter, type Piece, type Statement } from './program.ts';
import { drawDelayMs } from './plain-pieces.ts';

/** Names that several share. */
export const SHARED_SIGNALS = ['alpha', 'beta', 'gamma'] as const;

function sharedOf<T>({ shared }: Interpreter, name: string, make: () => T): T {
  if (!shared.has(name)) shared.set(name, make());
  return shared.get(name) as T;
}

const all = ({ bodies = [] }: Statement): NonNullable<Statement['bodies']> => bodies;

export const freePieces: Readonly<Record<string, Piece>> = {
  raceOf: {
    weight: 3,
    isDetermined: false,
    draw: ({ bodies }) => ({ bodies: bodies(3) }),
    *run(statement, { run }) {
      if (all(statement).length === 0) return 'nobody';
      return yield* race(all(statement).map((body) => run(body)));
    },
  },
  tightTimeout: {
    weight: 2,
    isDetermined: false,
    draw: ({ body, dice }) => ({ bodies: [body()], ms: drawDelayMs(dice) }),
    *run(statement, { run }) {
      try {
        return yield* timeout(statement.ms ?? 0, run(bodyOf(statement)));
      } catch (error) {
        if (isCancelled(error)) throw error;
        return (error as Error).name;
      }
    },
  },
  cancelLater: {
    weight: 2,
    isDetermined: false,
    draw: ({ body, dice }) => ({ bodies: [body()], ms: drawDelayMs(dice) }),
    *run(statement, { run }) {
      const task = createTask(run(bodyOf(statement)));
      yield* sleep(statement.ms ?? 0);
      task.cancel('later');
      try {
        return yield* task;
      } catch (error) {
        if (task.cancelled()) return 'cancelled';
        throw error;
      }
    },
  },
  onceStep: {
    weight: 1.5,
    isDetermined: false,
    draw: ({ dice, name }) => ({ name: name('once'), plan: { takesMs: dice.between(1, 5_000), gives: 'once' } }),
    *run({ name = '', plan }) {
      try {
        return yield* step(name, { atMostOnce: true }, () => plan);
      } catch (error) {
        if (isCancelled(error)) throw error;
        return 'lost';
      }
    },
  },
  spawn: {
    weight: 2,
    isDetermined: false,
    draw: ({ body }) => ({ bodies: [body()] }),
    *run(statement, { run }) {
      createTask(run(bodyOf(statement)));
    },
  },
  waitForFirst: {
    weight: 1,
    isDetermined: false,
    draw: ({ bodies, dice }) => ({ bodies: bodies(3), ms: drawDelayMs(dice) }),
    *run(statement, { run }) {
      const tasks = all(statement).map((body) => createTask(run(body)));
      if (tasks.length === 0) return 'nobody';
      const { done } = yield* wait(tasks, { returnWhen: 'FIRST_COMPLETED', timeout: statement.ms ?? 0 });
      return tasks.map((task) => done.has(task));
    },
  },
  inOrderOfEnd: {
    weight: 1,
    isDetermined: false,
    draw: ({ bodies }) => ({ bodies: bodies(3) }),
    *run(statement, { run }) {
      const ends: unknown[] = [];
      for (const next of asCompleted(all(statement).map((body) => run(body)))) ends.push(yield* next);
      return ends;
    },
  },
  receiveShared: {
    weight: 2,
    isDetermined: false,
    draw: ({ dice }) => ({ name: dice.pick(SHARED_SIGNALS), ms: drawDelayMs(dice) }),
    *run({ name = '', ms = 0 }) {
      return yield* race([signal<unknown>(name).receive(), sleep(ms, 'nothing came')]);
    },
  },
  drainShared: {
    weight: 1,
    isDetermined: false,
    draw: ({ dice }) => ({ name: dice.pick(SHARED_SIGNALS) }),
    *run({ name = '' }) {
      const waiting = signal<unknown>(name);
      const taken: unknown[] = [];
      while (waiting.pending() > 0) taken.push(waiting.receiveNowait());
      return taken;
    },
  },
  clockAndDice: {
    weight: 2,
    isDetermined: false,
    draw: () => ({}),
    *run(_statement, { shared }) {
      const before = (shared.get('time') ?? 0) as number;
      if (Date.now() < before) throw new FoundWrong(`the time was ${before}, and now is ${Date.now()}`);
      shared.set('time', Date.now());
      return [now(), random(), uuid(), Date.now(), Math.random(), performance.now(), crypto.randomUUID()];
    },
  },
  sharedQueue: {
    weight: 1,
    isDetermined: false,
    draw: ({ dice }) => ({ count: dice.below(2), ms: drawDelayMs(dice) }),
    *run({ count = 0, ms = 0 }, interpreter) {
      const queue = sharedOf(interpreter, 'queue', () => new Queue<unknown>());
      if (count === 0) return yield* queue.put(now().getTime());
      return yield* race([queue.get(), sleep(ms, 'empty')]);
    },
  },
  sharedLock: {
    weight: 1,
    isDetermined: false,
    draw: ({ body }) => ({ bodies: [body()] }),
    *run(statement, interpreter) {
      const lock = sharedOf(interpreter, 'lock', () => new Lock());
      // One task must not take it twice.
      if (lock.locked()) return 'taken';
      return yield* lock.with(() => interpreter.run(bodyOf(statement)));
    },
  },
  sharedEvent: {
    weight: 1,
    isDetermined: false,
    draw: ({ dice }) => ({ count: dice.below(3), ms: drawDelayMs(dice) }),
    *run({ count = 0, ms = 0 }, interpreter) {
      const event = sharedOf(interpreter, 'event', () => new Event());
      if (count === 0) event.set();
      else if (count === 1) event.clear();
      else return yield* race([event.wait(), sleep(ms, 'not set')]);
      return event.isSet();
    },
  },
};
