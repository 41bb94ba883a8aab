/**
 * Drives one coroutine: asyncio's `Task`, whose `__step`, `__wakeup` and `cancel` these are, case for case.
 *
 * Not its job: to say what a command means (command-handlers.ts), or when a job runs (event-loop.ts). A task that is
 * not done is in one of three states: it waits for `#waiter`, as a watcher of that future; or its next step is in the
 * ready queue; or it runs right now.
 */
import type { Awaitable } from '../core/awaitable.ts';
import type { Command } from '../core/command.ts';
import { adviceFor, ignoreRejection } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { CancelledError, InvalidStateError, isCancelled, WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER, CANCEL_MESSAGE, Future, REMOVE_WATCHER } from '../core/future.ts';
import { InvariantError } from '../core/invariant.ts';
import type { Leavable, Resumable, Watcher } from '../core/job.ts';
import { checkOwnLoop, type Loop, type LoopTask } from '../core/loop.ts';
import type { AwaitTrace } from './await-trace.ts';
import type { AwaitableRegistry } from './awaitable-registry.ts';
import { handleCommand, isCommand } from './command-handlers.ts';
import type { TaskRegistry } from './task-registry.ts';

/** The loop, as the tasks in it see it. */
export interface TaskLoop extends Loop {
  readonly tasks: TaskRegistry;
  readonly awaitables: AwaitableRegistry;
  readonly awaits: AwaitTrace | undefined;
  /** The task is done. */
  taskEnded(task: CoroutineTask<unknown>): void;
}

/** An iterator as commands pass through it. */
interface Coroutine {
  next(sent?: unknown): IteratorResult<Command, unknown>;
  throw?(error: unknown): IteratorResult<Command, unknown>;
  return?(value?: unknown): unknown;
}

export interface TaskOptions {
  readonly id: string;
  readonly name: string;
  readonly isShielded: boolean;
  /** The shielded task in whose code it is created. */
  readonly shield: CoroutineTask<unknown> | undefined;
}

export class CoroutineTask<T> extends Future<T> implements LoopTask<T>, Watcher, Resumable, Leavable {
  readonly id: string;
  readonly name: string;
  /** The command that it yielded last, for messages: `step "charge"`. */
  lastCommand: Command | undefined;

  readonly #loop: TaskLoop;
  readonly #isShielded: boolean;
  readonly #shield: CoroutineTask<unknown> | undefined;
  /** What the coroutine is made of, in the first step; undefined from then on. */
  #awaitable: Awaitable<T> | undefined;
  /** Made in the first step, so that an error in the call is the task's failure. */
  #coroutine: Coroutine | undefined;
  /** What it waits for. Set at the end of a step, cleared at the beginning of the next one. */
  #waiter: Future<unknown> | undefined;
  /** A request to cancel that found nothing to cancel: the next step throws it, or `uncancel` takes it back. */
  #mustCancel = false;
  /** Of the last such request. Kept after it was thrown, as asyncio does. */
  #mustCancelMessage = '';
  /** Requests to cancel that are open: `cancel` counts up, `uncancel` down. */
  #cancelRequests = 0;
  /** Of these, those of timeouts and groups in its own code. */
  #requestsFromInside = 0;
  /** Set by `abandon`. */
  #isAbandoned = false;
  /** Its coroutine is to be left, or is: what it then returns is no result. */
  #leaving: 'no' | 'at its next step' | 'yes' = 'no';
  /** The code has yielded something that is no command: explains a TypeError of a collection behind `yield*`. */
  #hasRefused = false;

  constructor(loop: TaskLoop, awaitable: Awaitable<T>, { id, name, isShielded, shield }: TaskOptions) {
    super();
    this.#loop = loop;
    this.#awaitable = awaitable;
    this.id = id;
    this.name = name;
    this.#isShielded = isShielded;
    this.#shield = shield;
    loop.ready.enqueue({ kind: 'resume', task: this });
  }

  override setResult(): never {
    throw new InvalidStateError(`A task's result is what its coroutine returns: it cannot be set (${this.name}).`);
  }

  override setException(): never {
    throw new InvalidStateError(`A task's error is what its coroutine throws: it cannot be set (${this.name}).`);
  }

