/**
 * What is decided about a pool, from its item and its line: which attempt is given a place, and until when none can be. Plain
 * functions from state to state; a worker that has read the item calls them, and writes what comes out if nothing wrote it
 * meanwhile.
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts, test/engine/pools/lost-places.test.ts
 */
import { least } from '../../core/least.ts';
import { limitsKeys, POOL_PLACES_LIMIT, type PoolRule } from '../../core/pool-rule.ts';
import { isOwnedBy, type Place, type PlaceOwner, type PoolState, ruleOf, type Waiter } from '../../ports/pool.ts';
import { currentStarts, nextStartAtMs, withoutStart, withStart } from './starts.ts';

/** A clock that is behind others by less than this goes by the pool's time, so that a rate holds whichever worker asks. */
const BELIEVED_AHEAD_MS = 60_000;
/** Keys of which it is known how many have begun. Where there are more, others wait until one of them is forgotten. */
const KEYS_LIMIT = 1_000;

/** `now`: there is room. A time: the rate has room then. `full`: when a place is given back, or the pool is resumed. */
export type Room = 'now' | 'full' | number;

/** What keeps all out, whatever their key. */
export function roomInAll(state: PoolState, nowMs: number): Room {
  const { concurrency, rate } = ruleOf(state);
  if (state.pausedAtMs !== undefined) return 'full';
  if (state.places.length >= Math.min(concurrency ?? POOL_PLACES_LIMIT, POOL_PLACES_LIMIT)) return 'full';
  return rate === undefined ? 'now' : orNow(nextStartAtMs(state.starts ?? [], rate, nowMs), nowMs);
}

export function roomFor(state: PoolState, key: string | undefined, nowMs: number): Room {
  const room = roomInAll(state, nowMs);
  if (key === undefined || room === 'full') return room;
  const { concurrencyPerKey, ratePerKey } = ruleOf(state);
  if (concurrencyPerKey !== undefined) {
    const has = state.places.filter((place) => place.key === key).length;
    if (has >= concurrencyPerKey) return 'full';
  }
  if (ratePerKey === undefined) return room;
  const byKey = state.startsByKey ?? {};
  const own = byKey[key];
  if (own === undefined && Object.keys(byKey).length >= KEYS_LIMIT) {
    return later(room, least(Object.values(byKey).map((starts) => lastOf(starts) + ratePerKey.perMs)) ?? 'now');
  }
  return later(room, orNow(nextStartAtMs(own ?? [], ratePerKey, nowMs), nowMs));
}

function orNow(atMs: number, nowMs: number): Room {
  return atMs <= nowMs ? 'now' : atMs;
}

function later(a: Room, b: Room): Room {
  if (a === 'full' || b === 'full') return 'full';
  return a === 'now' ? b : b === 'now' ? a : Math.max(a, b);
}

function lastOf(starts: readonly (readonly [number, number])[]): number {
  return starts.at(-1)?.[0] ?? 0;
}

/** The time by which a pool decides, from a clock that may differ from others. */
export function timeOf({ atMs }: PoolState, nowMs: number): number {
  return atMs - nowMs > BELIEVED_AHEAD_MS ? nowMs : Math.max(atMs, nowMs);
}

/** With the limits of the code that asks, and without what counts no more. */
export function refresh(state: PoolState, code: PoolRule | undefined, nowMs: number): PoolState {
  const { starts = [], startsByKey = {}, ...rest } = code === undefined ? state : { ...state, code };
  const { rate, ratePerKey } = ruleOf(rest);
  const current = rate === undefined ? [] : currentStarts(starts, rate, nowMs);
  const byKey =
    ratePerKey === undefined
      ? []
      : Object.entries(startsByKey)
          .map(([key, of]) => [key, currentStarts(of, ratePerKey, nowMs)] as const)
          .filter(([, of]) => of.length > 0);
  return {
    ...rest,
    ...(current.length === 0 ? {} : { starts: current }),
    ...(byKey.length === 0 ? {} : { startsByKey: Object.fromEntries(byKey) }),
  };
}

export function placeOf({ places }: PoolState, owner: PlaceOwner): Place | undefined {
  return places.find(isOwnedBy(owner));
}

export function withoutPlaces(state: PoolState, owners: readonly PlaceOwner[]): PoolState {
  if (owners.length === 0) return state;
  const places = state.places.filter((place) => !owners.some(isOwnedBy(place)));
  return places.length === state.places.length ? state : { ...state, places };
}

/** With a place for one for whom there is room. It counts in the rates from now on. */
function withPlace(state: PoolState, place: Place, nowMs: number): PoolState {
  return { ...counted(state, place.key, nowMs), atMs: nowMs, places: [...state.places, place] };
}

