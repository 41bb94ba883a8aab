/** Pools have ids, times and counts, and the keys of those that wait: what the table has to sort and count by is in clear. */
import type {
  ChangePool,
  ChangePoolResult,
  JoinLine,
  MakeDueResult,
  PoolItem,
  ReadLine,
  Waiter,
} from '../ports/pool.ts';
import type { PoolStore } from '../ports/pool-store.ts';

export class PoolsInClear implements PoolStore {
  readonly #under: PoolStore;

  constructor(under: PoolStore) {
    this.#under = under;
  }

  readPool(name: string): Promise<PoolItem | undefined> {
    return this.#under.readPool(name);
  }

  listPools(): AsyncIterable<readonly string[]> {
    return this.#under.listPools();
  }

  changePool(name: string, change: ChangePool): Promise<ChangePoolResult> {
    return this.#under.changePool(name, change);
  }

  joinLine(name: string, join: JoinLine): Promise<PoolItem> {
    return this.#under.joinLine(name, join);
  }

  readLine(name: string, read: ReadLine): Promise<Waiter[]> {
    return this.#under.readLine(name, read);
  }

  leaveLine(name: string, orders: readonly string[]): Promise<void> {
    return this.#under.leaveLine(name, orders);
  }

  makeRunDue(runId: string): Promise<MakeDueResult> {
    return this.#under.makeRunDue(runId);
  }
}
