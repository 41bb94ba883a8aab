/** Interprets the programs of random_programs.py with lull, statement for statement. */
import {
  asCompleted,
  type Awaitable,
  type Coroutine,
  createTask,
  currentTask,
  Event,
  Future,
  gather,
  Lock,
  Queue,
  type ReturnWhen,
  Semaphore,
  shield,
  sleep,
  type Task,
  taskGroup,
  timeout,
  type TimeoutScope,
  wait,
  waitFor,
} from 'lull';
import { ValueError } from './scenarios/python-errors.ts';
import type { Log, Scenario } from './trace.ts';

export type Body = readonly Statement[];
type TaskNumber = number;
type Statement =
  | readonly ['sleep', number]
  | readonly ['log' | 'raise' | 'return' | 'put', number]
  | readonly ['await' | 'state' | 'peek', TaskNumber]
  | readonly ['cancel', TaskNumber, string | null]
  | readonly ['cancel-self' | 'uncancel' | 'uncancel-self' | 'get' | 'set' | 'wait-event' | 'resolve' | 'await-future']
  | readonly ['callback', TaskNumber, number]
  | readonly ['spawn', Body]
  | readonly ['try', Body, caught: string, handler: Body, again: boolean, final: Body]
  | readonly ['gather', readonly (Body | TaskNumber)[], returnExceptions: boolean]
  | readonly ['timeout', number | null, Body]
  | readonly ['wait-for', number, Body | TaskNumber]
  | readonly ['wait', readonly TaskNumber[], ReturnWhen, number | null]
  | readonly ['as-completed', readonly TaskNumber[], number | null]
  | readonly ['shield', Body | TaskNumber]
  | readonly ['group', readonly Body[], Body]
  | readonly ['lock' | 'semaphore', Body];

/** What a `return` statement gave; undefined: the body went on to its end. */
type Returned = { readonly value: unknown } | undefined;

export function toScenario(program: Body): Scenario {
  return function* (log) {
    return yield* new Interpreter(log).run(program, 0);
  };
}

class Interpreter {
  readonly #log: Log;
  readonly #tasks: (Task<unknown> | undefined)[] = [currentTask()];
  readonly #queue = new Queue<number>(1);
  readonly #event = new Event();
  readonly #locks = { lock: new Lock(), semaphore: new Semaphore(2) };
  readonly #future = new Future<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  *run(body: Body, me: TaskNumber): Coroutine<unknown> {
    return (yield* this.#nested(body, me))?.value;
  }

  *#nested(body: Body, me: TaskNumber): Coroutine<Returned> {
    for (const statement of body) {
      const returned = yield* this.#step(statement, me);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  /**
   * The task of that number, if the one numbered `me` may wait for it: an older one might wait in turn, and what
   * `wait-for` runs has a number of its own in the same task.
   */
  #awaitable(index: TaskNumber, me: TaskNumber): Task<unknown> | undefined {
    const task = index > me ? this.#tasks[index] : undefined;
    return task === currentTask() ? undefined : task;
  }

