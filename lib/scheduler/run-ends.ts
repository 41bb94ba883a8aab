/** The ends of other runs of which a run has learned, and the futures of what waits for one. */
import type { EndedRun } from '../core/ended-run.ts';
import { Future } from '../core/future.ts';
import type { RunEndings } from '../core/loop.ts';

export class RunEnds implements RunEndings {
  readonly #ended = new Map<string, EndedRun>();
  readonly #waiting = new Map<string, Future<EndedRun>[]>();

  /** The first end counts: a run of that id that was started again later is another one. */
  add(runId: string, end: EndedRun): void {
    if (this.#ended.has(runId)) return;
    this.#ended.set(runId, end);
    const waiting = this.#waiting.get(runId) ?? [];
    this.#waiting.delete(runId);
    for (const future of waiting) if (!future.done()) future.setResult(end);
  }

  /** The futures that are done when the run of that id has ended. */
  waiting(): Map<Future<unknown>, string> {
    const ids = new Map<Future<unknown>, string>();
    for (const [runId, futures] of this.#waiting) for (const future of futures) ids.set(future, runId);
    return ids;
  }

  /** A future of its own for each call: cancelling it leaves the others waiting. */
  wait(runId: string): Future<EndedRun> {
    const future = new Future<EndedRun>();
    const ended = this.#ended.get(runId);
    if (ended !== undefined) {
      future.setResult(ended);
      return future;
    }
    const waiting = (this.#waiting.get(runId) ?? []).filter((other) => !other.done());
    this.#waiting.set(runId, [...waiting, future]);
    return future;
  }
}
