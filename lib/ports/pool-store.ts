/** The part of the port to the table that is about pools. Each method is one request, or two; see store.ts. */
import type { ChangePool, ChangePoolResult, JoinLine, PoolItem, ReadLine, MakeDueResult, Waiter } from './pool.ts';

export interface PoolStore {
  /** Operation 36. Consistent. */
  readPool(name: string): Promise<PoolItem | undefined>;

  /** Operation 36. The names of all pools that were ever asked for a place, in alphabetical order, page by page. */
  listPools(): AsyncIterable<readonly string[]>;

  /** Operation 37. Condition PoolIsAsSeen. Repeated with the same nonce, it is done. */
  changePool(name: string, change: ChangePool): Promise<ChangePoolResult>;

  /** Operation 38. Puts the waiter, then counts its arrival; gives the pool as it is then, which there must be. Repeated, it is one waiter. */
  joinLine(name: string, join: JoinLine): Promise<PoolItem>;

  /** Operation 39. Consistent; in the order of the line. */
  readLine(name: string, read: ReadLine): Promise<Waiter[]>;

  /** Operation 40. By their `lineOrder`. */
  leaveLine(name: string, orders: readonly string[]): Promise<void>;

  /** Operation 41. Condition RunIsOpen. One update: wakes += 1, dueAtMs = 0. */
  makeRunDue(runId: string): Promise<MakeDueResult>;
}