  /** A coroutine with a number of its own; the task that runs it takes its place. */
  #start(body: Body): { coroutine: Coroutine<unknown>; index: TaskNumber } {
    const index = this.#tasks.push(undefined) - 1;
    const tasks = this.#tasks;
    const coroutine = function* (this: Interpreter): Coroutine<unknown> {
      tasks[index] = currentTask();
      return yield* this.run(body, index);
    };
    return { coroutine: coroutine.call(this), index };
  }

  #either(what: Body | TaskNumber, me: TaskNumber): Awaitable<unknown> | undefined {
    return typeof what === 'number' ? this.#awaitable(what, me) : this.#start(what).coroutine;
  }

  #ofNumbers(numbers: readonly TaskNumber[], me: TaskNumber): Task<unknown>[] {
    return numbers.map((index) => this.#awaitable(index, me)).filter((task) => task !== undefined);
  }

  *#step(statement: Statement, me: TaskNumber): Coroutine<Returned> {
    const log = this.#log;
    switch (statement[0]) {
      case 'log':
        log('log', statement[1]);
        return undefined;
      case 'sleep':
        log('slept', yield* sleep(statement[1], statement[1]));
        return undefined;
      case 'raise':
        throw new ValueError(String(statement[1]));
      case 'return':
        return { value: statement[1] };
      case 'put':
        yield* this.#queue.put(statement[1]);
        log('put', statement[1]);
        return undefined;
      case 'get':
        log('got', yield* this.#queue.get());
        return undefined;
      case 'set':
        this.#event.set();
        return undefined;
      case 'wait-event':
        log('event', yield* this.#event.wait());
        return undefined;
      case 'resolve':
        if (!this.#future.done()) this.#future.setResult('resolved');
        return undefined;
      case 'await-future':
        log('future', yield* this.#future);
        return undefined;
      case 'cancel-self':
        log('cancel-self', currentTask().cancel());
        return undefined;
      case 'uncancel-self':
        currentTask().cancel('taken back');
        log('taken back', currentTask().uncancel(), currentTask().cancelling());
        return undefined;
      case 'uncancel':
        log('uncancel', currentTask().cancelling(), currentTask().uncancel());
        return undefined;
      case 'await':
      case 'state':
      case 'peek':
      case 'cancel':
      case 'callback':
        return yield* this.#stepOnTask(statement, me);
      default:
        return yield* this.#block(statement, me);
    }
  }

  *#stepOnTask(
    statement: Extract<Statement, readonly ['await' | 'state' | 'peek' | 'cancel' | 'callback', ...unknown[]]>,
    me: TaskNumber,
  ): Coroutine<undefined> {
    const log = this.#log;
    const task = this.#tasks[statement[1]];
    if (task === undefined) return;
    switch (statement[0]) {
      case 'await':
        if (this.#awaitable(statement[1], me) !== undefined) log('awaited', yield* task);
        return;
      case 'state':
        log('state', task.done(), task.cancelled(), task.cancelling());
        return;
      case 'cancel':
        log('cancel', statement[2] === null ? task.cancel() : task.cancel(statement[2]));
        return;
      case 'callback':
        task.addDoneCallback((t) => log('callback', statement[2], t.cancelled()));
        return;
      case 'peek':
        try {
          log('exception', task.exception());
          log('result', task.result());
        } catch (error) {
          log('peek', error);
        }
        return;
    }
  }

  *#block(
    statement: Exclude<
      Statement,
      readonly ['sleep' | 'log' | 'raise' | 'return' | 'put' | 'await' | 'state' | 'peek', number] | readonly [string]
    >,
    me: TaskNumber,
  ): Coroutine<Returned> {
    const log = this.#log;
    switch (statement[0]) {
      case 'spawn': {
        const { coroutine, index } = this.#start(statement[1]);
        this.#tasks[index] = createTask(coroutine);
        return undefined;
      }
      case 'try':
        return yield* this.#attempt(statement, me);
      case 'gather': {
        const of = statement[1].map((what) => this.#either(what, me)).filter((what) => what !== undefined);
        log('gathered', yield* gather(of, { returnExceptions: statement[2] }));
        return undefined;
      }
      case 'timeout': {
        const nested = (scope: TimeoutScope): Coroutine<Returned> => {
          entered = scope;
          return this.#nested(statement[2], me);
        };
        let entered: TimeoutScope | undefined;
        try {
          return yield* timeout(statement[1], nested);
        } finally {
          log('expired', entered?.expired());
        }
      }
      case 'wait-for': {
        const what = this.#either(statement[2], me);
        if (what !== undefined) log('in time', yield* waitFor(what, statement[1]));
        return undefined;
      }
      case 'wait': {
        const of = this.#ofNumbers(statement[1], me);
        if (of.length === 0) return undefined;
        const limit = statement[3] === null ? {} : { timeout: statement[3] };
        const { done, pending } = yield* wait(of, { returnWhen: statement[2], ...limit });
        const numbers = (tasks: Set<Task<unknown>>) =>
          [...tasks].map((t) => this.#tasks.indexOf(t)).sort((a, b) => a - b);
        log('waited', numbers(done), numbers(pending));
        return undefined;
      }
      case 'as-completed': {
        const of = this.#ofNumbers(statement[1], me);
        for (const next of asCompleted(of, statement[2] === null ? {} : { timeout: statement[2] })) {
          log('completed', yield* next);
        }
        return undefined;
      }
      case 'shield': {
        const what = this.#either(statement[1], me);
        if (what !== undefined) log('shielded', yield* shield(what));
        return undefined;
      }
      case 'group':
        return yield* taskGroup((group) => this.#group(statement, me, (coroutine) => group.createTask(coroutine)));
      case 'lock':
      case 'semaphore':
        return yield* this.#locks[statement[0]].with(() => this.#holding(statement, me));
      default:
        throw new Error(`no meaning for ${statement[0]}`);
    }
  }

  *#group(
    [, children, body]: Extract<Statement, readonly ['group', ...unknown[]]>,
    me: TaskNumber,
    create: (coroutine: Coroutine<unknown>) => Task<unknown>,
  ): Coroutine<Returned> {
    for (const child of children) {
      const { coroutine, index } = this.#start(child);
      this.#tasks[index] = create(coroutine);
    }
    return yield* this.#nested(body, me);
  }

  *#holding([kind, body]: readonly ['lock' | 'semaphore', Body], me: TaskNumber): Coroutine<Returned> {
    this.#log('holds', kind);
    return yield* this.#nested(body, me);
  }

  *#attempt(
    [, body, caught, handler, again, final]: Extract<Statement, readonly ['try', ...unknown[]]>,
    me: TaskNumber,
  ): Coroutine<Returned> {
    try {
      return yield* this.#nested(body, me);
    } catch (error) {
      if (caught !== 'any' && (error as Error).name !== caught) throw error;
      this.#log('caught', error);
      const returned = yield* this.#nested(handler, me);
      if (returned !== undefined) return returned;
      if (again) throw error;
    } finally {
      yield* this.#nested(final, me);
    }
    return undefined;
  }
}
