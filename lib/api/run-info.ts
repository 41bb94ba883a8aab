/** What a run knows about itself. */
import { currentLoopToRead } from '../core/loop.ts';
import type { RunInfo } from '../core/run-info.ts';

/**
 * What the run knows about itself: its id, its workflow, the version of the code that started it, when, and which
 * attempt it is.
 *
 * @example
 * ```ts
 * const { id, attempt } = runInfo();
 * yield* step('file', () => `${typeof id} ${attempt}`); // => 'string 1'
 * ```
 */
export function runInfo(): RunInfo {
  return currentLoopToRead('runInfo()').info;
}
