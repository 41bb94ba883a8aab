/**
 * What a call such as `queue.get()` returns: an awaitable that does nothing until it is awaited, once. The run knows of
 * it, and so can report it when it was forgotten.
 */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { captureCallSite } from '../core/call-site.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { checkOwnLoop, currentLoop, type Loop } from '../core/loop.ts';

/** A call with its arguments, as data: it may lie in a run's state until it is awaited. */
export interface Call<T> {
  /** Starts it, when it is awaited. */
  start(): Coroutine<T>;
}

/**
 * An awaitable that starts when it is awaited. `what` is the call as an author wrote it: `queue.get()`. `depth` is how
 * many functions of ours are between the author's code and this one: the place of the call is for messages.
 */
export function lazy<T>(what: string, call: Call<T>, depth = 1): Awaitable<T> {
  const loop = currentLoop(what);
  const awaitable = new LazyAwaitable(loop, what, call);
  const where = loop.awaitables.keepsCallSites ? captureCallSite(lazy, depth) : undefined;
  loop.awaitables.created(awaitable, what, where);
  loop.awaits?.made(awaitable, what, where);
  return awaitable;
}

class LazyAwaitable<T> implements Awaitable<T> {
  readonly #loop: Loop;
  readonly #what: string;
  /** Undefined once it was awaited. */
  #call: Call<T> | undefined;

  constructor(loop: Loop, what: string, call: Call<T>) {
    this.#loop = loop;
    this.#what = what;
    this.#call = call;
  }

  [Symbol.iterator](): Coroutine<T> {
    checkOwnLoop(this.#loop, `yield* ${this.#what}`);
    const call = this.#call;
    if (call === undefined) {
      throw new WorkflowCodeError(
        'ALREADY_AWAITED',
        `${this.#what} was awaited a second time: call it again for another one, or make a task of it ` +
          `(createTask), which can be awaited as often as you like`,
      );
    }
    this.#call = undefined;
    const { awaitables, awaits } = this.#loop;
    awaitables.awaited(this);
    return awaits === undefined ? call.start() : awaits.during(this, call.start());
  }
}
