/**
 * Knows what the sweeper would find, without sweeping: when which run wants to be looked at, and who has its lease.
 *
 * It watches the writes that pass through to the table, as near to the table as it can stand.
 */
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import { dueAtEnd } from '../ports/due-at-end.ts';
import { type AcceptedKind, isToStop } from '../ports/message.ts';
import {
  pausedIn,
  type WorkflowList,
  type ChangeWorkflowListResult,
  type HoldRun,
  type HoldRunResult,
  type PutRunBackResult,
} from '../ports/paused-workflows.ts';
import type { RunItem } from '../ports/run-item.ts';
import type {
  FinishRun,
  FinishRunResult,
  NewRun,
  ReleaseLease,
  SettleEnd,
  ReleaseLeaseResult,
  RenewLeaseResult,
  Store,
  TakeLeaseResult,
} from '../ports/store.ts';
import type { AcceptMessageResult } from '../ports/sending.ts';
import type { PauseRunResult } from '../ports/pause-run.ts';
import type { MakeDueResult } from '../ports/pool.ts';
import { PoolWatch } from './pool-watch.ts';
import type { DeleteRunResult, PurgeResult } from '../ports/run-removal.ts';
import type { Around, StoreCall } from './around-store.ts';

interface Watched {
  dueAtMs: number | undefined;
  leaseExpiresAtMs: number | undefined;
  /** The queue does not know of `dueAtMs` yet: the sweeper sends the wake ahead of time. */
  needsWake?: true | undefined;
}

export interface HeldLease {
  readonly runId: string;
  readonly expiresAtMs: number;
}

/** Later than any time that a run may name. */
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER;

export class TableWatch {
  readonly #runs = new Map<string, Watched>();
  /** They are not listed as due. */
  readonly #paused = new Set<string>();
  /** By the workflow: they are not listed as due as long as it is paused. */
  readonly #held = new Map<string, string>();
  #pausedWorkflows: ReadonlySet<string> = new Set();
  /** What was left in the inboxes at the last release: accepted again, it makes no run due. */
  readonly #left = new Map<string, readonly string[]>();
  readonly #pools = new PoolWatch();
  /** Runs whose item was created through this watch, in that order. */
  readonly created: string[] = [];

  /** Runs of which a turn has been begun: it may wait to be alone in its worker, and a sweep would only wake them again. */
  readonly begun = new Set<string>();

  async whileBegun<T>(runId: string, turn: Promise<T>): Promise<T> {
    this.begun.add(runId);
    try {
      return await turn;
    } finally {
      this.begun.delete(runId);
    }
  }

  /** To be put around the calls of a store. */
  readonly around: Around = async (call, go) => {
    const answer = await go();
    this.#saw(call, answer);
    return answer;
  };

  /** Takes in what is in a table already. */
  async readTable(store: Store): Promise<void> {
    await this.#pools.readTable(store);
    const list = await store.readWorkflowList();
    this.#pausedWorkflows = new Set(pausedIn(list).keys());
    for (const { workflow } of list.workflows) {
      for await (const page of store.listHeld(workflow)) {
        for (const runId of page) {
          this.#held.set(runId, workflow);
          this.#runs.set(runId, { dueAtMs: 0, leaseExpiresAtMs: undefined });
        }
      }
    }
    for await (const page of store.listDue(FOR_EVER_MS)) {
      for (const runId of page) {
        const run = await store.readRun(runId);
        if (run !== undefined) this.#runs.set(runId, toWatched(run));
      }
    }
  }

