/** The futures that failed and whose error nothing has taken yet: asyncio logs such an error when it collects them. */
import { isCancelled } from '../core/errors.ts';
import type { Future } from '../core/future.ts';
import type { FailedFutures, RunLog } from '../core/loop.ts';
import { CoroutineTask } from './coroutine-task.ts';

export class UnseenFailures implements FailedFutures {
  /**
   * In the order in which they failed. A future adds itself when it fails, and deletes itself when its error is read.
   */
  readonly #futures = new Set<Future<unknown>>();

  add(future: Future<unknown>): void {
    this.#futures.add(future);
  }

  delete(future: Future<unknown>): void {
    this.#futures.delete(future);
  }

  /** Logs each error once. A gather that was cancelled is no failure. */
  report(log: RunLog): void {
    for (const future of this.#futures) {
      const error = future.exception();
      if (isCancelled(error)) continue;
      const what =
        future instanceof CoroutineTask
          ? `Task "${future.name}" failed and was never awaited:`
          : 'A future failed and its error was never taken:';
      log.write('error', [what, error]);
    }
  }
}
