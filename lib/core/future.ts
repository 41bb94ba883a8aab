/**
 * A result that is not there yet (asyncio's `Future`): the one thing that coroutines wait for.
 *
 * Callbacks are called through the loop, never from within `setResult` (asyncio's `call_soon`).
 */
import type { Coroutine } from './awaitable.ts';
import { isBrandedInstance, setBrand } from './brand.ts';
import { CancelledError, InvalidStateError } from './errors.ts';
import { checkOwnLoop, currentLoop, type Loop } from './loop.ts';
import { toError } from './to-error.ts';

type State =
  | { readonly kind: 'pending' }
  | { readonly kind: 'finished'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'cancelled'; readonly message: string; first: CancelledError | undefined };

const PENDING: State = { kind: 'pending' };

/** For combinators: the message that a future was cancelled with. Asking for its error would use that up. */
export const CANCEL_MESSAGE = Symbol.for('lull.cancel-message');

/** For combinators: says whether it is certain how a future ends. */
export const IS_CERTAIN = Symbol.for('lull.is-certain');

/**
 * For combinators: calls back once, at the moment at which it becomes certain how a future ends, before any other code
 * of the run goes on. At the latest that is when it is done; a race is certain as soon as it has a winner.
 */
export const ON_CERTAIN = Symbol.for('lull.on-certain');

/**
 * A result that somebody else sets (asyncio's `Future`). Made inside a run, awaited with `yield*` by any number of
 * tasks. Setting it twice is an InvalidStateError. An error that nothing takes stands in the log when the run ends. It
 * belongs to its run: in the body of a step, and in the code of another run, all that would change it is a
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
  #state: State = PENDING;
  #callbacks: ((future: never) => void)[] = [];
  #certainListeners: (() => void)[] | undefined;
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

  /** Cancelled by this very error: the first who asks gets it, later ones get one without a message (as in asyncio). */
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
    checkOwnLoop(this.#loop, 'future.addDoneCallback()');
    if (this.#state.kind === 'pending') this.#callbacks.push(callback);
    else this.#loop.callSoon(() => callback(this));
  }

  /** Takes back every registration of this callback; gives their number. */
  removeDoneCallback(callback: (future: this) => void): number {
    checkOwnLoop(this.#loop, 'future.removeDoneCallback()');
    const before = this.#callbacks.length;
    this.#callbacks = this.#callbacks.filter((registered) => registered !== callback);
    return before - this.#callbacks.length;
  }

  *[Symbol.iterator](): Coroutine<T> {
    checkOwnLoop(this.#loop, 'yield* future');
    if (!this.done()) yield { kind: 'await', future: this };
    return this.result();
  }

  get [IS_CERTAIN](): boolean {
    return this.done();
  }

  [ON_CERTAIN](listener: () => void): void {
    (this.#certainListeners ??= []).push(listener);
  }

  /** For subclasses that know it before they are done. */
  protected becomeCertain(): void {
    const listeners = this.#certainListeners;
    this.#certainListeners = undefined;
    listeners?.forEach((listener) => listener());
  }

  #seen(): void {
    if (this.#state.kind === 'failed') this.#loop.seen(this);
  }

  #settle(state: State): void {
    if (this.#state.kind !== 'pending') throw new InvalidStateError(`The future is done already: ${this.#state.kind}.`);
    this.#state = state;
    if (state.kind === 'failed') this.#loop.failed(this);
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) this.#loop.callSoon(() => callback(this as never));
    this.becomeCertain();
  }
}

function cancelledError(state: { readonly message: string; first: CancelledError | undefined }): CancelledError {
  const error = state.first ?? new CancelledError(state.message);
  state.first = undefined;
  return error;
}
