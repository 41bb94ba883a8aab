/** Reports when runs start, are blocked and end, and why. It reads their items before and after their turns. */
import { readEnd } from '../client/run-value.ts';
import type { Store } from '../ports/store.ts';
import { isClosed } from '../core/run-status.ts';
import type { RunItem } from '../ports/run-item.ts';
import { describeFailure } from './describe-failure.ts';
import type { CloudEvent } from './cloud-event.ts';

export class RunEvents {
  readonly #store: Store;
  readonly #report: (notice: CloudEvent) => void;
  readonly #sinceMs: number;
  readonly #open = new Set<string>();
  /** The reasons that were reported for blocked runs: each is reported once, and not at each turn. */
  readonly #blocked = new Map<string, string>();

  constructor(store: Store, report: (notice: CloudEvent) => void, nowMs: number) {
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
    if (run && !isClosed(run.status)) {
      this.#reportBlocked(run);
      return;
    }
    this.#blocked.delete(runId);
    // Several turns of one run may end at once: the first one reports.
    if (this.#open.delete(runId) && run) await this.#reportEnd(run);
  }

  /** An item that cannot be read is not reported: the table is about to stop. */
  #read(runId: string): Promise<RunItem | undefined> {
    return this.#store.readRun(runId).catch(() => undefined);
  }

  #reportBlocked({ runId, workflow, blocked }: RunItem): void {
    if (blocked === undefined) this.#blocked.delete(runId);
    else if (this.#blocked.get(runId) !== blocked.reason) {
      this.#blocked.set(runId, blocked.reason);
      this.#report({ kind: 'run-blocked', runId, workflow, reason: blocked.reason });
    }
  }

  async #reportEnd(run: RunItem): Promise<void> {
    const { runId, workflow, status, createdAtMs, endedAtMs } = run;
    const reason = await this.#reasonOf(run);
    this.#report({
      kind: 'run-ended',
      runId,
      workflow,
      status,
      tookMs: (endedAtMs ?? createdAtMs) - createdAtMs,
      ...(reason.length > 0 ? { reason } : {}),
    });
  }

  async #reasonOf(run: RunItem): Promise<string[]> {
    const end = await readEnd(this.#store, run).catch(() => undefined);
    if (end?.status === 'failed') return describeFailure(end.error);
    return end === undefined || end.status === 'completed' || end.reason === '' ? [] : end.reason.split('\n');
  }
}
