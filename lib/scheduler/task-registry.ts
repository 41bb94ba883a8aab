/** The tasks of a run: those that are alive, the one that runs, and how many may be alive at once (I10). */
import type { Awaitable } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { Tasks } from '../core/loop.ts';
import type { Command } from '../core/command.ts';
import { CountLimit } from './count-limit.ts';
import { CoroutineTask, type TaskLoop } from './coroutine-task.ts';

export class TaskRegistry implements Tasks {
  readonly #loop: TaskLoop;
  readonly #maxTasks: number;
  readonly #limit: CountLimit;
  /** All tasks that are not done, in order of creation. `create` adds, `ended` deletes. */
  readonly #alive = new Set<CoroutineTask<unknown>>();
  /** Gives ids and default names: never decreases. */
  #createdCount = 0;
  /** The task whose code runs right now; undefined in callbacks and between jobs. Set by `enter` and `leave`. */
  #current: CoroutineTask<unknown> | undefined;
  /** The task whose code runs, or ran last: messages name it. */
  #last: CoroutineTask<unknown> | undefined;

  constructor(loop: TaskLoop, maxTasks: number) {
    this.#loop = loop;
    this.#maxTasks = maxTasks;
    this.#limit = new CountLimit(maxTasks);
  }

  create<T>(
    awaitable: Awaitable<T>,
    { name, isShielded = false }: { name?: string; isShielded?: boolean } = {},
  ): CoroutineTask<T> {
    checkAwaitable(awaitable, 'createTask()');
    this.#checkLimit(awaitable);
    this.#loop.awaitables.consume(awaitable);
    this.#createdCount += 1;
    const id = String(this.#createdCount);
    const shield = this.#current?.shield();
    const task = new CoroutineTask(this.#loop, awaitable, { id, name: name ?? `Task-${id}`, isShielded, shield });
    this.#alive.add(task);
    this.#loop.awaits?.taskCreated(task, this.#current);
    return task;
  }

  /** The first task, the workflow's own, does not count. */
  #checkLimit(awaitable: object): void {
    if (this.#alive.size === 0 || this.#limit.admits(this.#alive.size - 1)) return;
    this.#loop.awaitables.awaited(awaitable); // this error reports that it never runs: once is enough
    throw new WorkflowCodeError(
      'TOO_MANY_TASKS',
      `the run has ${this.#alive.size - 1} tasks beside its own, and the limit is ${this.#maxTasks} ` +
        `(maxTasks): let some end before more are created, as gather with a limit does, or give each part of the work ` +
        `a run of its own`,
    );
  }

  current(): CoroutineTask<unknown> | undefined {
    return this.#current;
  }

  all(): Set<CoroutineTask<unknown>> {
    return new Set(this.#alive);
  }

  get size(): number {
    return this.#alive.size;
  }

  enter(task: CoroutineTask<unknown>): void {
    this.#current = task;
    this.#last = task;
  }

  leave(): void {
    this.#current = undefined;
  }

  ended(task: CoroutineTask<unknown>): void {
    this.#alive.delete(task);
  }

  /** None of their code runs any more. */
  abandonAll(): void {
    for (const task of this.#alive) task.abandon();
    this.#alive.clear();
  }

  clear(): void {
    this.#alive.clear();
  }

  codeLocation(): string {
    const task = this.#last;
    if (task === undefined) return 'before its first await';
    const command = task.lastCommand;
    return `in task "${task.name}", ${command === undefined ? 'before its first await' : `after ${describeCommand(command)}`}`;
  }
}

function describeCommand(command: Command): string {
  if (command.kind === 'await') return 'it waited for a future or a task';
  if (command.kind === 'pause') return 'a pause';
  if (command.kind === 'step' && command.operation !== undefined) return `${command.operation.kind} "${command.name}"`;
  return command.name === command.kind ? command.kind : `${command.kind} "${command.name}"`;
}
