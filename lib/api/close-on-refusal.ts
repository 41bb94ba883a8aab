/**
 * After a call is refused, the awaitables that it was given can never be awaited: they are not reported as forgotten.
 */
import { currentLoopOrNone } from '../core/loop.ts';

/**
 * Runs `call`, which takes these awaitables. If it throws, they count as awaited (asyncio closes the coroutine): a
 * warning that they were never awaited would hide the error's cause.
 */
export function closeOnRefusal<T>(awaitables: Iterable<unknown>, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const loop = currentLoopOrNone();
    for (const awaitable of awaitables) {
      if (typeof awaitable === 'object' && awaitable !== null) loop?.awaitables.awaited(awaitable);
    }
    throw error;
  }
}
