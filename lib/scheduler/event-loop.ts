/**
 * The loop of one run: what is ready runs in the order in which it got ready, in rounds, as in asyncio's `_run_once`.
 *
 * Not its job: to decide what is delivered when (whoever drives the run), or what a command means to the world.
 * It keeps I4's second half: between two events it runs until nothing can move.
 */
import type { Awaitable } from '../core/awaitable.ts';
import type { CallSite } from '../core/call-site.ts';
import { checkAwaitable, ignoreRejection, isPromise } from '../core/check-awaitable.ts';
import type { DurableCommand } from '../core/command.ts';
import { isCancelled, WorkflowCodeError } from '../core/errors.ts';
import type { Future } from '../core/future.ts';
import { InvariantError } from '../core/invariant.ts';
import type { LogLevel } from '../core/logger.ts';
import type { RunInfo } from '../core/run-info.ts';
import type { RunLimits } from '../core/run-limits.ts';
import { CountLimit } from './count-limit.ts';
import { CoroutineTask, type TaskHost } from './coroutine-task.ts';
import { DroppedAwaitables } from './dropped-awaitables.ts';
import type { Patches } from './patches.ts';
import type { PendingCommands } from './pending-commands.ts';
import { ReadyQueue } from './ready-queue.ts';
import type { SignalBuffer } from './signal-buffer.ts';

export interface EventLoopOptions {
  readonly info: RunInfo;
  readonly commands: PendingCommands;
  readonly signals: SignalBuffer;
  readonly patches: Patches;
  readonly strict: boolean;
  readonly limits: RunLimits;
  nowMs(): number;
  random(): number;
  log(level: LogLevel, values: readonly unknown[]): void;
}

/** The first task is the workflow's body. */
const BODY_ID = '1';

export class EventLoop implements TaskHost {
  readonly #options: EventLoopOptions;
  readonly #ready = new ReadyQueue<() => void>();
  #nextRound: (() => void)[] = [];
  readonly #tasks = new Set<CoroutineTask<unknown>>();
  readonly #dropped = new DroppedAwaitables<CoroutineTask<unknown>>();
  readonly #driven = new WeakSet<object>();
  readonly #unseenFailures = new Set<Future<unknown>>();
  readonly #taskLimit: CountLimit;
  #taskCount = 0;
  #current: CoroutineTask<unknown> | undefined;
  #last: CoroutineTask<unknown> | undefined;

  constructor(options: EventLoopOptions) {
    this.#options = options;
    this.#taskLimit = new CountLimit(options.limits.maxTasks);
  }

  get runInfo(): RunInfo {
    return this.#options.info;
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  random(): number {
    return this.#options.random();
  }

  log(level: LogLevel, values: readonly unknown[]): void {
    this.#options.log(level, values);
  }

  patched(patch: string): boolean {
    return this.#options.patches.patched(patch);
  }

  deprecatePatch(patch: string): void {
    this.#options.patches.deprecate(patch);
  }

  // ---- callbacks

  callSoon(callback: () => void): void {
    this.#ready.push(callback);
  }

  callNextRound(callback: () => void): void {
    this.#nextRound.push(callback);
  }

  /** Runs until nothing can move. `afterRound` says when to stop before that; an endless loop stops at the limit. */
  runToQuiescence(afterRound: () => 'go-on' | 'stop'): 'quiet' | 'stopped' | 'endless' {
    let left = this.#options.limits.maxCallbacksPerEvent;
    for (;;) {
      for (const callback of this.#nextRound.splice(0)) this.#ready.push(callback);
      const size = this.#ready.size;
      if (size === 0) return 'quiet';
      left -= size;
      if (left < 0) return 'endless';
      for (let todo = size; todo > 0; todo -= 1) this.#call(this.#ready.shift());
      if (afterRound() === 'stop') return 'stopped';
    }
  }

  /** Nothing that is ready will run: the run is over. */
  close(): void {
    this.#ready.clear();
    this.#nextRound = [];
    this.#tasks.clear();
  }

  #call(callback: () => unknown): void {
    try {
      const made = callback();
      if (made !== undefined) this.#refusePromise(made);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.log('error', ['A callback of the workflow failed; the run goes on:', error]);
    }
  }

  #refusePromise(made: unknown): void {
    if (!isPromise(made)) return;
    ignoreRejection(made);
    const advice = 'no run waits for a promise. Give a plain function, or make a task of the work, createTask(...)';
    this.log('error', [`A callback of the workflow gave a promise (${this.codeLocation()}): ${advice}`]);
  }

  /** For a run that came to `endless`. */
  endlessLoopError(): WorkflowCodeError {
    return new WorkflowCodeError(
      'ENDLESS_LOOP',
      `the workflow's code ran ${this.#options.limits.maxCallbacksPerEvent} callbacks ${this.codeLocation()} without waiting for ` +
        `anything: a loop that only yields to other tasks, such as while (true) yield* sleep(0), never ends. ` +
        `Wait for a timer, an event or a signal in it`,
    );
  }

  // ---- tasks

