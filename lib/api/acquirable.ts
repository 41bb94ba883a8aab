/** An object that is acquired for the length of a block: Lock, Semaphore, Condition (asyncio's `async with`). */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { asCoroutine, checkBody } from './body.ts';
import { RunBound } from './run-bound.ts';

export abstract class Acquirable extends RunBound {
  /** Waits until it is free, and takes it. */
  abstract acquire(): Awaitable<true>;

  /** Releases it; the task that waits longest is next. */
  abstract release(): void;

  /** Says whether `acquire` would wait. */
  abstract locked(): boolean;

  /**
   * Acquires it, runs the body and releases it, also when the body fails or is cancelled. Returns the body's result.
   */
  with<T>(body: () => Coroutine<T>): Awaitable<T> {
    checkBody('with()', body);
    return this.lazy('with()', 'with', body);
  }

  protected override begin(method: string, argument: unknown): Coroutine<unknown> {
    if (method === 'with') return this.#with(argument as () => Coroutine<unknown>);
    return super.begin(method, argument);
  }

  *#with<T>(body: () => Coroutine<T>): Coroutine<T> {
    yield* this.acquire();
    try {
      return yield* asCoroutine('with()', body());
    } finally {
      this.release();
    }
  }
}
