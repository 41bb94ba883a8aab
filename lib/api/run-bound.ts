/** What holds state of one run, and serves that run alone (asyncio's `_LoopBoundMixin`). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkOwnLoop, currentLoop, type Loop } from '../core/loop.ts';
import { lazy } from './lazy.ts';

export abstract class RunBound {
  readonly #loop: Loop;

  constructor() {
    this.#loop = currentLoop(`new ${new.target.name}()`);
  }

  /** Refuses code of another run, and of no run: a step's body, say, whose doings no replay would repeat. */
  protected checkRun(call: string): void {
    checkOwnLoop(this.#loop, call);
  }

  /** An awaitable of this object's run. */
  protected lazy<T>(call: string, start: () => Coroutine<T>): Awaitable<T> {
    this.checkRun(call);
    return lazy(call, start, 2);
  }
}
