/**
 * What one visit to a pool is to write, from the pool's item as it was read, the runs of places that were not looked at for
 * long, and the line. It reads, and writes nothing.
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts, test/engine/pools/pool-crashes.test.ts
 */
import { limitsKeys } from '../../core/pool-rule.ts';
import {
  isOwnedBy,
  lineOrder,
  NO_POOL_STATE,
  type Place,
  type PlaceOwner,
  type PoolItem,
  type PoolState,
  ruleOf,
  type Waiter,
} from '../../ports/pool.ts';
import type { Engine } from '../settings.ts';
import { checkPlaces } from './check-places.ts';
import { placeOf, refresh, roomInAll, serve, type Served, take, timeOf, withoutPlaces } from './pool-state.ts';
import { RUN_CHECK_MS, type Visit } from './visit.ts';

export interface Plan {
  readonly state: PoolState;
  /**
   * It is to be written. Also where some leave the line and nothing else changes: they may do so only if the pool is still
   * as it was read, with their places in it. One whose place was given back meanwhile waits for its next attempt.
   */
  readonly isChanged: boolean;
  /** The line was taken for empty: it has to be so still. */
  readonly takesPastLine: boolean;
  readonly taken: readonly number[];
  readonly laterAtMs: ReadonlyMap<number, number>;
  /** Those of the asks that are in the line and have no place, by step. */
  readonly found: ReadonlyMap<number, Waiter>;
  /** All of the line was looked at, or it was known to be empty. */
  readonly isLineRead: boolean;
  /** They leave the line. */
  readonly left: readonly Waiter[];
  /** They lose places that they have not come for. Before that their runs are made due: they ask again. */
  readonly passedOver: readonly PlaceOwner[];
  /** Their runs are to be made due. */
  readonly given: readonly PlaceOwner[];
  readonly wakeAtMs: number | undefined;
}

/** A place that was given is kept so long for a run that does not come. */
const COMES_WITHIN_MS = 60_000;
const LINE_PAGE = 100;
/** A look at the line goes through so many at most: keys that have room further back wait for those before them. */
const LINE_LOOK = 1_000;

/** `wanted`: those of the visit's asks that have no place yet. */
export async function planVisit(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  pool: PoolItem | undefined,
  visit: Visit & { readonly name: string; readonly wanted: readonly Waiter[] },
): Promise<Plan> {
  const { code, gives = [], wakesAgain = false, wanted, name } = visit;
  const clockMs = clock.nowMs();
  const before = pool?.state ?? NO_POOL_STATE;
  const nowMs = timeOf(before, clockMs);
  const plan = new Planning(visit, refresh(before, code, nowMs), { nowMs, clockMs });
  const mayWait = pool !== undefined && pool.joinCount !== before.cleared;
  plan.giveBack(gives);
  if (mayWait || wanted.length > 0 || wakesAgain) {
    const checked = await checkPlaces({ store }, plan.state, { nowMs: clockMs, spares: wanted });
    plan.state = checked.state;
    plan.passedOver = checked.passedOver;
  }
  plan.takeGiven();
  if (mayWait) {
    const { isEmpty } = await plan.serveLine((after) => {
      return store.readLine(name, { limit: LINE_PAGE, ...(after === undefined ? {} : { after }) });
    });
    if (isEmpty) plan.state = { ...plan.state, cleared: pool.joinCount };
  }
  const isLineEmpty = !mayWait || plan.state.cleared === pool.joinCount;
  const takenBefore = plan.taken.length;
  if (isLineEmpty) plan.serveOwn();
  const wakeAtMs = plan.wakeAtMs();
  return {
    state: plan.state,
    isChanged: plan.left.length > 0 || JSON.stringify(plan.state) !== JSON.stringify(refresh(before, undefined, nowMs)),
    takesPastLine: plan.taken.length > takenBefore,
    taken: plan.taken,
    laterAtMs: plan.laterAtMs,
    found: plan.found,
    isLineRead: plan.isLineRead,
    left: plan.left,
    passedOver: plan.passedOver,
    given: wakesAgain ? plan.notTaken() : plan.others,
    wakeAtMs,
  };
}

interface Times {
  /** By which the pool decides, and of this clock, by which leases are over. */
  readonly nowMs: number;
  readonly clockMs: number;
}

class Planning {
  state: PoolState;
  passedOver: readonly PlaceOwner[] = [];
  readonly taken: number[] = [];
  readonly laterAtMs = new Map<number, number>();
  isLineRead = true;
  readonly found = new Map<number, Waiter>();
  readonly left: Waiter[] = [];
  /** Places that were given to others than the one that asks. */
  readonly others: Waiter[] = [];
  readonly #visit: Visit & { readonly wanted: readonly Waiter[] };
  readonly #times: Times;
  #nextAtMs: number | undefined;

  constructor(visit: Visit & { readonly wanted: readonly Waiter[] }, state: PoolState, times: Times) {
    this.#visit = visit;
    this.state = state;
    this.#times = times;
  }

