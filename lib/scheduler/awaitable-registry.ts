/** What the code of a run created and must await: finds what was forgotten, and what is given to two tasks. */
import type { CallSite } from '../core/call-site.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { Awaitables } from '../core/loop.ts';
import type { CoroutineTask } from './coroutine-task.ts';
import { DroppedAwaitables } from './dropped-awaitables.ts';
import type { RunHost } from './run-host.ts';

/** The first task is the workflow's body. */
const BODY_ID = '1';

export interface AwaitableRegistryOptions {
  readonly tasks: { current(): CoroutineTask<unknown> | undefined };
  readonly log: RunHost;
  /** A forgotten awaitable fails its task (true), or is a warning in the log (false). */
  readonly strict: boolean;
}

export class AwaitableRegistry implements Awaitables {
  readonly #options: AwaitableRegistryOptions;
  /** Created by a task that is alive, and not awaited yet. */
  readonly #dropped = new DroppedAwaitables<CoroutineTask<unknown>>();
  /** The generators that a task or a block has taken over. Weak, so that a generator is freed when its task ends. */
  readonly #consumed = new WeakSet<object>();

  constructor(options: AwaitableRegistryOptions) {
    this.#options = options;
  }

  get keepsCallSites(): boolean {
    return this.#options.log.keepsCallSites;
  }

  created(awaitable: object, what: string, where?: CallSite, { isEager } = { isEager: false }): void {
    const task = this.#options.tasks.current();
    if (task !== undefined) this.#dropped.created(awaitable, { task, what, where, isEager });
  }

  awaited(awaitable: object): void {
    this.#dropped.awaited(awaitable);
  }

  consume(awaitable: object): void {
    this.#dropped.awaited(awaitable);
    if (!('next' in awaitable)) return;
    if (this.#consumed.has(awaitable)) {
      throw new WorkflowCodeError(
        'ALREADY_AWAITED',
        `a coroutine was given to a task for the second time: a generator runs once. Call the function* again for ` +
          `another one, or make one task (createTask) and await that as often as you like`,
      );
    }
    this.#consumed.add(awaitable);
  }

  /** What was created and not awaited yet, as the author wrote it; undefined if it is not known. */
  nameOf(awaitable: object): string | undefined {
    const name = this.#dropped.nameOf(awaitable);
    if (name !== undefined) this.#options.log.needCallSites();
    return name;
  }

  /** The error with which a task ends that returns `result` and has forgotten something; undefined if there is none. */
  errorAtEnd(task: CoroutineTask<unknown>, result: unknown): Error | undefined {
    // A task may hand a gather on to whatever awaits the task. The workflow's body has nothing to hand it to.
    if (task.id !== BODY_ID) this.#dropped.handedOn(result);
    const error = this.#dropped.errorFor(task);
    if (error === undefined) return undefined;
    this.#options.log.needCallSites();
    if (this.#options.strict) return error;
    this.#options.log.write('warn', [error.message]);
    return undefined;
  }

  /** A task that fails or is cancelled may leave things undone without a warning. */
  ended(task: CoroutineTask<unknown>): void {
    this.#dropped.forgetAllOf(task);
  }
}
