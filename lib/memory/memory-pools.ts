/** Pools, and those who wait in them: operation 36 to operation 40 in memory. */
import {
  type ChangePool,
  type ChangePoolResult,
  type JoinLine,
  lineOrder,
  type PoolItem,
  type ReadLine,
  type Waiter,
} from '../ports/pool.ts';
import type { PoolStore } from '../ports/pool-store.ts';

interface StoredPool {
  pool: PoolItem;
  nonce: string;
}

export class MemoryPools implements Omit<PoolStore, 'makeRunDue'> {
  readonly #pools = new Map<string, StoredPool>();
  /** By pool, then by order. */
  readonly #lines = new Map<string, Map<string, Waiter>>();

  async *listPools(): AsyncGenerator<readonly string[]> {
    yield [...this.#pools.keys()].sort();
  }

  async readPool(name: string): Promise<PoolItem | undefined> {
    return this.#read(name);
  }

  async changePool(name: string, { version, state, nonce, joinCount }: ChangePool): Promise<ChangePoolResult> {
    const there = this.#pools.get(name);
    const isAsSeen =
      (there?.pool.version ?? 0) === version && (joinCount === undefined || (there?.pool.joinCount ?? 0) === joinCount);
    if (!isAsSeen) {
      const isOwn = there?.pool.version === version + 1 && there.nonce === nonce;
      if (there !== undefined && isOwn) return { kind: 'done', pool: structuredClone(there.pool) };
      return { kind: 'changed', pool: this.#read(name) };
    }
    const { joinCount: arrived = 0, turns = {} } = there?.pool ?? {};
    const pool = structuredClone({ version: version + 1, joinCount: arrived, turns, state });
    this.#pools.set(name, { pool, nonce });
    return { kind: 'done', pool: structuredClone(pool) };
  }

  async joinLine(name: string, { waiter, next }: JoinLine): Promise<PoolItem> {
    const stored = this.#pools.get(name);
    if (stored === undefined) throw new Error(`no worker has made pool "${name}"`);
    const line = this.#lines.get(name) ?? new Map<string, Waiter>();
    this.#lines.set(name, line.set(lineOrder(waiter), structuredClone(waiter)));
    const { pool } = stored;
    const turns = next === undefined ? pool.turns : { ...pool.turns, [next.group]: next.turn };
    stored.pool = { ...pool, joinCount: pool.joinCount + 1, turns };
    return structuredClone(stored.pool);
  }

  async readLine(name: string, { limit, after = '' }: ReadLine): Promise<Waiter[]> {
    const orders = [...(this.#lines.get(name) ?? [])].filter(([order]) => order > after);
    orders.sort(([a], [b]) => (a < b ? -1 : 1));
    return structuredClone(orders.slice(0, limit).map(([, waiter]) => waiter));
  }

  async leaveLine(name: string, orders: readonly string[]): Promise<void> {
    for (const order of orders) this.#lines.get(name)?.delete(order);
  }

  #read(name: string): PoolItem | undefined {
    return structuredClone(this.#pools.get(name)?.pool);
  }
}
