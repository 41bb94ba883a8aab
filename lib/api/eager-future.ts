/**
 * What a call such as `gather(...)` returns: a future of something that runs already. The run remembers it until it is
 * awaited, so that a forgotten `yield*` is found.
 */
import type { Coroutine } from '../core/awaitable.ts';
import { captureCallSite } from '../core/call-site.ts';
import { ADD_WATCHER, Future } from '../core/future.ts';
import type { Watcher } from '../core/job.ts';
import { currentLoop } from '../core/loop.ts';

export class EagerFuture<T> extends Future<T> {
  override [Symbol.iterator](): Coroutine<T> {
    const { awaitables, awaits } = currentLoop('yield* future');
    awaitables.awaited(this);
    const coroutine = super[Symbol.iterator]();
    return awaits === undefined ? coroutine : awaits.during(this, coroutine);
  }

  /** Another combinator, or a callback, waits for it. */
  override [ADD_WATCHER](watcher: Watcher): void {
    currentLoop('future.addDoneCallback()').awaitables.awaited(this);
    super[ADD_WATCHER](watcher);
  }
}

/** Remembers where the author called `call`, which made this future; `name` is the call in messages: `gather()`. */
export function noticeIfForgotten<T>(
  future: EagerFuture<T>,
  name: string,
  call: (...args: never[]) => unknown,
): EagerFuture<T> {
  const { awaitables, awaits } = currentLoop(name);
  const where = awaitables.keepsCallSites ? captureCallSite(call) : undefined;
  awaitables.created(future, name, where, { isEager: true });
  awaits?.made(future, name, where);
  return future;
}
