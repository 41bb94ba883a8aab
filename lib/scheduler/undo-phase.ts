/**
 * Undoing the steps of a run that has failed, or was cancelled or terminated: those that completed and have an undo, one
 * after the other, the last first. It is a task of the run, shielded, which begins when the body and all that it left
 * have ended.
 *
 * Each undo is a step of its own, `undo NAME`, with the retries of the step that it undoes. One that awaits something of
 * the run says so as its result, and then runs as code of this task.
 */
import type { Coroutine } from '../core/awaitable.ts';
import { RUNS_IN_THE_RUN } from '../core/call-undo.ts';
import { isAwaitable } from '../core/check-awaitable.ts';
import type { StepCommand } from '../core/command.ts';
import { describeValue } from '../core/describe-value.ts';
import type { Encoded } from '../core/encoded.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { messageOf, toError } from '../core/to-error.ts';
import type { CoroutineTask } from './coroutine-task.ts';
import type { Outcome } from './live-run.ts';
import type { RunHost } from './run-host.ts';
import type { TaskRegistry } from './task-registry.ts';

interface Undoable {
  readonly command: StepCommand;
  readonly result: Encoded;
}

export class UndoPhase {
  private readonly host: RunHost;
  /** Those that are not undone yet, in the order in which they completed. */
  private readonly completed: Undoable[] = [];
  private readonly errors: Error[] = [];
  /** From then on no step is remembered. */
  private isClosed = false;
  private task: CoroutineTask<void> | undefined;

  constructor(host: RunHost) {
    this.host = host;
  }

  hasBegun(): boolean {
    return this.isClosed;
  }

  isNeeded(): boolean {
    return this.completed.length > 0;
  }

  stepCompleted(command: StepCommand, result: Encoded): void {
    if (command.undo !== undefined && !this.hasBegun()) this.completed.push({ command, result });
  }

  /** Says whether there is anything to undo; then it begins, once. It begins again after an undo that `failed`. */
  begin(tasks: TaskRegistry): boolean {
    if (this.task !== undefined || !this.isNeeded()) return false;
    this.isClosed = true;
    this.task = tasks.create(this.undoAll(), { name: 'undo', isShielded: true });
    return true;
  }

  /** The code of an undo never came to rest, and was abandoned with the task of all. */
  failed(error: Error): void {
    this.errors.push(error);
    this.task = undefined;
  }

  /** The run's own end; its error lists the undos that failed, as `undoErrors`. */
  addErrors(outcome: Outcome): Outcome {
    const task = this.task;
    if (task?.done() === true && !task.cancelled()) {
      const forgotten = task.exception();
      if (forgotten !== undefined) this.errors.push(forgotten);
    }
    if (this.errors.length === 0 || !('error' in outcome)) return outcome;
    return { ...outcome, error: withUndoErrors(toError(outcome.error), this.errors) };
  }

  private *undoAll(): Coroutine<void> {
    for (let last = this.completed.pop(); last !== undefined; last = this.completed.pop()) {
      try {
        yield* this.undo(last.command, last.result);
      } catch (error) {
        this.errors.push(toError(error));
      }
    }
  }

  /** The undo gets a copy of the result: the code may have changed its own. */
  private *undo({ name, options, key, undo }: StepCommand, result: Encoded): Coroutine<void> {
    const { atMostOnce: _, ...retries } = options;
    const undoes = { result: this.host.decode(result) };
    const body = undo as NonNullable<typeof undo>;
    const step: StepCommand = { kind: 'step', name: `undo ${name}`, options: retries, body, key, undoes };
    if ((yield step) !== RUNS_IN_THE_RUN) return;
    const made = (body as (result: unknown) => unknown)(undoes.result);
    if (!isAwaitable(made)) {
      throw new WorkflowCodeError(
        'NOT_AWAITABLE',
        `the undo of step "${name}" returned ${describeValue(made)} in the run, and an awaitable or an error before: ` +
          `let it return the same kind each time`,
      );
    }
    yield* made;
  }
}

/** On the error itself, so that it stays what it was; around it, if nothing can be added to it. */
function withUndoErrors(error: Error, undoErrors: readonly Error[]): Error {
  const property = { value: [...undoErrors], enumerable: true, configurable: true, writable: true };
  if (Reflect.defineProperty(error, 'undoErrors', property)) return error;
  return Object.defineProperty(new Error(messageOf(error), { cause: error }), 'undoErrors', property);
}
