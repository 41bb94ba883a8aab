/**
 * A result that is not there yet (asyncio's `Future`): the one thing that coroutines wait for.
 *
 * Callbacks are called through the loop, never from within `setResult` (asyncio's `call_soon`).
 */
import type { Coroutine } from './awaitable.ts';
import { CancelledError, InvalidStateError } from './errors.ts';
import { currentLoop, type Loop } from './loop.ts';

type State =
  | { readonly kind: 'pending' }
  | { readonly kind: 'finished'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'cancelled'; readonly message: string };

const PENDING: State = { kind: 'pending' };

/**
 * A result that somebody else sets (asyncio's `Future`). Made inside a run, awaited with `yield*` by any number of
 * tasks. Setting it twice is an InvalidStateError.
 *
 * @example
 * const answer = new Future<number>();
 * createTask(
 *   (function* () {
 *     yield* sleep('1s');
 *     answer.setResult(42);
 *   })(),
 * );
 * log.info(yield* answer);
 */
export class Future<T> {
  #state: State = PENDING;
  #callbacks: ((future: this) => void)[] = [];
  readonly #loop: Loop;

  constructor() {
    this.#loop = currentLoop('new Future()');
  }

  /** Makes it done, with this result. */
  setResult(result: T): void {
    this.#settle({ kind: 'finished', result });
  }

  /** Makes it done, with an error that its awaiters get. */
  setException(error: Error): void {
    this.#settle({ kind: 'failed', error });
  }

  /** Makes it done by cancelling it; false if it was done before. Awaiters get a CancelledError with the message. */
  cancel(message = ''): boolean {
    if (this.#state.kind !== 'pending') return false;
    this.#settle({ kind: 'cancelled', message });
    return true;
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
    if (state.kind === 'failed') throw state.error;
    if (state.kind === 'cancelled') throw new CancelledError(state.message);
    throw new InvalidStateError('Result is not ready.');
  }

  /** The error that was set, undefined for none; throws CancelledError if cancelled, InvalidStateError if not done. */
  exception(): Error | undefined {
    const state = this.#state;
    if (state.kind === 'failed') return state.error;
    if (state.kind === 'cancelled') throw new CancelledError(state.message);
    if (state.kind === 'pending') throw new InvalidStateError('Exception is not set.');
    return undefined;
  }

  /** Calls back once it is done, soon; at once done, soon as well. */
  addDoneCallback(callback: (future: this) => void): void {
    if (this.#state.kind === 'pending') this.#callbacks.push(callback);
    else this.#loop.callSoon(() => callback(this));
  }

  /** Takes back every registration of this callback; gives their number. */
  removeDoneCallback(callback: (future: this) => void): number {
    const before = this.#callbacks.length;
    this.#callbacks = this.#callbacks.filter((registered) => registered !== callback);
    return before - this.#callbacks.length;
  }

  *[Symbol.iterator](): Coroutine<T> {
    if (!this.done()) yield { kind: 'await', future: this as Future<unknown> };
    return this.result();
  }

  #settle(state: State): void {
    if (this.#state.kind !== 'pending') throw new InvalidStateError(`The future is done already: ${this.#state.kind}.`);
    this.#state = state;
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) this.#loop.callSoon(() => callback(this));
  }
}
