/**
 * Pools keep their limits, by the oracle's own count. A body begins with a place that the lease of its worker has taken, and
 * the place stays while that body is alive: until it ends, is told to stop, or its worker's lease is over. No stretch of a
 * rate's time has more starts than the rate allows, and each body has a start of its own. Nobody goes before one who was in
 * the line and goes first.
 */
import { poolIn } from '../../../lib/engine/pools/pool-of-run.ts';
import { limitsKeys, type RateRule } from '../../../lib/core/pool-rule.ts';
import {
  isOwnedBy,
  type Place,
  type PlaceOwner,
  type PoolState,
  ruleOf,
  type Waiter,
} from '../../../lib/ports/pool.ts';
import type { BegunBody } from '../world/body-book.ts';
import { type PoolLedger, type Start, startsIn, stateAfter } from './pool-book.ts';
import type { TableCall } from './run-ledger.ts';
import type { Rule, Seen, Violate } from './rule.ts';

export const poolRule: Rule = {
  name: 'pools keep their limits',
  onCall(call, _run, violate, seen) {
    if (call.operation !== 'changePool') return;
    const pool = seen.table.ledger.pools.of(call.args[0] as string);
    const state = stateAfter(call, pool);
    if (state === undefined) return;
    const given = state.places.filter((place) => !pool.state.places.some(isOwnedBy(place)));
    // Who starts a run may take its first turn, as workers do.
    if (seen.callers.toldOf(call.by)?.action.do === 'pool') checkCaller(call, state, pool, violate);
    else {
      if (JSON.stringify([state.set, state.pausedAtMs]) !== JSON.stringify([pool.state.set, pool.state.pausedAtMs]))
        violate(`${call.by} is a worker, and has changed what callers have set`);
      checkRoom(given, state, violate);
      checkOrder(call, given, { state, pool, violate });
      checkStarts(call, { state, pool, violate, seen });
    }
    for (const place of pool.state.places) {
      if (state.places.some(isOwnedBy(place))) continue;
      const body = seen.bodies.ofRun(place.runId).find((one) => isOf(one, place) && isAlive(one, seen));
      if (body !== undefined) violate(`${call.by} freed the place of "${body.name}" while its body ran in ${body.by}`);
    }
  },
  onBody(body, run, violate, seen) {
    if (body.pool === undefined) return;
    const pool = seen.table.ledger.pools.of(body.pool);
    const owner = { runId: body.runId, step: stepOf(body) };
    const { places } = pool.state;
    if (hasRunPlace(body, seen)) {
      if (!places.some(isOwnedBy({ runId: body.runId, step: 0 })) && isAlive(body, seen))
        violate(`"${body.name}" began in ${body.by}, and its run has no place in ${body.pool}`);
      return;
    }
    const epoch = run.epochOf.get(body.by);
    if (isAlive(body, seen) && places.find(isOwnedBy(owner))?.epoch !== epoch) {
      violate(`"${body.name}" began in ${body.by} without a place of its lease in ${body.pool}`);
    }
    const began = seen.bodies.ofPool(body.pool).filter((one) => isOf(one, owner)).length;
    const starts = pool.starts.filter(isOwnedBy(owner)).length;
    // Where clocks are wrong, the pool's time may stand still: two starts are then not told apart.
    if (began > starts && clocksAreRight(seen))
      violate(`"${body.name}" began ${began} times, and ${starts} of them were counted`);
    const alive = seen.bodies.ofPool(body.pool).filter((one) => isAlive(one, seen) && !hasRunPlace(one, seen));
    if (alive.length > pool.mostAtOnce) violate(`${alive.length} bodies run at once, of ${pool.mostAtOnce}`);
    const keyOf = (one: BegunBody): string | undefined =>
      places.find(isOwnedBy({ runId: one.runId, step: stepOf(one) }))?.key;
    const ofKey = alive.filter((one) => keyOf(one) !== undefined && keyOf(one) === keyOf(body));
    if (ofKey.length > pool.mostPerKey) violate(`${ofKey.length} bodies of one key run at once, of ${pool.mostPerKey}`);
  },
};

interface Change {
  readonly state: PoolState;
  readonly pool: PoolLedger;
  readonly violate: Violate;
}

function checkCaller({ by }: TableCall, state: PoolState, { state: before }: PoolLedger, violate: Violate): void {
  const rest = ({ set: _set, pausedAtMs: _pausedAtMs, ...others }: PoolState): string => JSON.stringify(others);
  if (rest(state) !== rest(before)) violate(`${by} is a caller, and has changed ${rest(before)} to ${rest(state)}`);
}