  override cancel(message = ''): boolean {
    checkOwnLoop(this.#loop, 'task.cancel()');
    if (this.done()) return super.cancel();
    return !this.#isShielded && this.#request(message);
  }

  cancelFromInside(): void {
    if (this.#request('')) this.#requestsFromInside += 1;
  }

  /** Its code never goes on: not even a `finally` runs. */
  abandon(): void {
    this.#isAbandoned = true;
    super.cancel();
  }

  #request(message: string): boolean {
    if (this.done()) return false;
    this.#cancelRequests += 1;
    // The waiter stays: it may be a task that refuses, and has to be cancelled again later.
    if (this.#waiter?.cancel(message)) return true;
    this.#mustCancel = true;
    this.#mustCancelMessage = message;
    return true;
  }

  /** As asyncio has it: a task that was cancelled by its own coroutine has none, one that got away keeps its last. */
  override get [CANCEL_MESSAGE](): string {
    return this.cancelled() ? super[CANCEL_MESSAGE] : this.#mustCancelMessage;
  }

  /** Itself or the one in whose code it was created, as long as that is not done. */
  shield(): CoroutineTask<unknown> | undefined {
    return this.#isShielded && !this.done() ? this : this.#shield?.shield();
  }

  cancelling(): number {
    return this.#cancelRequests;
  }

  /** Requests that are open, without those of timeouts and groups in its own code, which take theirs back. */
  cancellingFromOutside(): number {
    return this.#cancelRequests - this.#requestsFromInside;
  }

  uncancel(): number {
    checkOwnLoop(this.#loop, 'task.uncancel()');
    if (this.#cancelRequests > 0) this.#cancelRequests -= 1;
    // What was taken back before it was thrown is not thrown.
    if (this.#cancelRequests === 0) this.#mustCancel = false;
    return this.#cancelRequests;
  }

  uncancelFromInside(): number {
    if (this.#requestsFromInside > 0) this.#requestsFromInside -= 1;
    return this.uncancel();
  }

  /** Called while it runs. */
  cancelAgain(): void {
    this.#mustCancel = true;
    this.#mustCancelMessage = '';
  }

  resume(): void {
    this.#step(false, undefined);
  }

  resumeWithError(error: Error): void {
    this.#step(true, error);
  }

  /** What it waits for; undefined where its next step is due. */
  waiter(): Future<unknown> | undefined {
    return this.#waiter;
  }

  /** What it runs, for a look at the run. Undefined before its first step. */
  coroutine(): object | undefined {
    return this.#coroutine;
  }

  /** Ends the coroutine where it stands, as a `return` there would: its `finally` blocks run, and may await. */
  leave(): void {
    if (this.done() || this.#leaving !== 'no') return;
    this.#leaving = 'at its next step';
    // Without a waiter its next step is in the ready queue.
    if (this.#waiter === undefined) return;
    this.#waiter[REMOVE_WATCHER](this);
    this.#step(false, undefined);
  }

  /** What it waits for is done. */
  futureDone(future: Future<unknown>): void {
    if (future !== this.#waiter) return; // it was left meanwhile
    let result: unknown;
    try {
      result = future.result();
    } catch (error) {
      this.#step(true, error);
      return;
    }
    this.#step(false, result);
  }

  /** Runs the coroutine to its next command, or to its end. */
  #step(throwing: boolean, sent: unknown): void {
    if (this.#isAbandoned) return;
    if (this.done()) throw new InvariantError(`${this.name} was woken after its end`);
    if (this.#mustCancel) {
      this.#mustCancel = false;
      if (!throwing || !isCancelled(sent)) sent = new CancelledError(this.#mustCancelMessage);
      throwing = true;
    }
    this.#waiter = undefined;
    let step: IteratorResult<unknown, unknown>;
    this.#loop.tasks.enter(this);
    try {
      step = this.#run(throwing, sent);
    } catch (error) {
      this.#loop.tasks.leave();
      this.#endWithError(this.#explained(error));
      return;
    }
    this.#loop.tasks.leave();
    if (step.done === true) this.#endWithResult(step.value as T);
    else this.#waitFor(step.value);
  }

  #run(throwing: boolean, sent: unknown): IteratorResult<unknown, unknown> {
    const coroutine = this.#coroutine ?? this.#begin();
    if (!throwing && this.#leaving === 'at its next step') return this.#leave(coroutine);
    if (!throwing) return coroutine.next(sent);
    if (coroutine.throw !== undefined) return coroutine.throw(sent);
    // An iterator that takes no errors ends with the first one.
    coroutine.return?.();
    throw sent;
  }

  /** An iterator that cannot be left has nothing to clean up. */
  #leave(coroutine: Coroutine): IteratorResult<unknown, unknown> {
    this.#leaving = 'yes';
    const left = coroutine.return?.(undefined) as IteratorResult<unknown, unknown> | undefined;
    return left ?? { done: true, value: undefined };
  }

  #begin(): Coroutine {
    const awaitable = this.#awaitable as Awaitable<T>;
    this.#awaitable = undefined;
    return (this.#coroutine = awaitable[Symbol.iterator]());
  }

  #waitFor(yielded: unknown): void {
    if (!isCommand(yielded)) {
      this.#refuse(yielded);
      return;
    }
    this.lastCommand = yielded;
    this.#loop.awaits?.asked(yielded);
    const waitsFor = handleCommand(yielded, this.#loop);
    if (waitsFor === 'pause') {
      this.#loop.ready.enqueue({ kind: 'resume', task: this });
    } else if (waitsFor === (this as unknown)) {
      this.#throwSoon(
        new WorkflowCodeError('NOT_AWAITABLE', `Task "${this.name}" cannot await itself: it would never end`),
      );
    } else {
      waitsFor[ADD_WATCHER](this);
      this.#waiter = waitsFor;
      this.#loop.awaits?.taskWaits(this, waitsFor);
      if (this.#mustCancel && waitsFor.cancel(this.#mustCancelMessage)) this.#mustCancel = false;
    }
  }

  #refuse(yielded: unknown): void {
    ignoreRejection(yielded);
    this.#hasRefused = true;
    this.#throwSoon(
      new WorkflowCodeError(
        'NOT_AWAITABLE',
        `in task "${this.name}" the code yielded ${this.#describe(yielded)}, which a run cannot wait for as it is: ` +
          // A bare yield is what lets others go first in asyncio's own coroutines.
          (yielded === undefined ? 'to let other tasks go first, write yield* sleep(0)' : adviceFor(yielded)),
      ),
    );
  }

  /** An array behind `yield*` hands out its items one by one, and takes no errors: the refusal of the first is lost. */
  #explained(error: unknown): unknown {
    if (!this.#hasRefused || !(error instanceof TypeError) || !error.message.includes("'throw' method")) return error;
    return new WorkflowCodeError(
      'NOT_AWAITABLE',
      `in task "${this.name}" yield* is in front of a collection, which is no awaitable: gather(...) awaits several ` +
        `at once: yield* gather([...])`,
    );
  }

  #describe(yielded: unknown): string {
    if (yielded instanceof CoroutineTask) return `task "${yielded.name}"`;
    if (typeof yielded !== 'object' || yielded === null) return describeValue(yielded);
    const name = this.#loop.awaitables.nameOf(yielded);
    // This error names it: the task's end does not report it again.
    this.#loop.awaitables.awaited(yielded);
    return name ?? describeValue(yielded);
  }

  #throwSoon(error: Error): void {
    this.#loop.ready.enqueue({ kind: 'throw', task: this, error });
  }

  #endWithResult(value: T): void {
    if (this.#mustCancel) {
      // Cancelled right before its coroutine ended.
      this.#mustCancel = false;
      super.cancel(this.#mustCancelMessage);
      this.#loop.taskEnded(this);
      return;
    }
    // A coroutine that was left may not have come to what it was to await.
    const dropped = this.#leaving === 'yes' ? undefined : this.#loop.awaitables.errorAtEnd(this, value);
    if (dropped !== undefined) {
      this.#endWithError(dropped);
      return;
    }
    super.setResult(value);
    this.#loop.taskEnded(this);
  }

  #endWithError(error: unknown): void {
    if (isCancelled(error)) this.cancelBy(error);
    else super.setException(error as Error);
    this.#loop.taskEnded(this);
  }
}