  createTask<T>(
    awaitable: Awaitable<T>,
    { name, isShielded = false }: { name?: string; isShielded?: boolean } = {},
  ): CoroutineTask<T> {
    checkAwaitable(awaitable, 'createTask()');
    this.#checkTaskLimit(awaitable);
    this.consume(awaitable);
    this.#taskCount += 1;
    const id = String(this.#taskCount);
    const shield = this.#current?.shield();
    const task = new CoroutineTask(this, awaitable, { id, name: name ?? `Task-${id}`, isShielded, shield });
    this.#tasks.add(task);
    return task;
  }

  cancelFromInside(task: CoroutineTask<unknown>): void {
    task.cancelFromInside();
  }

  uncancelFromInside(task: CoroutineTask<unknown>): number {
    return task.uncancelFromInside();
  }

  cancelAgain(task: CoroutineTask<unknown>): void {
    task.cancelAgain();
  }

  /** The first task, the workflow's own, does not count. */
  #checkTaskLimit(awaitable: object): void {
    if (this.#tasks.size === 0 || this.#taskLimit.admits(this.#tasks.size - 1)) return;
    this.awaited(awaitable); // that it never happens is told now
    throw new WorkflowCodeError(
      'TOO_MANY_TASKS',
      `the run has ${this.#tasks.size - 1} tasks beside its own, and the limit is ${this.#options.limits.maxTasks} ` +
        `(maxTasks): let some end before more are created, as gather with a limit does, or give each part of the work ` +
        `a run of its own`,
    );
  }

  currentTask(): CoroutineTask<unknown> | undefined {
    return this.#current;
  }

  taskCount(): number {
    return this.#tasks.size;
  }

  allTasks(): Set<CoroutineTask<unknown>> {
    return new Set(this.#tasks);
  }

  enter(task: CoroutineTask<unknown>): void {
    this.#current = task;
    this.#last = task;
  }

  leave(): void {
    this.#current = undefined;
  }

  ended(task: CoroutineTask<unknown>): void {
    this.#tasks.delete(task);
    // Who fails or is cancelled leaves things undone: that is no news.
    this.#dropped.forgetAllOf(task);
  }

  failed(future: Future<unknown>): void {
    this.#unseenFailures.add(future);
  }

  seen(future: Future<unknown>): void {
    this.#unseenFailures.delete(future);
  }

  /** Says in the log which errors nothing has taken, once. A gather that was cancelled is no failure. */
  reportUnseenFailures(): void {
    for (const future of this.#unseenFailures) {
      const error = future.exception();
      if (isCancelled(error)) continue;
      const what =
        future instanceof CoroutineTask
          ? `Task "${future.name}" failed, and nobody awaited it:`
          : 'A future failed, and nothing has taken its error:';
      this.log('error', [what, error]);
    }
  }

  // ---- awaitables

  created(awaitable: object, what: string, where?: CallSite, { isEager } = { isEager: false }): void {
    if (this.#current !== undefined) this.#dropped.created(awaitable, { task: this.#current, what, where, isEager });
  }

  awaited(awaitable: object): void {
    this.#dropped.awaited(awaitable);
  }

  consume(awaitable: object): void {
    this.#dropped.awaited(awaitable);
    if (!('next' in awaitable)) return;
    if (this.#driven.has(awaitable)) {
      throw new WorkflowCodeError(
        'ALREADY_AWAITED',
        `a coroutine was given to a task for the second time: a generator runs once. Call the function* again for ` +
          `another one, or make one task (createTask) and await that as often as you like`,
      );
    }
    this.#driven.add(awaitable);
  }

  nameOf(awaitable: object): string | undefined {
    return this.#dropped.nameOf(awaitable);
  }

  checkDropped(task: CoroutineTask<unknown>, result: unknown): Error | undefined {
    // A task may hand a gather on to whatever awaits the task. The workflow's body has nothing to hand it to.
    if (task.id !== BODY_ID) this.#dropped.handedOn(result);
    const error = this.#dropped.errorFor(task);
    if (error === undefined || this.#options.strict) return error;
    this.log('warn', [error.message]);
    return undefined;
  }

  // ---- durable operations

  begin(command: DurableCommand): Future<unknown> {
    return this.#options.commands.begin(command);
  }

  takeSignal(name: string): { readonly found: true; readonly payload: unknown } | { readonly found: false } {
    return this.#options.signals.take(name);
  }

  pendingSignals(name: string): number {
    return this.#options.signals.count(name);
  }

  wakeReceiver(name: string): void {
    this.#options.signals.wakeNext(name);
  }

  codeLocation(): string {
    const task = this.#current ?? this.#last;
    if (task === undefined) return 'before its first await';
    const asked = task.lastCommand;
    return `in task "${task.name}", ${asked === undefined ? 'before its first await' : `after ${describeCommand(asked)}`}`;
  }
}

function describeCommand(command: { readonly kind: string; readonly name?: string }): string {
  if (command.kind === 'await') return 'it waited for a future or a task';
  if (command.kind === 'pause') return 'a pause';
  return command.name === undefined || command.name === command.kind
    ? command.kind
    : `${command.kind} "${command.name}"`;
}