function checkRoom(given: readonly Place[], state: PoolState, violate: Violate): void {
  if (given.length === 0) return;
  const { concurrency = Infinity, concurrencyPerKey = Infinity } = ruleOf(state);
  if (state.pausedAtMs !== undefined) violate('a pool that is paused has given a place');
  if (state.places.length > concurrency) violate(`${state.places.length} places were given, of ${concurrency}`);
  for (const { key } of given) {
    const count = state.places.filter((place) => place.key === key).length;
    if (key !== undefined && count > concurrencyPerKey) violate(`key ${key} has ${count} places`);
  }
}

/** A pool that limits keys goes past those for whom there is no room. */
function checkOrder({ by }: TableCall, given: readonly Place[], { state, pool, violate }: Change): void {
  if (limitsKeys(ruleOf(state))) return;
  const waits = (waiter: Waiter): boolean => !state.places.some(isOwnedBy(waiter));
  const read = pool.read.get(by) ?? [];
  // One may be there twice, if its worker has lost its memory.
  const firsts = read.filter((waiter, index) => read.findIndex(isOwnedBy(waiter)) === index);
  const last = firsts
    .filter((waiter) => given.some(isOwnedBy(waiter)))
    .sort(inOrder)
    .at(-1);
  const passed = read.find((waiter) => last !== undefined && waits(waiter) && inOrder(waiter, last) < 0);
  if (passed !== undefined) violate(`${by} passed over step #${passed.step} of ${passed.runId}, who goes first`);
  const past = given.find((place) => !read.some(isOwnedBy(place)));
  const [first] = [...pool.line.values()].filter(waits);
  if (past !== undefined && first !== undefined)
    violate(`${past.runId} went past the line, in which ${first.runId} waits`);
}

/** Below 0: a goes before b. */
function inOrder(a: Waiter, b: Waiter): number {
  return b.priority - a.priority || a.turn - b.turn || a.sinceMs - b.sinceMs;
}

function checkStarts({ by, atMs }: TableCall, { state, pool, violate, seen }: Change & { readonly seen: Seen }): void {
  if (!clocksAreRight(seen)) return;
  const { rate, ratePerKey } = ruleOf(state);
  for (const start of startsIn(state, pool)) {
    if (start.atMs > atMs || start.atMs < pool.state.atMs)
      violate(`${by} counts a start at ${start.atMs}, and it is ${atMs}, after ${pool.state.atMs}`);
    if (rate !== undefined) checkRate(pool.inAll, start, { rate, violate });
    const ofKey = pool.ofKeys.filter(({ key }) => key === start.key);
    if (ratePerKey !== undefined && start.key !== undefined) checkRate(ofKey, start, { rate: ratePerKey, violate });
  }
}

function checkRate(
  before: readonly Start[],
  { atMs }: Start,
  { rate, violate }: { readonly rate: RateRule; readonly violate: Violate },
): void {
  const count = before.filter((start) => start.atMs > atMs - rate.perMs).length + 1;
  if (count > rate.limit) violate(`${count} have begun within ${rate.perMs} ms, of ${rate.limit}`);
}

/** Its run has one from its begin to its end, as its journal says: its steps need no other one. */
function hasRunPlace({ runId, pool }: BegunBody, { table }: Seen): boolean {
  return poolIn(table.ledger.of(runId).entries) === pool;
}

/** It runs, and its worker has the lease that it began with. Where clocks are wrong, others may think that it is over. */
function isAlive(body: BegunBody, seen: Seen): boolean {
  const { bodies, fleet, table, nowMs, callers } = seen;
  const isThere = callers.toldOf(body.by) === undefined ? fleet.isAlive(body.by) : !callers.isDead(body.by);
  if (body.end !== undefined || bodies.isAborted(body) || !isThere || !clocksAreRight(seen)) return false;
  const { item, epochOf } = table.ledger.of(body.runId);
  return item?.lease !== undefined && item.lease.expiresAtMs > nowMs && item.epoch === epochOf.get(body.by);
}

function isOf(body: BegunBody, { runId, step }: PlaceOwner): boolean {
  return body.runId === runId && stepOf(body) === step;
}

function stepOf({ stepId }: BegunBody): number {
  return Number(stepId.slice(stepId.lastIndexOf('#') + 1));
}

function clocksAreRight({ plan: { weather } }: Seen): boolean {
  return weather.clockErrorMs === 0 && !weather.incidents.some(({ kind }) => kind === 'clocks-jump');
}
