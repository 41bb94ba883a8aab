/**
 * Knows what the sweeper would find, without sweeping: when which run wants to be looked at, and who has its lease.
 *
 * It watches the writes that pass through to the table, as near to the table as it can stand.
 */
import type { RunItem } from '../ports/run-item.ts';
import type { Acceptance, Finish, LettingGo, NewRun, Purging, Release, Store, Taking } from '../ports/store.ts';
import type { Around, StoreCall } from './around-store.ts';

interface Watched {
  dueAtMs: number | undefined;
  lease: { readonly epoch: number; readonly expiresAtMs: number } | undefined;
}

export interface HeldLease {
  readonly runId: string;
  readonly epoch: number;
}

/** Later than any time that a run may name. */
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER;

export class TableWatch {
  readonly #runs = new Map<string, Watched>();
  /** Runs whose item was created through this watch, in that order. */
  readonly created: string[] = [];

  /** To be put around the calls of a store. */
  readonly around: Around = async (call, go) => {
    const answer = await go();
    this.#saw(call, answer);
    return answer;
  };

  /** Takes in what is in a table already. */
  async readTable(store: Store): Promise<void> {
    for await (const page of store.listDue(FOR_EVER_MS)) {
      for (const runId of page) {
        const run = await store.readRun(runId);
        if (run !== undefined) this.#runs.set(runId, toWatched(run));
      }
    }
  }

  /** From when on a sweep would find something; undefined if it never would. */
  sweepableAtMs(): number | undefined {
    let earliestMs: number | undefined;
    for (const { dueAtMs, lease } of this.#runs.values()) {
      if (dueAtMs === undefined) continue;
      const atMs = Math.max(dueAtMs, lease?.expiresAtMs ?? 0);
      if (earliestMs === undefined || atMs < earliestMs) earliestMs = atMs;
    }
    return earliestMs;
  }

  leases(): HeldLease[] {
    return [...this.#runs].flatMap(([runId, { lease }]) => (lease ? [{ runId, epoch: lease.epoch }] : []));
  }

  #saw(call: StoreCall, answer: unknown): void {
    const { operation, args } = call;
    const runId = call.runId ?? '';
    const run = this.#runs.get(runId);
    switch (operation) {
      case 'createRun': {
        if ((answer as { kind: string }).kind !== 'created') return;
        this.created.push(runId);
        this.#runs.set(runId, { dueAtMs: (args[0] as NewRun).dueAtMs, lease: undefined });
        return;
      }
      case 'accept':
        if ((answer as Acceptance).kind === 'accepted') this.#runs.set(runId, { dueAtMs: 0, lease: run?.lease });
        return;
      case 'take': {
        const taking = answer as Taking;
        if (taking.kind !== 'taken') return;
        const { lease } = args[1] as { lease: { expiresAtMs: number } };
        this.#runs.set(runId, {
          dueAtMs: taking.before.dueAtMs,
          lease: { epoch: taking.before.epoch + 1, expiresAtMs: lease.expiresAtMs },
        });
        return;
      }
      case 'renew':
        if ((answer as { kind: string }).kind === 'renewed' && run) {
          run.lease = args[1] as { epoch: number; expiresAtMs: number };
        }
        return;
      case 'release':
        if ((answer as LettingGo).kind === 'done') this.#rest(runId, (args[1] as Release).dueAtMs);
        return;
      case 'finish':
        if ((answer as LettingGo).kind === 'done') this.#rest(runId, (args[1] as Finish).purgeAtMs);
        return;
      case 'purge': {
        const purging = answer as Purging;
        if (purging.kind === 'purged') this.#runs.delete(runId);
        if (purging.kind === 'put-off') this.#rest(runId, purging.dueAtMs);
        return;
      }
      default:
    }
  }

  #rest(runId: string, dueAtMs: number | undefined): void {
    if (dueAtMs === undefined) this.#runs.delete(runId);
    else this.#runs.set(runId, { dueAtMs, lease: undefined });
  }
}

function toWatched({ dueAtMs, lease, epoch }: RunItem): Watched {
  return { dueAtMs, lease: lease && { epoch, expiresAtMs: lease.expiresAtMs } };
}
