/** Tasks: coroutines that run concurrently. */
import type { Awaitable } from '../core/awaitable.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop, currentLoopToRead, type LoopTask } from '../core/loop.ts';
import type { Task } from '../core/task.ts';

/**
 * Starts an awaitable concurrently: it first runs when the code that runs now waits for something. asyncio:
 * `create_task`. Tasks are named `Task-1` (the workflow's body), `Task-2`, ... unless a name is given.
 *
 * A task that is still alive when the workflow's body returns is cancelled. What cannot be awaited (a promise, a
 * function that was not called) is a WorkflowCodeError `INVALID_ARGUMENT`; a coroutine that another task has run is
 * `ALREADY_AWAITED`.
 *
 * @example
 * ```ts
 * const task = createTask(sleep('3 days', 'rested'), { name: 'rest' });
 * task.done(); // => false
 * yield* task; // => 'rested'
 * ```
 */
export function createTask<T>(awaitable: Awaitable<T>, options?: { name?: string }): Task<T> {
  return currentLoop('createTask()').tasks.create(awaitable, options);
}

/**
 * The task that runs right now. asyncio: `current_task`. In a callback of `addDoneCallback` there is none: a
 * WorkflowCodeError `NOT_IN_A_RUN`.
 *
 * @example
 * ```ts
 * const nameOf = function* () {
 *   return currentTask().name;
 * };
 * yield* gather([nameOf(), createTask(nameOf(), { name: 'Ada' })]); // => ['Task-3', 'Ada']
 * ```
 */
export function currentTask(): Task<unknown> {
  return currentLoopTask();
}

/** The same, for combinators that cancel it. */
export function currentLoopTask(): LoopTask<unknown> {
  const task = currentLoopToRead('currentTask()').tasks.current();
  if (task !== undefined) return task;
  throw new WorkflowCodeError('NOT_IN_A_RUN', 'currentTask() was called from a callback, which runs in no task');
}

/**
 * All tasks of this run that are not done, the workflow's body among them, in the order in which they were created.
 * asyncio: `all_tasks`.
 *
 * @example
 * ```ts
 * const rest = createTask(sleep('1s'));
 * allTasks().size; // => 2
 * yield* rest;
 * allTasks().size; // => 1
 * ```
 */
export function allTasks(): Set<Task<unknown>> {
  return currentLoopToRead('allTasks()').tasks.all();
}
