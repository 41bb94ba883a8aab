/**
 * A result that is not there yet (asyncio's `Future`): the one thing that coroutines wait for.
 *
 * Watchers are notified through the ready queue, never from within `setResult` (asyncio's `call_soon`).
 */
import type { Coroutine } from './awaitable.ts';
import { isBrandedInstance, setBrand } from './brand.ts';
import { CancelledError, InvalidStateError } from './errors.ts';
import type { CertaintyWatcher, Watcher } from './job.ts';
import { checkOwnLoop, currentLoop, type Loop } from './loop.ts';
import { toError } from './to-error.ts';
import { UserCallback } from './user-callback.ts';

type State =
  | { readonly kind: 'pending' }
  | { readonly kind: 'finished'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'cancelled'; readonly message: string; first: CancelledError | undefined };

const PENDING: State = { kind: 'pending' };

/** For combinators: the message that a future was cancelled with. Asking for its error would use that up. */
export const CANCEL_MESSAGE = Symbol.for('lull.cancel-message');

/** For the house's own watchers: as `addDoneCallback`, with an object in place of a function. */
export const ADD_WATCHER = Symbol.for('lull.add-watcher');

/** As `removeDoneCallback`. */
export const REMOVE_WATCHER = Symbol.for('lull.remove-watcher');

/** For combinators: says whether it is certain how a future ends. */
export const IS_CERTAIN = Symbol.for('lull.is-certain');

/**
 * For combinators: notifies once, at the moment at which it becomes certain how a future ends, before any other code
 * of the run goes on. At the latest that is when it is done; a race is certain as soon as it has a winner.
 */
export const WATCH_CERTAINTY = Symbol.for('lull.watch-certainty');

/**
 * A result that other code sets (asyncio's `Future`). Made inside a run, awaited with `yield*` by any number of tasks.
 * Setting it twice is an InvalidStateError. An error that no code takes is logged when the run ends. A future belongs
 * to its run: in the body of a step, and in the code of another run, every call that would change it throws a
 * WorkflowCodeError `NOT_IN_A_RUN`.
 *
 * @example
 * ```ts
 * const answer = new Future<number>();
 * createTask(
 *   (function* () {
 *     yield* sleep('1s');
 *     answer.setResult(42);
 *   })(),
 * );
 * yield* answer; // => 42
 * ```
 */
export class Future<T> {
  static {
    setBrand(this.prototype, 'Future');
  }
  /** Leaves `pending` once, in `#settle`, and never changes after that. */
  #state: State = PENDING;
  /** Notified, in this order, when it is done; then dropped. Undefined without a watcher, which saves an array. */
  #watchers: Watcher[] | undefined;
  /** Notified and dropped in `becomeCertain`. */
  #certaintyWatchers: CertaintyWatcher[] | undefined;
  readonly #loop: Loop;

  constructor() {
    this.#loop = currentLoop('new Future()');
  }

  // A future of another copy of lull is one too.
  static [Symbol.hasInstance](value: unknown): boolean {
    return isBrandedInstance(this, value);
  }