  giveBack(gives: NonNullable<Visit['gives']>): void {
    // A later worker of the run may have taken the place meanwhile.
    const ended = gives.filter((give) => (placeOf(this.state, give)?.epoch ?? 0) <= give.epoch);
    this.state = withoutPlaces(this.state, ended);
  }

  /** Those of the places that the one that asks was given, or that a worker of its run had before. */
  takeGiven(): void {
    for (const waiter of this.#visit.wanted) {
      const place = placeOf(this.state, waiter);
      if (place === undefined) continue;
      const taking = take(this.state, place, { ...this.#takenBy(waiter), nowMs: this.#times.nowMs });
      if (taking.kind === 'later') this.laterAtMs.set(waiter.step, taking.atMs);
      else {
        this.state = taking.state;
        this.taken.push(waiter.step);
      }
    }
  }

  async serveLine(read: (after: string | undefined) => Promise<readonly Waiter[]>): Promise<{ isEmpty: boolean }> {
    let after: string | undefined;
    let waits = false;
    for (let looked = 0; looked < LINE_LOOK; looked += LINE_PAGE) {
      const line = await read(after);
      const { rest, left } = this.#serve(line);
      this.#leave(left);
      this.#find(rest);
      waits ||= rest.length > 0;
      const last = line.at(-1);
      if (line.length < LINE_PAGE || last === undefined) return { isEmpty: !waits };
      const goesOn = rest.length === 0 || limitsKeys(ruleOf(this.state));
      if (!goesOn || roomInAll(this.state, this.#times.nowMs) !== 'now') break;
      after = lineOrder(last);
    }
    this.isLineRead = false;
    return { isEmpty: false };
  }

  /** Nothing waits before the one that asks. */
  serveOwn(): void {
    const unserved = this.#visit.wanted.filter(({ step }) => !this.taken.includes(step) && !this.laterAtMs.has(step));
    const { left } = this.#serve(unserved.sort((a, b) => (lineOrder(a) < lineOrder(b) ? -1 : 1)));
    const { asks = [] } = this.#visit;
    // The line is empty, as far as anybody knows; one that was in it may be there still.
    this.#leave(left.filter((waiter) => asks.some((ask) => ask.wasInLine && ask.waiter === waiter)));
  }

  /** When the pool is to be looked at again, if no wake was sent for it yet. */
  wakeAtMs(): number | undefined {
    const nextAtMs = this.#nextAtMs;
    const { wakeAtMs = 0 } = this.state;
    if (nextAtMs === undefined || (wakeAtMs > this.#times.nowMs && wakeAtMs <= nextAtMs)) return undefined;
    this.state = { ...this.state, wakeAtMs: nextAtMs };
    return nextAtMs;
  }

  notTaken(): PlaceOwner[] {
    return this.state.places.filter(({ epoch }) => epoch === undefined);
  }

  #leave(waiters: readonly Waiter[]): void {
    for (const waiter of waiters) this.left.push(waiter);
  }

  #serve(line: readonly Waiter[]): Served {
    const served = serve(this.state, line, {
      nowMs: this.#times.nowMs,
      toPlace: (waiter) => this.#toPlace(waiter),
    });
    this.state = served.state;
    for (const waiter of served.given) {
      if (this.#isWanted(waiter)) this.taken.push(waiter.step);
      else this.others.push(waiter);
    }
    if (served.nextAtMs !== undefined) this.#nextAtMs = Math.min(this.#nextAtMs ?? Infinity, served.nextAtMs);
    return served;
  }

  /** One may be there twice, if a worker of its run was lost after it had joined: then it stays once. */
  #find(rest: readonly Waiter[]): void {
    for (const waiter of rest) {
      const own = this.#visit.wanted.find(isOwnedBy(waiter));
      if (own === undefined) continue;
      // One of an attempt before is about to be deleted by the worker that has served it.
      if (this.found.has(waiter.step) || waiter.sinceMs < own.sinceMs) this.left.push(waiter);
      else this.found.set(waiter.step, waiter);
    }
  }

  #toPlace(waiter: Waiter): Place {
    const { runId, step, key } = waiter;
    const { nowMs, clockMs } = this.#times;
    const place = { runId, step, ...(key === undefined ? {} : { key }), sinceMs: nowMs };
    if (this.#isWanted(waiter)) return { ...place, ...this.#takenBy(waiter) };
    return { ...place, checkAtMs: clockMs + COMES_WITHIN_MS };
  }

  #takenBy({ step }: Waiter): { readonly epoch: number; readonly checkAtMs: number } {
    const { epoch = 0, expiresAtMs = 0 } = this.#visit.lease ?? {};
    return { epoch, checkAtMs: step === 0 ? this.#times.clockMs + RUN_CHECK_MS : expiresAtMs };
  }

  #isWanted(waiter: Waiter): boolean {
    return this.#visit.wanted.some(isOwnedBy(waiter));
  }
}
