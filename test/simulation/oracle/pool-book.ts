/** What the table was seen to take in of pools: their items, those who wait, and when attempts have begun. */
import {
  type ChangePool,
  type ChangePoolResult,
  isOwnedBy,
  type JoinLine,
  lineOrder,
  NO_POOL_STATE,
  type Place,
  type PlaceOwner,
  type PoolState,
  type ReadLine,
  ruleOf,
  type Waiter,
} from '../../../lib/ports/pool.ts';
import type { PoolRule, RateRule } from '../../../lib/core/pool-rule.ts';
import type { TableCall } from './run-ledger.ts';

/** A worker has taken a place: an attempt may begin. */
export interface Start extends PlaceOwner {
  readonly key: string | undefined;
  /** As the pool's item has it. */
  readonly atMs: number;
}

export class PoolLedger {
  version = 0;
  state: PoolState = NO_POOL_STATE;
  /** Those who wait: whoever was given a place does not, though its item may be there still. */
  readonly line = new Map<string, Waiter>();
  /** Since its rate is what it is. */
  readonly inAll: Start[] = [];
  readonly ofKeys: Start[] = [];
  /** Of all rates. */
  readonly starts: Start[] = [];
  /** The most that was ever allowed at once, and for each key. */
  mostAtOnce = 0;
  mostPerKey = 0;
  /** What each process has read of the line, from its beginning on. */
  readonly read = new Map<string, readonly Waiter[]>();
}

export class PoolBook {
  readonly #pools = new Map<string, PoolLedger>();

  of(name: string): PoolLedger {
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      pool = new PoolLedger();
      this.#pools.set(name, pool);
    }
    return pool;
  }

  /** To be told after the rules have seen it. */
  enter(call: TableCall): void {
    const { operation, args, by } = call;
    const name = args[0] as string;
    switch (operation) {
      case 'readPool': // it looks anew, and perhaps not at the line
        this.of(name).read.delete(by);
        return;
      case 'readLine': {
        const { read } = this.of(name);
        const { after } = args[1] as ReadLine;
        read.set(by, [...(after === undefined ? [] : (read.get(by) ?? [])), ...(call.answer as readonly Waiter[])]);
        return;
      }
      case 'joinLine': {
        const { waiter } = args[1] as JoinLine;
        this.of(name).line.set(lineOrder(waiter), waiter);
        return;
      }
      case 'leaveLine':
        for (const order of args[1] as readonly string[]) this.of(name).line.delete(order);
        return;
      case 'changePool': {
        const pool = this.of(name);
        const state = stateAfter(call, pool);
        pool.read.delete(by);
        if (state === undefined) return;
        const [before, after] = [ruleOf(pool.state), ruleOf(state)];
        if (!isSameRate(before.rate, after.rate)) pool.inAll.splice(0);
        if (!isSameRate(before.ratePerKey, after.ratePerKey)) pool.ofKeys.splice(0);
        for (const start of startsIn(state, pool))
          for (const list of [pool.starts, pool.inAll, pool.ofKeys]) list.push(start);
        for (const [order, waiter] of pool.line) if (state.places.some(isOwnedBy(waiter))) pool.line.delete(order);
        pool.version += 1;
        pool.state = structuredClone(state);
        pool.mostAtOnce = Math.max(pool.mostAtOnce, mostOf(after));
        pool.mostPerKey = Math.max(pool.mostPerKey, after.concurrencyPerKey ?? Infinity);
        return;
      }
      default:
    }
  }
}

/** What the call has written; undefined: nothing, or again what it had written before. */
export function stateAfter({ args, answer }: TableCall, pool: PoolLedger): PoolState | undefined {
  const { version, state } = args[1] as ChangePool;
  return (answer as ChangePoolResult).kind === 'done' && version === pool.version ? state : undefined;
}

/** Of those places that a worker takes with that. */
export function startsIn(state: PoolState, pool: PoolLedger): Start[] {
  const isNew = (place: Place): boolean => {
    const before = pool.state.places.find(isOwnedBy(place));
    return place.epoch !== undefined && (before?.epoch !== place.epoch || before.sinceMs !== place.sinceMs);
  };
  return state.places.filter(isNew).map(({ runId, step, key }) => ({ runId, step, key, atMs: state.atMs }));
}

function isSameRate(a: RateRule | undefined, b: RateRule | undefined): boolean {
  return a?.limit === b?.limit && a?.perMs === b?.perMs;
}

function mostOf({ concurrency = Infinity }: PoolRule): number {
  return concurrency;
}
