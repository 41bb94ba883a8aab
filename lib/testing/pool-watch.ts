/** Knows when the sweeper would find something to do in a pool, from the writes that pass through to the table. */
import { lookAtMs } from '../engine/pools/wake-pools.ts';
import type { ChangePoolResult, PoolItem } from '../ports/pool.ts';
import type { FinishRunResult, Store } from '../ports/store.ts';
import type { StoreCall } from './around-store.ts';

export class PoolWatch {
  readonly #pools = new Map<string, PoolItem>();
  readonly #endedRuns = new Set<string>();

  /** Takes in what is in a table already. */
  async readTable(store: Store): Promise<void> {
    for await (const page of store.listPools()) {
      for (const name of page) {
        const pool = await store.readPool(name);
        if (pool !== undefined) this.#pools.set(name, pool);
      }
    }
  }

  /** `leaseOf`: when the lease of a run expires; undefined if it has none. */
  lookAtMs(nowMs: number, leaseOf: (runId: string) => number | undefined): number | undefined {
    let earliestMs: number | undefined;
    for (const pool of this.#pools.values()) {
      const atMs = lookAtMs(pool, nowMs, ({ runId, step }) => {
        if (step === 0) return this.#endedRuns.has(runId) ? 0 : Infinity;
        return leaseOf(runId) ?? 0;
      });
      if (atMs !== undefined && (earliestMs === undefined || atMs < earliestMs)) earliestMs = atMs;
    }
    return earliestMs === Infinity ? undefined : earliestMs;
  }

  saw({ operation, args, runId = '' }: StoreCall, answer: unknown): void {
    switch (operation) {
      case 'changePool': {
        const { pool } = answer as ChangePoolResult;
        if (pool !== undefined) this.#pools.set(args[0] as string, pool);
        return;
      }
      case 'joinLine':
        this.#pools.set(args[0] as string, answer as PoolItem);
        return;
      case 'finish':
        if ((answer as FinishRunResult).kind === 'done') this.#endedRuns.add(runId);
        return;
      case 'retryRun':
        this.#endedRuns.delete(runId);
        return;
      default:
    }
  }
}
