/**
 * Reports when runs start, are blocked and end, and why; which attempts of their steps fail; and which run keeps a worker
 * busy. It reads their items and journals before, after and during their turns.
 */
import { readEnd } from '../client/run-value.ts';
import type { Store } from '../ports/store.ts';
import { isClosed } from '../core/run-status.ts';
import type { RunItem } from '../ports/run-item.ts';
import { describeFailure } from './describe-failure.ts';
import type { CloudEvent } from './cloud-event.ts';
import { RunTail } from './run-tail.ts';

/** How often a run is looked at during its turn. */
const LOOK_EVERY_MS = 400;
/** A lease that was not renewed for so long: on a busy machine a renewal may be late. */
const BUSY_AFTER_MS = 2_000;

interface OpenRun {
  readonly tail: RunTail;
  /** The first look at it is over. */
  readonly opened: Promise<void>;
  /** How many turns may be going on. */
  turns: number;
  /** The looks, one after the other. */
  looking: Promise<void>;
  timer: NodeJS.Timeout | undefined;
  /** Where in its code it kept a worker busy: that is reported once, however many workers it costs. */
  busyAt: string | undefined;
}

export interface RunEventsOptions {
  readonly store: Store;
  readonly report: (notice: CloudEvent) => void;
  /** The cloud's time. */
  readonly nowMs: () => number;
}

export class RunEvents {
  readonly #store: Store;
  readonly #report: (notice: CloudEvent) => void;
  readonly #nowMs: () => number;
  readonly #sinceMs: number;
  readonly #open = new Map<string, OpenRun>();
  /** The reasons that were reported for blocked runs: each is reported once, and not at each turn. */
  readonly #blocked = new Map<string, string>();

  constructor({ store, report, nowMs }: RunEventsOptions) {
    this.#store = store;
    this.#report = report;
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** To be called when a turn is about to be taken for the run. Need not be waited for. */
  async beforeTurn(runId: string): Promise<void> {
    const open = this.#open.get(runId) ?? this.#begin(runId);
    open.turns += 1;
    open.timer ??= setInterval(() => void this.#look(runId, open), LOOK_EVERY_MS).unref();
    await open.opened;
  }

  /** To be called when a turn may have been taken. */
  async afterTurn(runId: string): Promise<void> {
    const open = this.#open.get(runId);
    if (open === undefined) return;
    open.turns -= 1;
    if (open.turns <= 0) this.#stopLooking(open);
    await open.opened;
    await this.#look(runId, open);
  }

  /** No further looks. */
  stop(): void {
    for (const open of this.#open.values()) this.#stopLooking(open);
    this.#open.clear();
  }

  #begin(runId: string): OpenRun {
    const open: OpenRun = {
      // No turn was going on: what its journal has by now was reported, or was before this cloud.
      tail: new RunTail(this.#store, this.#nowMs()),
      opened: this.#read(runId).then((run) => {
        if (!run || isClosed(run.status)) this.#close(runId, open);
        // A run of an earlier day goes on: that is no start. (It may have its first lease already when it is looked at.)
        else if (run.epoch === 0 || run.createdAtMs >= this.#sinceMs)
          this.#report({ kind: 'run-started', runId, workflow: run.workflow });
      }),
      turns: 0,
      looking: Promise.resolve(),
      timer: undefined,
      busyAt: undefined,
    };
    this.#open.set(runId, open);
    return open;
  }

  /** One look after the other, so that nothing is reported twice. */
  #look(runId: string, open: OpenRun): Promise<void> {
    open.looking = open.looking.then(async () => {
      await open.opened;
      if (this.#open.get(runId) !== open) return; // its end was reported
      const run = await this.#read(runId);
      if (run === undefined) return;
      for (const event of await open.tail.look(run).catch(() => [])) this.#report(event);
      if (!isClosed(run.status)) {
        this.#reportBlocked(run);
        this.#reportBusy(run, open);
        return;
      }
      this.#blocked.delete(runId);
      this.#close(runId, open);
      await this.#reportEnd(run);
    });
    return open.looking;
  }

  #close(runId: string, open: OpenRun): void {
    this.#stopLooking(open);
    if (this.#open.get(runId) === open) this.#open.delete(runId);
  }

  #stopLooking(open: OpenRun): void {
    clearInterval(open.timer);
    open.timer = undefined;
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

  /** Its invocation goes on, and does not renew the lease: the worker's process comes to nothing else. */
  #reportBusy({ runId, workflow, lease }: RunItem, open: OpenRun): void {
    const lateMs = lease === undefined ? 0 : this.#nowMs() - lease.expiresAtMs;
    const { lastAskedFor, link } = open.tail;
    const place = `${link} ${lastAskedFor ?? ''}`;
    if (lease === undefined || open.turns === 0 || lateMs < BUSY_AFTER_MS || open.busyAt === place) return;
    open.busyAt = place;
    this.#report({ kind: 'run-busy', runId, workflow, ...(lastAskedFor === undefined ? {} : { lastAskedFor }) });
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
