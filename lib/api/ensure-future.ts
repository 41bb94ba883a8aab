/** Starts an awaitable, unless it is a task or a future already (asyncio's `ensure_future`). */
import type { Awaitable } from '../core/awaitable.ts';
import { checkAwaitable } from '../core/check-awaitable.ts';
import { Future } from '../core/future.ts';
import { currentLoop } from '../core/loop.ts';

/** `what` names the value for the error: `gather(), its number 2,`. */
export function ensureFuture<T>(awaitable: Awaitable<T>, what: string): Future<T> {
  if (awaitable instanceof Future) return awaitable as Future<T>;
  checkAwaitable(awaitable, what);
  // Each task of a loop is a future.
  return currentLoop(what).tasks.create(awaitable) as unknown as Future<T>;
}

/** All of them, or none: what was started is cancelled when one cannot be, as beyond `maxTasks`. */
export function ensureFutures(awaitables: readonly Awaitable<unknown>[], what: string): Future<unknown>[] {
  const futures: Future<unknown>[] = [];
  try {
    for (const awaitable of awaitables) futures.push(ensureFuture(awaitable, what));
  } catch (error) {
    awaitables.forEach((awaitable, index) => {
      if (futures[index] !== (awaitable as unknown)) futures[index]?.cancel();
    });
    throw error;
  }
  return futures;
}