/** What taking a place gives: the state with it, or the time before which the rate does not let it begin. */
export type Taking =
  { readonly kind: 'taken'; readonly state: PoolState } | { readonly kind: 'later'; readonly atMs: number };

/**
 * A place that was given, or that a lost worker had, is taken. Of one that was given the start is counted anew: its run
 * had to be woken, which takes a while, and those who were given theirs at different times must not begin together. The
 * attempt of a lost worker may have begun: so it counts still, and the one that is made in its place counts too.
 */
export function take(
  state: PoolState,
  place: Place,
  by: { readonly epoch: number; readonly checkAtMs: number; readonly nowMs: number },
): Taking {
  const { nowMs, ...taken } = by;
  const places = state.places.map((one) => (one === place ? { ...place, ...taken } : one));
  if (place.epoch === by.epoch) return { kind: 'taken', state: { ...state, places } };
  const without = place.epoch === undefined ? uncounted(state, place) : state;
  const atMs = startsAtMs(without, place.key, nowMs);
  if (atMs > nowMs) return { kind: 'later', atMs };
  return { kind: 'taken', state: { ...counted(without, place.key, nowMs), atMs: nowMs, places } };
}

function startsAtMs(
  { starts = [], startsByKey = {}, ...state }: PoolState,
  key: string | undefined,
  nowMs: number,
): number {
  const { rate, ratePerKey } = ruleOf(state);
  const inAllMs = rate === undefined ? nowMs : nextStartAtMs(starts, rate, nowMs);
  if (key === undefined || ratePerKey === undefined) return inAllMs;
  return Math.max(inAllMs, nextStartAtMs(startsByKey[key] ?? [], ratePerKey, nowMs));
}

function uncounted(state: PoolState, { key, sinceMs }: Place): PoolState {
  const { rate, ratePerKey } = ruleOf(state);
  const { starts = [], startsByKey = {} } = state;
  return {
    ...state,
    ...(rate === undefined ? {} : { starts: withoutStart(starts, rate, sinceMs) }),
    ...(key === undefined || ratePerKey === undefined
      ? {}
      : { startsByKey: { ...startsByKey, [key]: withoutStart(startsByKey[key] ?? [], ratePerKey, sinceMs) } }),
  };
}

function counted(state: PoolState, key: string | undefined, nowMs: number): PoolState {
  const { rate, ratePerKey } = ruleOf(state);
  const { starts = [], startsByKey = {} } = state;
  const ofKey =
    key === undefined || ratePerKey === undefined ? undefined : withStart(startsByKey[key] ?? [], ratePerKey, nowMs);
  return {
    ...state,
    ...(rate === undefined ? {} : { starts: withStart(starts, rate, nowMs) }),
    ...(ofKey === undefined || key === undefined ? {} : { startsByKey: { ...startsByKey, [key]: ofKey } }),
  };
}

export interface Served {
  readonly state: PoolState;
  /** Those who were given a place, and those who had one already: they leave the line. */
  readonly left: readonly Waiter[];
  readonly given: readonly Waiter[];
  /** Those for whom there is no room yet. */
  readonly rest: readonly Waiter[];
  /** When the rate has room for the first of them; undefined: they do not wait for that. */
  readonly nextAtMs: number | undefined;
}

/** Gives places to those who wait, in their order. One whose key has no room does not keep others back. */
export function serve(
  state: PoolState,
  line: readonly Waiter[],
  { nowMs, toPlace }: { readonly nowMs: number; readonly toPlace: (waiter: Waiter) => Place },
): Served {
  let next = state;
  const given: Waiter[] = [];
  const left: Waiter[] = [];
  const rest: Waiter[] = [];
  let nextAtMs: number | undefined;
  const keysMatter = limitsKeys(ruleOf(state));
  for (const [index, waiter] of line.entries()) {
    if (placeOf(next, waiter) !== undefined) {
      left.push(waiter);
      continue;
    }
    const room = roomFor(next, waiter.key, nowMs);
    if (room === 'now') {
      next = { ...withPlace(next, toPlace(waiter), nowMs), turn: Math.max(next.turn, waiter.turn) };
      given.push(waiter);
      left.push(waiter);
      continue;
    }
    rest.push(waiter);
    if (typeof room === 'number') nextAtMs = Math.min(nextAtMs ?? Infinity, room);
    if (!keysMatter || roomInAll(next, nowMs) !== 'now') {
      for (const after of line.slice(index + 1)) rest.push(after);
      break;
    }
  }
  return { state: next, given, left, rest, nextAtMs };
}
