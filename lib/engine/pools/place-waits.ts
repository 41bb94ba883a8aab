/**
 * The steps of a run that wait for a place in their pool, as its memory has them from turn to turn: those that its worker
 * has asked for, and those that come after them, which may be many and are not looked at before.
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts, test/engine/pools/many-waits.test.ts
 */
import type { Pool } from '../../core/pool.ts';
import type { CommandId } from '../../journal/event.ts';
import type { Waiter } from '../../ports/pool.ts';
import type { PlaceWait } from '../../ports/run-item.ts';
import type { LiveRun } from '../../scheduler/live-run.ts';

export interface StepWait {
  readonly pool: Pool;
  readonly waiter: Waiter;
  /** Its item is in the line, as far as this worker knows. */
  readonly isInLine: boolean;
  /** It has its place, and the rate lets it begin then. */
  readonly laterAtMs?: number;
}

export class PlaceWaits {
  readonly #live: LiveRun;
  /** In a line, or with a place for later. */
  readonly asked = new Map<CommandId, StepWait>();
  /** By pool. */
  readonly #rest = new Map<string, Map<CommandId, StepWait>>();

  constructor(live: LiveRun) {
    this.#live = live;
  }

  /** Behind those that wait already, unless it is in the line, or has its place for later. */
  add(id: CommandId, wait: StepWait): void {
    if (wait.isInLine || wait.laterAtMs !== undefined) this.asked.set(id, wait);
    else this.#restOf(wait.pool.name).set(id, wait);
  }

  /** In place of what was known of it. */
  put(id: CommandId, wait: StepWait): void {
    this.delete(id, wait.pool.name);
    this.add(id, wait);
  }

  delete(id: CommandId, pool: string): void {
    this.asked.delete(id);
    this.#rest.get(pool)?.delete(id);
  }

  clear(): void {
    this.asked.clear();
    this.#rest.clear();
  }

  get size(): number {
    return this.asked.size + [...this.#rest.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Those in which some wait. */
  pools(): Pool[] {
    const pools = new Map<string, Pool>();
    for (const { pool } of this.asked.values()) pools.set(pool.name, pool);
    for (const rest of this.#rest.values()) for (const { pool } of firstOf(rest)) pools.set(pool.name, pool);
    return [...pools.values()];
  }

  hasMore(pool: string): boolean {
    return (this.#rest.get(pool)?.size ?? 0) > 0;
  }

  /** Those of a pool that were asked for; and, if they are fewer, so many with those that come after them. */
  first(pool: string, limit: number): [CommandId, StepWait][] {
    const found = [...this.asked].filter(([, wait]) => wait.pool.name === pool);
    for (const [id, wait] of this.#rest.get(pool) ?? []) {
      if (found.length >= limit) break;
      if (this.#live.pending.has(id)) found.push([id, wait]);
      else this.#rest.get(pool)?.delete(id); // the code has given it up
    }
    return found;
  }

  /** Those that were asked for, and that the code has given up. They are forgotten here. */
  takeWithdrawn(): StepWait[] {
    const withdrawn = [...this.asked].filter(([id]) => !this.#live.pending.has(id));
    for (const [id] of withdrawn) this.asked.delete(id);
    return withdrawn.map(([, wait]) => wait);
  }

  #restOf(pool: string): Map<CommandId, StepWait> {
    const rest = this.#rest.get(pool) ?? new Map<CommandId, StepWait>();
    this.#rest.set(pool, rest);
    return rest;
  }
}

function firstOf(rest: ReadonlyMap<CommandId, StepWait>): StepWait[] {
  for (const wait of rest.values()) return [wait];
  return [];
}

/** When one of them is to be looked at by itself: never, for those that are woken when a place is theirs. */
export function nextPlaceAtMs({ asked }: PlaceWaits): number {
  let atMs = Infinity;
  for (const { laterAtMs = Infinity } of asked.values()) atMs = Math.min(atMs, laterAtMs);
  return atMs;
}

/** For the run item: those that are in a line. */
export function toStoredWaits({ asked }: PlaceWaits): readonly PlaceWait[] {
  return [...asked.values()]
    .filter(({ isInLine }) => isInLine)
    .map(({ pool, waiter: { runId: _runId, ...waiter } }) => ({ pool: pool.name, waiter }));
}
