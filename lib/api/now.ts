/** The run's own time. */
import { currentLoopToRead } from '../core/loop.ts';

/**
 * The run's own time: that of the event which woke it last. It is the same on each replay, and so is `new Date()` in a
 * workflow. asyncio: `loop.time`.
 *
 * @example
 * ```ts
 * const before = now();
 * yield* sleep('1h');
 * now().getTime() - before.getTime() >= 3_600_000; // => true
 * ```
 */
export function now(): Date {
  return new Date(currentLoopToRead('now()').clock.nowMs());
}