  /** Makes it done, with this result. */
  setResult(result: T): void {
    checkOwnLoop(this.#loop, 'future.setResult()');
    this.#settle({ kind: 'finished', result });
  }

  /** Makes it done, with an error that its awaiters get. What is no Error gets wrapped in one. */
  setException(error: Error): void {
    checkOwnLoop(this.#loop, 'future.setException()');
    this.#settle({ kind: 'failed', error: toError(error) });
  }

  /** Makes it done by cancelling it; false if it was done before. Awaiters get a CancelledError with the message. */
  cancel(message = ''): boolean {
    checkOwnLoop(this.#loop, 'future.cancel()');
    if (this.#state.kind !== 'pending') {
      // As asyncio has it: an error that is cancelled is not missed.
      this.#seen();
      return false;
    }
    this.#settle({ kind: 'cancelled', message, first: undefined });
    return true;
  }

  /** Cancelled by this very error: the first caller gets it, later ones get one without a message (as in asyncio). */
  protected cancelBy(error: CancelledError): void {
    this.#settle({ kind: 'cancelled', message: '', first: error });
  }

  done(): boolean {
    return this.#state.kind !== 'pending';
  }

  cancelled(): boolean {
    return this.#state.kind === 'cancelled';
  }

  /** The result; throws the error that was set, CancelledError if cancelled, InvalidStateError if not done. */
  result(): T {
    const state = this.#state;
    if (state.kind === 'finished') return state.result as T;
    this.#seen();
    if (state.kind === 'failed') throw state.error;
    if (state.kind === 'cancelled') throw cancelledError(state);
    throw new InvalidStateError('Result is not ready.');
  }

  /** The error that was set, undefined for none; throws CancelledError if cancelled, InvalidStateError if not done. */
  exception(): Error | undefined {
    const state = this.#state;
    this.#seen();
    if (state.kind === 'failed') return state.error;
    if (state.kind === 'cancelled') throw cancelledError(state);
    if (state.kind === 'pending') throw new InvalidStateError('Exception is not set.');
    return undefined;
  }

  /** `''` if it had none, or was not cancelled. */
  get [CANCEL_MESSAGE](): string {
    return this.#state.kind === 'cancelled' ? this.#state.message : '';
  }

  /** Calls back once it is done, soon; if it is done already, soon as well. */
  addDoneCallback(callback: (future: this) => void): void {
    this[ADD_WATCHER](new UserCallback(callback));
  }

  /** Takes back every registration of this callback; returns their number. */
  removeDoneCallback(callback: (future: this) => void): number {
    checkOwnLoop(this.#loop, 'future.removeDoneCallback()');
    return this.#removeWhere((watcher) => watcher instanceof UserCallback && watcher.callback === callback);
  }

  [ADD_WATCHER](watcher: Watcher): void {
    checkOwnLoop(this.#loop, 'future.addDoneCallback()');
    if (this.#state.kind !== 'pending') this.#loop.ready.enqueue({ kind: 'notify', watcher, future: this });
    else if (this.#watchers === undefined) this.#watchers = [watcher];
    else this.#watchers.push(watcher);
  }

  [REMOVE_WATCHER](watcher: Watcher): void {
    checkOwnLoop(this.#loop, 'future.removeDoneCallback()');
    this.#removeWhere((registered) => registered === watcher);
  }

  #removeWhere(isMeant: (watcher: Watcher) => boolean): number {
    const before = this.#watchers;
    if (before === undefined) return 0;
    this.#watchers = before.filter((watcher) => !isMeant(watcher));
    return before.length - this.#watchers.length;
  }

  *[Symbol.iterator](): Coroutine<T> {
    checkOwnLoop(this.#loop, 'yield* future');
    if (!this.done()) {
      this.#loop.awaits?.awaited();
      yield { kind: 'await', future: this };
    }
    return this.result();
  }

  get [IS_CERTAIN](): boolean {
    return this.done();
  }

  [WATCH_CERTAINTY](watcher: CertaintyWatcher): void {
    if (this.#certaintyWatchers === undefined) this.#certaintyWatchers = [watcher];
    else this.#certaintyWatchers.push(watcher);
  }

  /** For subclasses that know it before they are done. */
  protected becomeCertain(): void {
    const watchers = this.#certaintyWatchers;
    if (watchers === undefined) return;
    this.#certaintyWatchers = undefined;
    for (const watcher of watchers) watcher.futureCertain(this);
  }

  #seen(): void {
    if (this.#state.kind === 'failed') this.#loop.failures.delete(this);
  }

  #settle(state: State): void {
    if (this.#state.kind !== 'pending') throw new InvalidStateError(`The future is done already: ${this.#state.kind}.`);
    this.#state = state;
    if (state.kind === 'failed') this.#loop.failures.add(this);
    const watchers = this.#watchers;
    if (watchers !== undefined) {
      this.#watchers = undefined;
      for (const watcher of watchers) this.#loop.ready.enqueue({ kind: 'notify', watcher, future: this });
    }
    this.becomeCertain();
  }
}

function cancelledError(state: { readonly message: string; first: CancelledError | undefined }): CancelledError {
  const error = state.first ?? new CancelledError(state.message);
  state.first = undefined;
  return error;
}
