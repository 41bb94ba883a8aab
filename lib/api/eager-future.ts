/**
 * What a call such as `gather(...)` returns: a future of something that runs already. The run remembers it until it is
 * awaited, so that a forgotten `yield*` is found.
 */
import type { Coroutine } from '../core/awaitable.ts';
import { captureCallSite } from '../core/call-site.ts';
import { Future } from '../core/future.ts';
import { currentLoop } from '../core/loop.ts';

export class EagerFuture<T> extends Future<T> {
  override [Symbol.iterator](): Coroutine<T> {
    currentLoop('yield* future').awaited(this);
    return super[Symbol.iterator]();
  }

  /** Another combinator waits for it. */
  override addDoneCallback(callback: (future: this) => void): void {
    currentLoop('future.addDoneCallback()').awaited(this);
    super.addDoneCallback(callback);
  }
}

/** Remembers where the author called `call`, which made this future; `name` is the call in messages: `gather()`. */
export function noticeIfForgotten<T>(
  future: EagerFuture<T>,
  name: string,
  call: (...args: never[]) => unknown,
): EagerFuture<T> {
  currentLoop(name).created(future, name, captureCallSite(call), { isEager: true });
  return future;
}
