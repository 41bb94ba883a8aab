/**
 * Drives one coroutine: asyncio's `Task`, whose `__step`, `__wakeup` and `cancel` these are, case for case.
 *
 * Not its job: to say what a command means (command-handlers.ts), or when a callback's turn comes (event-loop.ts).
 * A task that is not done is in one of three states: it waits for `#waiter`; or its next step is in the ready queue;
 * or it runs right now.
 */
import type { Awaitable } from '../core/awaitable.ts';
import type { Command } from '../core/command.ts';
import { adviceFor, ignoreRejection } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { CancelledError, InvalidStateError, isCancelled, WorkflowCodeError } from '../core/errors.ts';
import { CANCEL_MESSAGE, Future } from '../core/future.ts';
import { invariant } from '../core/invariant.ts';
import { checkOwnLoop, type Loop } from '../core/loop.ts';
import type { Task } from '../core/task.ts';
import { handleCommand, isCommand } from './command-handlers.ts';

/** What a task asks of the loop that it lives in. */
export interface TaskHost extends Loop {
  enter(task: CoroutineTask<unknown>): void;
  leave(): void;
  /** An error that the task's end brings with it: what it dropped unawaited. */
  checkDropped(task: CoroutineTask<unknown>, result: unknown): Error | undefined;
  /** What an awaitable that was not awaited yet is, as an author wrote it; undefined if it is not known. */
  nameOf(awaitable: object): string | undefined;
  /** The task is done. */
  ended(task: CoroutineTask<unknown>): void;
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

export class CoroutineTask<T> extends Future<T> implements Task<T> {
  readonly id: string;
  readonly name: string;
  /** What it asked for last, for messages: `step "charge"`. */
  lastCommand: Command | undefined;

  readonly #host: TaskHost;
  readonly #awaitable: Awaitable<T>;
  readonly #isShielded: boolean;
  readonly #shield: CoroutineTask<unknown> | undefined;
  #coroutine: Coroutine | undefined;
  #waiter: Future<unknown> | undefined;
  #mustCancel = false;
  #mustCancelMessage = '';
  #cancelRequests = 0;
  /** Of these, those of timeouts and groups in its own code. */
  #requestsFromInside = 0;
  #hasRefused = false;

  constructor(host: TaskHost, awaitable: Awaitable<T>, { id, name, isShielded, shield }: TaskOptions) {
    super();
    this.#host = host;
    this.#awaitable = awaitable;
    this.id = id;
    this.name = name;
    this.#isShielded = isShielded;
    this.#shield = shield;
    host.callSoon(this.#goOn);
  }

  override setResult(): never {
    throw new InvalidStateError(`A task's result is what its coroutine returns: it cannot be set (${this.name}).`);
  }

  override setException(): never {
    throw new InvalidStateError(`A task's error is what its coroutine throws: it cannot be set (${this.name}).`);
  }

  override cancel(message = ''): boolean {
    checkOwnLoop(this.#host, 'task.cancel()');
    if (this.done()) return super.cancel();
    return !this.#isShielded && this.#request(message);
  }

  cancelFromInside(): void {
    if (this.#request('')) this.#requestsFromInside += 1;
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
    checkOwnLoop(this.#host, 'task.uncancel()');
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

  readonly #goOn = (): void => this.#step(false, undefined);

  readonly #wakeUp = (future: Future<unknown>): void => {
    let result: unknown;
    try {
      result = future.result();
    } catch (error) {
      this.#step(true, error);
      return;
    }
    this.#step(false, result);
  };

  /** Runs the coroutine to its next command, or to its end. */
  #step(throwing: boolean, sent: unknown): void {
    invariant(!this.done(), `${this.name} was woken after its end`);
    if (this.#mustCancel) {
      this.#mustCancel = false;
      if (!throwing || !isCancelled(sent)) sent = new CancelledError(this.#mustCancelMessage);
      throwing = true;
    }
    this.#waiter = undefined;
    let step: IteratorResult<unknown, unknown>;
    this.#host.enter(this);
    try {
      step = this.#run(throwing, sent);
    } catch (error) {
      this.#host.leave();
      this.#endWithError(this.#explained(error));
      return;
    }
    this.#host.leave();
    if (step.done === true) this.#endWithResult(step.value as T);
    else this.#waitFor(step.value);
  }

  #run(throwing: boolean, sent: unknown): IteratorResult<unknown, unknown> {
    const coroutine: Coroutine = (this.#coroutine ??= this.#awaitable[Symbol.iterator]());
    if (!throwing) return coroutine.next(sent);
    if (coroutine.throw !== undefined) return coroutine.throw(sent);
    // An iterator that takes no errors ends with the first one.
    coroutine.return?.();
    throw sent;
  }

  #waitFor(yielded: unknown): void {
    if (!isCommand(yielded)) {
      this.#refuse(yielded);
      return;
    }
    this.lastCommand = yielded;
    const waitsFor = handleCommand(yielded, this.#host);
    if (waitsFor === 'pause') {
      this.#host.callSoon(this.#goOn);
    } else if (waitsFor === (this as unknown)) {
      this.#throwSoon(
        new WorkflowCodeError('NOT_AWAITABLE', `Task "${this.name}" cannot await itself: it would never end`),
      );
    } else {
      waitsFor.addDoneCallback(this.#wakeUp);
      this.#waiter = waitsFor;
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
      `in task "${this.name}" yield* stands in front of a collection, which is no awaitable: gather(...) awaits several ` +
        `at once: yield* gather([...])`,
    );
  }

  #describe(yielded: unknown): string {
    if (yielded instanceof CoroutineTask) return `task "${yielded.name}"`;
    if (typeof yielded !== 'object' || yielded === null) return describeValue(yielded);
    const name = this.#host.nameOf(yielded);
    // It is told now: not again when the task ends.
    this.#host.awaited(yielded);
    return name ?? describeValue(yielded);
  }

  #throwSoon(error: Error): void {
    this.#host.callSoon(() => this.#step(true, error));
  }

  #endWithResult(value: T): void {
    if (this.#mustCancel) {
      // Cancelled right before its coroutine ended.
      this.#mustCancel = false;
      super.cancel(this.#mustCancelMessage);
      this.#host.ended(this);
      return;
    }
    const dropped = this.#host.checkDropped(this, value);
    if (dropped !== undefined) {
      this.#endWithError(dropped);
      return;
    }
    super.setResult(value);
    this.#host.ended(this);
  }

  #endWithError(error: unknown): void {
    if (isCancelled(error)) this.cancelBy(error);
    else super.setException(error as Error);
    this.#host.ended(this);
  }
}
