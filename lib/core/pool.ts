/** A pool to its author: a name, and limits that all runs share. */
import type { Duration } from './duration.ts';
import type { PoolRule } from './pool-rule.ts';

/** So many begin in each stretch of that time at most, wherever it begins. */
export interface Rate {
  /** A whole number from 1 on. */
  limit: number;
  /** 1 ms to 31 days. */
  per: Duration;
}

/** What a pool limits. What is left out is not limited. */
export interface PoolLimits {
  /** So many at once, in all: a whole number from 1 to 1,000. */
  concurrency?: number;
  /** So many at once for each key: a whole number from 1 to 1,000. */
  concurrencyPerKey?: number;
  /** So many begin within a time, in all. */
  rate?: Rate;
  /** So many begin within a time for each key. */
  ratePerKey?: Rate;
}

/** Limits that the steps of all workflows share: see `pool`. */
export interface Pool {
  readonly name: string;
}

const RULE = Symbol.for('lull.pool-rule');

/** Keeps a pool's limits where the engine finds them. */
export function setPoolRule(pool: object, rule: PoolRule): void {
  Object.defineProperty(pool, RULE, { value: rule });
}

/** Says whether a value is what `pool()` gave. */
export function isPool(value: unknown): value is Pool {
  return typeof value === 'object' && value !== null && RULE in value;
}

/** The limits of a pool, as its code has them. */
export function poolRule(pool: Pool): PoolRule {
  return (pool as unknown as { readonly [RULE]: PoolRule })[RULE];
}
