/**
 * What a call such as `queue.get()` gives: something that does nothing until it is awaited, once, and that the run
 * knows of, so that it can tell when it was forgotten.
 */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { type CallSite, captureCallSite } from '../core/call-site.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { checkOwnLoop, currentLoop, type Loop } from '../core/loop.ts';

/**
 * An awaitable that starts when it is awaited. `what` is the call as an author wrote it: `queue.get()`. `depth` is how
 * many functions of ours lie between the author's code and this one: the place of the call is kept for messages.
 */
export function lazy<T>(what: string, start: () => Coroutine<T>, depth = 1): Awaitable<T> {
  return new LazyAwaitable(currentLoop(what), what, start, captureCallSite(lazy, depth));
}

class LazyAwaitable<T> implements Awaitable<T> {
  readonly #loop: Loop;
  readonly #what: string;
  readonly #start: () => Coroutine<T>;
  #started = false;

  constructor(loop: Loop, what: string, start: () => Coroutine<T>, where: CallSite) {
    this.#loop = loop;
    this.#what = what;
    this.#start = start;
    loop.created(this, what, where);
  }

  [Symbol.iterator](): Coroutine<T> {
    checkOwnLoop(this.#loop, `yield* ${this.#what}`);
    if (this.#started) {
      throw new WorkflowCodeError(
        'ALREADY_AWAITED',
        `${this.#what} was awaited a second time: call it again for another one, or make a task of it ` +
          `(createTask), which can be awaited as often as you like`,
      );
    }
    this.#started = true;
    this.#loop.awaited(this);
    return this.#start();
  }
}
