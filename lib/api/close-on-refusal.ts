/** What a refused call leaves behind: awaitables that can never be awaited, which is no mistake of their own. */
import { currentLoopOrNone } from '../core/loop.ts';

/**
 * Runs `call`, which takes these awaitables. If it throws, they count as awaited (asyncio closes the coroutine): the
 * error says all, and a warning that they were never awaited would mislead.
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
