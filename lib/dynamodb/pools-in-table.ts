/** What a store on DynamoDB answers about pools. */
import type {
  ChangePool,
  ChangePoolResult,
  JoinLine,
  PoolItem,
  ReadLine,
  MakeDueResult,
  Waiter,
} from '../ports/pool.ts';
import type { PoolStore } from '../ports/pool-store.ts';
import { changeRun } from './conditional-write.ts';
import { changePool, joinLine, leaveLine, listPools, readLine, readPool, makeDueChange } from './pool-items.ts';
import type { Table } from './table.ts';

export class PoolsInTable implements PoolStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async readPool(name: string): Promise<PoolItem | undefined> {
    return readPool(this.#table, name);
  }

  listPools(): AsyncGenerator<readonly string[]> {
    return listPools(this.#table);
  }

  async changePool(name: string, change: ChangePool): Promise<ChangePoolResult> {
    return changePool(this.#table, name, change);
  }

  async joinLine(name: string, join: JoinLine): Promise<PoolItem> {
    return joinLine(this.#table, name, join);
  }

  async readLine(name: string, read: ReadLine): Promise<Waiter[]> {
    return readLine(this.#table, name, read);
  }

  async leaveLine(name: string, orders: readonly string[]): Promise<void> {
    return leaveLine(this.#table, name, orders);
  }

  async makeRunDue(runId: string): Promise<MakeDueResult> {
    return changeRun(this.#table, 'makeRunDue', runId, makeDueChange);
  }
}
