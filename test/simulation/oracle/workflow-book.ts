/** Which workflows are paused, and were, as the table was seen to take it in. */
import { mayBeHeld, type RunItem } from '../../../lib/ports/run-item.ts';
import { pausedIn, type WorkflowList } from '../../../lib/ports/paused-workflows.ts';

export class WorkflowBook {
  /** Since when. */
  readonly #paused = new Map<string, number>();
  readonly #resumedAtMs = new Map<string, number>();

  enter(list: WorkflowList, atMs: number): void {
    const now = pausedIn(list);
    for (const name of this.#paused.keys()) {
      if (now.has(name)) continue;
      this.#paused.delete(name);
      this.#resumedAtMs.set(name, atMs);
    }
    for (const name of now.keys()) if (!this.#paused.has(name)) this.#paused.set(name, atMs);
  }

  /** Undefined: it is not paused. */
  pausedSinceMs(workflow: string): number | undefined {
    return this.#paused.get(workflow);
  }

  wasPaused(workflow: string): boolean {
    return this.#paused.has(workflow) || this.#resumedAtMs.has(workflow);
  }

  resumedAtMs(workflow: string): number {
    return this.#resumedAtMs.get(workflow) ?? -Infinity;
  }

  /** The run waits for the resume of its workflow, as soon as all have heard. */
  holdsBack(item: RunItem): boolean {
    return this.#paused.has(item.workflow) && mayBeHeld(item);
  }
}
