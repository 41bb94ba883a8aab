/** Tasks that end together (asyncio's `TaskGroup`, case for case). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { InvalidStateError, isCancelled } from '../core/errors.ts';
import { ExceptionGroup } from '../core/exception-group.ts';
import { ADD_WATCHER, type Future } from '../core/future.ts';
import type { Watcher } from '../core/job.ts';
import { checkOwnLoop, currentLoop, type LoopTask } from '../core/loop.ts';
import type { Task } from '../core/task.ts';
import { toError } from '../core/to-error.ts';
import { asCoroutine, checkBody } from './body.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { currentLoopTask } from './create-task.ts';
import { Latch } from './latch.ts';
import { type Call, lazy } from './lazy.ts';

/** The argument of a `taskGroup` body. */
export interface TaskGroup {
  /**
   * As the function of that name, for a task of this group. InvalidStateError once the group has ended or is being
   * cancelled.
   */
  createTask<T>(awaitable: Awaitable<T>, options?: { name?: string }): Task<T>;
}

/**
 * Runs a body that creates tasks, waits for all of them, and returns the body's result. asyncio: `TaskGroup`.
 *
 * When a task or the body fails, all others are cancelled, and once they have ended the errors are thrown together as
 * an ExceptionGroup. A task that is merely cancelled is no failure. Cancelling the awaiting task cancels all of
 * them.
 *
 * @example
 * ```ts
 * const total = yield* taskGroup(function* (group) {
 *   const a = group.createTask(sleep('1s', 1));
 *   const b = group.createTask(sleep('2s', 2));
 *   return (yield* a) + (yield* b);
 * });
 * total; // => 3
 * ```
 */
export function taskGroup<T>(body: (group: TaskGroup) => Coroutine<T>): Awaitable<T> {
  checkBody('taskGroup()', body);
  return lazy('taskGroup()', new TaskGroupCall(body));
}

class TaskGroupCall<T> implements Call<T> {
  /** The author's code. */
  readonly body: (group: TaskGroup) => Coroutine<T>;

  constructor(body: (group: TaskGroup) => Coroutine<T>) {
    this.body = body;
  }

  start(): Coroutine<T> {
    return runTaskGroup(this.body);
  }
}

function* runTaskGroup<T>(body: (group: TaskGroup) => Coroutine<T>): Coroutine<T> {
  const group = new Group();
  const coroutine = asCoroutine('taskGroup()', body(group));
  let result: T;
  try {
    result = yield* coroutine;
  } catch (error) {
    // Throws the error that takes the place of this one, if there is one.
    yield* group.leave({ thrown: error });
    throw error;
  }
  yield* group.leave(undefined);
  return result;
}

class Group implements TaskGroup, Watcher {
  readonly #loop = currentLoop('taskGroup()');
  /** The task in whose code the group is. */
  readonly #parent = currentLoopTask();
  /** The group's tasks that have not ended. */
  readonly #tasks = new Set<LoopTask<unknown>>();
  /** What its tasks failed with, in the order in which they did. */
  readonly #errors: Error[] = [];
  /** The body has ended: `leave` waits for the tasks. */
  #isLeaving = false;
  /** All tasks were cancelled: a task or the body has failed. */
  #isAborting = false;
  /** The parent was cancelled by this group, to get it out of its body. */
  #parentCancelled = false;
  /** What `leave` waits for; made anew for each wait. */
  #allEnded: Latch | undefined;

  createTask<T>(awaitable: Awaitable<T>, options?: { name?: string }): Task<T> {
    closeOnRefusal([awaitable], () => this.#checkOpen());
    const task = this.#loop.tasks.create(awaitable, options);
    task[ADD_WATCHER](this);
    this.#tasks.add(task);
    return task;
  }

  #checkOpen(): void {
    checkOwnLoop(this.#loop, 'group.createTask()');
    if (this.#isLeaving && this.#tasks.size === 0) throw new InvalidStateError('The task group is finished.');
    if (this.#isAborting) throw new InvalidStateError('The task group is shutting down.');
  }

  /** The body has ended: waits for the tasks, and throws the group's error, if there is one. */
  *leave(failure: { readonly thrown: unknown } | undefined): Coroutine<void> {
    this.#isLeaving = true;
    let cancellation = failure !== undefined && isCancelled(failure.thrown) ? failure.thrown : undefined;
    if (failure !== undefined && !this.#isAborting) this.#abort();

    // The parent may be cancelled again and again while it waits here.
    while (this.#tasks.size > 0) {
      this.#allEnded = new Latch();
      this.#loop.awaits?.dependsOn(this.#allEnded, this.#tasks as Iterable<LoopTask<unknown> & Future<unknown>>);
      try {
        yield* this.#allEnded;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        if (!this.#isAborting) {
          cancellation = error;
          this.#abort();
        }
      }
      this.#allEnded = undefined;
    }

    // Only now: a request from outside that comes while the tasks end must find this one still counted.
    if (this.#parentCancelled && this.#parent.uncancelFromInside() === 0) cancellation = undefined;
    if (cancellation !== undefined && this.#errors.length === 0) throw cancellation;
    if (failure !== undefined && !isCancelled(failure.thrown)) this.#errors.push(toError(failure.thrown));
    if (this.#errors.length === 0) return;
    // Errors have priority over a cancellation, which must not get lost with them: it is thrown at the next await.
    if (this.#parent.cancelling() > 0) this.#parent.cancelAgain();
    throw new ExceptionGroup('unhandled errors in a TaskGroup', this.#errors);
  }

  #abort(): void {
    this.#isAborting = true;
    for (const task of this.#tasks) if (!task.done()) task.cancel();
  }

  /** A task of the group is done. */
  futureDone(task: LoopTask<unknown> & Future<unknown>): void {
    this.#tasks.delete(task);
    if (this.#tasks.size === 0) this.#allEnded?.release();
    if (task.cancelled()) return;
    const error = task.exception();
    if (error === undefined) return;
    this.#errors.push(error);
    // The body is to be left at once: its parent is cancelled, and `leave` takes that back.
    if (this.#parent.done() || this.#isAborting || this.#parentCancelled) return;
    this.#abort();
    this.#parentCancelled = true;
    this.#parent.cancelFromInside();
  }
}
