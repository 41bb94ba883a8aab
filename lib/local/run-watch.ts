/** Tells when runs start and end, by looking at their items around the turns that are taken for them. */
import type { Store } from '../ports/store.ts';
import { isClosed, type RunItem } from '../ports/run-item.ts';
import type { LocalCloudNotice } from './notice.ts';

export class RunWatch {
  readonly #store: Store;
  readonly #report: (notice: LocalCloudNotice) => void;
  readonly #sinceMs: number;
  readonly #open = new Set<string>();

  constructor(store: Store, report: (notice: LocalCloudNotice) => void, nowMs: number) {
    this.#store = store;
    this.#report = report;
    this.#sinceMs = nowMs;
  }

  /** To be called when a turn is about to be taken for the run. Need not be waited for. */
  async beforeTurn(runId: string): Promise<void> {
    if (this.#open.has(runId)) return;
    this.#open.add(runId);
    const run = await this.#read(runId);
    if (!run || isClosed(run.status)) this.#open.delete(runId);
    // A run of an earlier day goes on: that is no start. (It may have its first lease already when it is looked at.)
    else if (run.epoch === 0 || run.createdAtMs >= this.#sinceMs)
      this.#report({ kind: 'run-started', runId, workflow: run.workflow });
  }

  /** To be called when a turn may have been taken. */
  async afterTurn(runId: string): Promise<void> {
    if (!this.#open.has(runId)) return;
    const run = await this.#read(runId);
    if (run && !isClosed(run.status)) return;
    // Several turns of one run may end at once: only the first to know tells.
    if (this.#open.delete(runId) && run) this.#reportEnd(run);
  }

  /** What cannot be read is told by nobody: the table is about to stop. */
  #read(runId: string): Promise<RunItem | undefined> {
    return this.#store.readRun(runId).catch(() => undefined);
  }

  #reportEnd({ runId, workflow, status, createdAtMs, endedAtMs }: RunItem): void {
    this.#report({ kind: 'run-ended', runId, workflow, status, tookMs: (endedAtMs ?? createdAtMs) - createdAtMs });
  }
}
