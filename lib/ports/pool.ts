/**
 * A pool in the table: one item with its limits and its places, and an item for each attempt that waits for one.
 *
 * All that is decided about a pool is decided from its item, and written on the condition that nothing has written it since
 * it was read. So no limit is ever exceeded, however late a worker is. Attempts that wait have items of their own: each is
 * put first, and counted in `joinCount` then. The line is known to be empty when `joinCount` is what it was when a worker
 * found it empty.
 */
import { isPlainName } from '../core/check-name.ts';
import type { PoolRule } from '../core/pool-rule.ts';

/** What has a place, or waits for one: an attempt of a step, or, with step 0, a whole run. */
export interface PlaceOwner {
  readonly runId: string;
  readonly step: number;
}

export interface Place extends PlaceOwner {
  readonly key?: string;
  /** When it was given. */
  readonly sinceMs: number;
  /** The lease of the worker that has taken it. Absent: it was given to one who waited, and not taken yet. */
  readonly epoch?: number;
  /** When a worker that wants a place looks whether its owner is still there. */
  readonly checkAtMs: number;
}

/** How many have begun by then, and count until `perMs` after it; the oldest first. */
export type Starts = readonly (readonly [atMs: number, count: number])[];

/** What a pool's item has as one text. */
export interface PoolState {
  /** The limits that the code had which asked last. */
  readonly code: PoolRule;
  /** Those that were set in their place. */
  readonly set?: PoolRule;
  readonly pausedAtMs?: number;
  readonly places: readonly Place[];
  readonly starts?: Starts;
  readonly startsByKey?: Readonly<Record<string, Starts>>;
  /** The pool's own time: the latest that anybody had who gave a place. */
  readonly atMs: number;
  /** The turn of whom was given a place last, of those who waited: see `Waiter.turn`. */
  readonly turn: number;
  /** How many had arrived when the line was last found empty. */
  readonly cleared: number;
  /** When a worker looks again, because the rate lets the next one begin then. */
  readonly wakeAtMs?: number;
}

export interface PoolItem {
  /** Counts the writes of `state`. */
  readonly version: number;
  /** Counts those who have joined the line. */
  readonly joinCount: number;
  /** By group of keys: the turn that the next waiter of it has. */
  readonly turns: Readonly<Record<number, number>>;
  readonly state: PoolState;
}

/** One who waits. The line is in the order of priority (higher first), turn, time, run and step. */
export interface Waiter extends PlaceOwner {
  readonly key?: string;
  readonly priority: number;
  /**
   * Of those with a key: how many of its group wait before it, so that keys are served in turns. Else 0.
   */
  readonly turn: number;
  /** When the attempt could have begun. */
  readonly sinceMs: number;
}

/** Keys are put into so many groups by chance; those of one group share their turns. */
export const TURN_GROUPS = 32;

export interface ChangePool {
  /** As it was read; 0: there was none. */
  readonly version: number;
  readonly state: PoolState;
  /** Tells this write from others of the same version. */
  readonly nonce: string;
  /** Only if nothing has joined the line since: it was read as empty. Default: in any case. */
  readonly joinCount?: number;
}

export type ChangePoolResult =
  /** With the joinCount until now. */
  | { readonly kind: 'done'; readonly pool: PoolItem }
  | { readonly kind: 'changed'; readonly pool: PoolItem | undefined };

export interface JoinLine {
  readonly waiter: Waiter;
  /** The group of its key, and the turn of the next one in it. */
  readonly next?: { readonly group: number; readonly turn: number };
}

export interface ReadLine {
  readonly limit: number;
  /** Those behind this one, as `lineOrder` has it. Default: from the first on. */
  readonly after?: string;
}

/** `gone`: it has ended, or is not there. `away`: it is paused, and comes for its place after its resume. */
export type MakeDueResult = { readonly kind: 'due' | 'leased' | 'away' | 'gone' };

/** So that all of them sort as texts. */
const HIGHEST_PRIORITY = 1_000_000;

const PRIORITY_DIGITS = 7;
const TURN_DIGITS = 9;
const TIME_DIGITS = 15;
const STEP_DIGITS = 8;

/** Sorts as the line does. */
export function lineOrder({ priority, turn, sinceMs, runId, step }: Waiter): string {
  const rank = String(HIGHEST_PRIORITY - priority).padStart(PRIORITY_DIGITS, '0');
  const order = [rank, digits(turn, TURN_DIGITS), digits(sinceMs, TIME_DIGITS), digits(step, STEP_DIGITS)];
  return `${order.join('#')}#${runId}`;
}

function digits(number: number, count: number): string {
  return String(number).padStart(count, '0');
}

export function isOwnedBy(owner: PlaceOwner): (one: PlaceOwner) => boolean {
  return ({ runId, step }) => runId === owner.runId && step === owner.step;
}

/** What a wake names in place of a run, where a pool is to be looked at: no run has an id with a slash. */
const POOL_WAKE = 'pool/';

export function toPoolWake(name: string): string {
  return `${POOL_WAKE}${name}`;
}

/** The name of the pool; undefined: it is a run's wake. */
export function fromPoolWake(runId: string): string | undefined {
  return runId.startsWith(POOL_WAKE) ? runId.slice(POOL_WAKE.length) : undefined;
}

/** Whether it is what `toPoolWake` gives. */
export function isPoolWake(text: unknown): text is string {
  return typeof text === 'string' && isPlainName(fromPoolWake(text));
}

/** The limits that count. What is set counts in place of all that the code says. */
export function ruleOf({ code, set }: PoolState): PoolRule {
  return set ?? code;
}

export const NO_POOL_STATE: PoolState = { code: {}, places: [], atMs: 0, turn: 0, cleared: 0 };
