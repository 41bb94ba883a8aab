/** An object that holds state of one run, and serves that run alone (asyncio's `_LoopBoundMixin`). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { InvariantError } from '../core/invariant.ts';
import { checkOwnLoop, currentLoop, type Loop } from '../core/loop.ts';
import { type Call, lazy } from './lazy.ts';

export abstract class RunBound {
  readonly #loop: Loop;

  constructor() {
    this.#loop = currentLoop(`new ${new.target.name}()`);
  }

  /** Refuses code of another run, and code outside of a run, such as a step's body: no replay would repeat the call. */
  protected checkRun(call: string): void {
    checkOwnLoop(this.#loop, call);
  }

  /** An awaitable that begins the method when it is awaited. `call` names it in messages. */
  protected lazy<T>(call: string, method: string, argument?: unknown): Awaitable<T> {
    this.checkRun(call);
    return lazy<T>(call, new MethodCall(this, method, argument) as Call<T>, 2);
  }

  /** Begins the method of that name. Each class has the names of its own, and leaves the others to its parent. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the argument is for the classes that have methods
  protected begin(method: string, argument: unknown): Coroutine<unknown> {
    throw new InvariantError(`${this.constructor.name} has no method "${method}" that takes time`);
  }
}

class MethodCall implements Call<unknown> {
  readonly target: RunBound;
  readonly method: string;
  readonly argument: unknown;

  constructor(target: RunBound, method: string, argument: unknown) {
    this.target = target;
    this.method = method;
    this.argument = argument;
  }

  start(): Coroutine<unknown> {
    // Protected: it is no method of the author's.
    return this.target['begin'](this.method, this.argument);
  }
}