  /** From when on a sweep that looks `aheadMs` ahead would find something; undefined if it never would. */
  sweepableAtMs(aheadMs: number, nowMs: number): number | undefined {
    let earliestMs = this.#pools.lookAtMs(nowMs, (runId) => this.#runs.get(runId)?.leaseExpiresAtMs);
    for (const [runId, { dueAtMs, leaseExpiresAtMs = 0, needsWake }] of this.#runs) {
      if (dueAtMs === undefined || this.#paused.has(runId)) continue;
      if (this.#pausedWorkflows.has(this.#held.get(runId) ?? '')) continue;
      if (leaseExpiresAtMs === 0 && this.begun.has(runId)) continue;
      const atMs = Math.max(needsWake ? dueAtMs - aheadMs : dueAtMs, leaseExpiresAtMs);
      if (earliestMs === undefined || atMs < earliestMs) earliestMs = atMs;
    }
    return earliestMs;
  }

  leases(): HeldLease[] {
    return [...this.#runs].flatMap(([runId, { leaseExpiresAtMs: expiresAtMs }]) =>
      expiresAtMs === undefined ? [] : [{ runId, expiresAtMs }],
    );
  }

  #saw(call: StoreCall, answer: unknown): void {
    this.#pools.saw(call, answer);
    const { operation, args } = call;
    const runId = call.runId ?? '';
    const run = this.#runs.get(runId);
    switch (operation) {
      case 'createRun': {
        if ((answer as { kind: string }).kind !== 'created') return;
        this.created.push(runId);
        this.#sawNewRun(args[0] as NewRun);
        return;
      }
      case 'accept':
        if ((answer as AcceptMessageResult).kind !== 'accepted') return;
        if (isToStop(args[3] as AcceptedKind)) {
          this.#paused.delete(runId);
          this.#held.delete(runId);
        }
        if (this.#left.get(runId)?.includes(args[1] as string)) return;
        this.#runs.set(runId, { dueAtMs: 0, leaseExpiresAtMs: run?.leaseExpiresAtMs });
        return;
      case 'take': {
        const taking = answer as TakeLeaseResult;
        if (taking.kind !== 'taken') return;
        this.#held.delete(runId);
        const { lease } = args[1] as { lease: { expiresAtMs: number } };
        this.#runs.set(runId, { dueAtMs: taking.before.dueAtMs, leaseExpiresAtMs: lease.expiresAtMs });
        return;
      }
      case 'renew': {
        const renewing = answer as RenewLeaseResult;
        if (renewing.kind === 'renewed' && run) run.leaseExpiresAtMs = renewing.run.lease?.expiresAtMs;
        return;
      }
      case 'release':
        if ((answer as ReleaseLeaseResult).kind !== 'done') return;
        this.#left.set(runId, (args[1] as ReleaseLease).inboxIds);
        this.#rest(runId, args[1] as ReleaseLease);
        return;
      case 'finish':
        if ((answer as FinishRunResult).kind !== 'done') return;
        this.#paused.delete(runId);
        this.#rest(runId, dueAtEnd(args[1] as FinishRun));
        return;
      case 'settleEnd':
        this.#rest(runId, { dueAtMs: dueAfterSettling(args[1] as SettleEnd) });
        return;
      case 'deleteRun':
        if ((answer as DeleteRunResult).kind !== 'deleted') return;
        this.#rest(runId, { dueAtMs: (args[1] as number) + SHORTEST_RETENTION_MS });
        this.#left.delete(runId);
        return;
      case 'purge': {
        const purging = answer as PurgeResult;
        if (purging.kind === 'purged') {
          this.#runs.delete(runId);
          this.#left.delete(runId);
        }
        if (purging.kind === 'postponed') this.#rest(runId, purging);
        return;
      }
      default:
        this.#sawPause(call, answer);
    }
  }

  #sawPause({ operation, runId = '', args }: StoreCall, answer: unknown): void {
    switch (operation) {
      case 'pauseRun':
        if ((answer as PauseRunResult).kind !== 'done') return;
        this.#paused.add(runId);
        this.#held.delete(runId);
        return;
      case 'resumeRun': {
        const resuming = answer as PauseRunResult;
        if (resuming.kind !== 'done') return;
        this.#paused.delete(runId);
        this.#runs.set(runId, toWatched(resuming.run));
        return;
      }
      case 'makeRunDue': {
        const { kind } = answer as MakeDueResult;
        if (kind !== 'due' && kind !== 'leased') return;
        this.#runs.set(runId, { dueAtMs: 0, leaseExpiresAtMs: this.#runs.get(runId)?.leaseExpiresAtMs });
        return;
      }
      case 'holdRun':
        if ((answer as HoldRunResult).kind === 'held') this.#held.set(runId, (args[1] as HoldRun).workflow);
        return;
      case 'putRunBack':
        if ((answer as PutRunBackResult).kind === 'done') this.#held.delete(runId);
        return;
      case 'changeWorkflowList':
        if ((answer as ChangeWorkflowListResult).kind !== 'done') return;
        this.#pausedWorkflows = new Set(pausedIn(args[0] as WorkflowList).keys());
        return;
      default:
    }
  }

  #sawNewRun(run: NewRun): void {
    const { runId, firstTurn } = run;
    if (firstTurn === undefined) {
      this.#rest(runId, run);
      return;
    }
    const { then } = firstTurn;
    if (then.kind === 'goes-on') this.#runs.set(runId, { dueAtMs: 0, leaseExpiresAtMs: then.lease.expiresAtMs });
    else this.#rest(runId, then.kind === 'rests' ? then : dueAtEnd(then));
  }

  #rest(runId: string, { dueAtMs, needsWake }: Partial<Pick<ReleaseLease, 'dueAtMs' | 'needsWake'>>): void {
    if (dueAtMs === undefined) this.#runs.delete(runId);
    else this.#runs.set(runId, { dueAtMs, leaseExpiresAtMs: undefined, needsWake });
  }
}

function dueAfterSettling({ emitAtMs, purgeAtMs }: SettleEnd): number | undefined {
  return emitAtMs ?? purgeAtMs;
}

function toWatched({ dueAtMs, lease, needsWake }: RunItem): Watched {
  return { dueAtMs, leaseExpiresAtMs: lease?.expiresAtMs, needsWake };
}
