/** Several effects of which all happen or none: when one fails, the earlier ones are undone. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { type CancelledError, InvalidStateError, isCancelled } from '../core/errors.ts';
import { ExceptionGroup } from '../core/exception-group.ts';
import { currentLoop } from '../core/loop.ts';
import { toError } from '../core/to-error.ts';
import { asAwaitable, asCoroutine, checkBody } from './body.ts';
import { closeOnRefusal } from './close-on-refusal.ts';
import { currentLoopTask } from './create-task.ts';
import { type Call, lazy } from './lazy.ts';
import { RunBound } from './run-bound.ts';

type Undo = () => Awaitable<unknown>;

/** The argument of a saga's body. */
export interface Saga {
  /**
   * Remembers how to undo what was just done. While the saga is being undone already, it is undone next. `undo` is an
   * awaitable that has not begun, such as a step, or a function that makes one: it is called when it is needed.
   * InvalidStateError once the saga has ended: a task that was started in the body and outlives it can meet that.
   */
  onFailure(undo: Awaitable<unknown> | (() => Awaitable<unknown>)): void;
}

/**
 * Runs the body, and returns its result. If the body fails or is cancelled, everything that was passed to `onFailure`
 * runs, the last first, and then the body's error is thrown.
 *
 * Undoing is shielded, with the tasks that it starts: it goes on to its end when the saga is cancelled meanwhile, or
 * the workflow's body returns, and then the CancelledError is thrown, with the body's error as its `cause`. An undo
 * that fails does not stop the others: in the end an ExceptionGroup is thrown, the error above first, then those of the
 * undos as they came.
 *
 * A saga that ended well is done: a saga around it that fails later does not run its undos. Where it is to be undone
 * with the outer one, register its undos with that one, `outer.onFailure(...)`.
 *
 * Register an undo right after what it undoes; or before it, if that may have happened though it failed or was
 * cancelled. Several effects at once belong into a `taskGroup`, which waits for all of them: a `gather` that fails
 * leaves the others going on, and what they do after the saga has ended is not undone.
 *
 * @example
 * ```ts
 * const done: string[] = [];
 * try {
 *   yield* saga(function* (purchase) {
 *     done.push(yield* step('charge', () => 'charged'));
 *     purchase.onFailure(function* () {
 *       done.push(yield* step('refund', () => 'refunded'));
 *     });
 *     yield* step('reserve', { retry: false }, () => {
 *       throw new Error('out of stock');
 *     });
 *   });
 * } catch (error) {
 *   done.push((error as Error).name);
 * }
 * done; // => ['charged', 'refunded', 'StepFailedError']
 * ```
 */
export function saga<T>(body: (saga: Saga) => Coroutine<T>): Awaitable<T> {
  checkBody('saga()', body);
  return lazy('saga()', new SagaCall(body));
}

class SagaCall<T> implements Call<T> {
  /** The author's code. */
  readonly body: (saga: Saga) => Coroutine<T>;

  constructor(body: (saga: Saga) => Coroutine<T>) {
    this.body = body;
  }

  start(): Coroutine<T> {
    return runSaga(this.body);
  }
}

function* runSaga<T>(body: (saga: Saga) => Coroutine<T>): Coroutine<T> {
  const undos = new Undos();
  try {
    return yield* asCoroutine('saga()', body(undos));
  } catch (error) {
    if (!undos.isEmpty()) yield* undoSaga(undos, error);
    throw error;
  } finally {
    undos.close();
  }
}

/** Runs the undos, shielded. Returns if the body's own error is to be thrown, else throws the one in its place. */
function* undoSaga(undos: Undos, failure: unknown): Coroutine<void> {
  // A cancel of the saga, of all tasks of the run, or of the tasks left at its end does not cancel this task: the saga
  // itself gets its CancelledError after the undos.
  const undoing = currentLoop('saga()').tasks.create(undoAll(undos), { name: 'undo of a saga', isShielded: true });

  let cancellation: CancelledError | undefined;
  try {
    yield* undoing;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    cancellation = error;
    cancellation.cause ??= failure;
  }
  const errors = undoing.result();
  if (errors.length > 0) {
    // Code that catches this group must not lose a cancellation with it: it is thrown at the next await.
    const task = currentLoopTask();
    const wasCancelled = cancellation !== undefined || isCancelled(failure);
    if (wasCancelled && task.cancelling() > 0) task.cancelAgain();
    throw new ExceptionGroup('errors in undoing a saga', [toError(cancellation ?? failure), ...errors]);
  }
  if (cancellation !== undefined) throw cancellation;
}

/** Returns the errors of the undos that failed. */
function* undoAll(undos: Undos): Coroutine<Error[]> {
  const errors: Error[] = [];
  while (!undos.isEmpty()) {
    try {
      const undo = undos.takeLast();
      yield* typeof undo === 'function' ? asAwaitable('saga.onFailure()', undo()) : undo;
    } catch (error) {
      errors.push(toError(error));
    }
  }
  // At once: an undo that is added between the last one and the end of the saga would never run.
  undos.close();
  return errors;
}

class Undos extends RunBound implements Saga {
  /** Awaitables, and functions of the author's; the last one runs first. */
  readonly #undos: (Awaitable<unknown> | Undo)[] = [];
  #closed = false;

  onFailure(undo: Awaitable<unknown> | Undo): void {
    closeOnRefusal([undo], () => this.#checkOpen());
    if (typeof undo !== 'function') {
      checkAwaitable(undo, 'saga.onFailure()');
      currentLoop('saga.onFailure()').awaitables.consume(undo);
    }
    this.#undos.push(undo);
  }

  #checkOpen(): void {
    this.checkRun('saga.onFailure()');
    if (this.#closed) {
      throw new InvalidStateError(
        'saga.onFailure() was called after the saga had ended: nothing would ever run this undo. Call it inside the ' +
          'body, and let the body wait for the tasks that it starts',
      );
    }
  }

  isEmpty(): boolean {
    return this.#undos.length === 0;
  }

  /** Never called when it is empty. */
  takeLast(): Awaitable<unknown> | Undo {
    return this.#undos.pop() as Undo;
  }

  close(): void {
    this.#closed = true;
  }
}
