/**
 * Which workflows are paused, as this process last read it (operation 28): one read for all of its turns, and again when
 * that is too old. So a turn costs no request of its own.
 *
 * Tested by: test/engine/paused-workflows.test.ts, test/engine/pause-workflow.test.ts
 */
import type { Clock } from '../ports/clock.ts';
import { type ListedWorkflow, pausedIn } from '../ports/paused-workflows.ts';
import type { Store } from '../ports/store.ts';

/** By name. */
export type PausedByName = ReadonlyMap<string, ListedWorkflow>;

export class PausedWorkflows {
  readonly #ports: { readonly store: Pick<Store, 'readWorkflowList'>; readonly clock: Clock };
  /** The newest request, which may be on its way. */
  #newest: { readonly askedAtMs: number; readonly answer: Promise<PausedByName> } | undefined;

  constructor(ports: { readonly store: Pick<Store, 'readWorkflowList'>; readonly clock: Clock }) {
    this.#ports = ports;
  }

  /** As it was at most so long ago. Throws what the store throws. */
  within(maxAgeMs: number): Promise<PausedByName> {
    const nowMs = this.#ports.clock.nowMs();
    const ageMs = nowMs - (this.#newest?.askedAtMs ?? -Infinity);
    // A clock that was set back says nothing of the age.
    if (this.#newest !== undefined && ageMs >= 0 && ageMs < maxAgeMs) return this.#newest.answer;
    const newest = { askedAtMs: nowMs, answer: this.#read() };
    this.#newest = newest;
    newest.answer.catch(() => {
      if (this.#newest === newest) this.#newest = undefined; // the next one asks again
    });
    return newest.answer;
  }

  async #read(): Promise<PausedByName> {
    return pausedIn(await this.#ports.store.readWorkflowList());
  }
}
