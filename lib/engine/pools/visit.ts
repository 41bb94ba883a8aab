/**
 * What a worker wants of a pool at one time.
 *
 * Tested by: test/engine/pools/pooled-steps.test.ts
 */
import type { PoolRule } from '../../core/pool-rule.ts';
import type { PlaceOwner, Waiter } from '../../ports/pool.ts';

export interface Visit {
  /** The limits that the code has; undefined: they stay. */
  readonly code?: PoolRule;
  /** Places to give back, if no later worker has them. */
  readonly gives?: readonly (PlaceOwner & { readonly epoch: number })[];
  /** One worker's, in the order in which it wants them. */
  readonly asks?: readonly Ask[];
  readonly lease?: { readonly epoch: number; readonly expiresAtMs: number };
  /** How many of the asks may be in the line at once. */
  readonly joinsUpTo?: number;
  /** Another process may have taken the places that are given back here: what this one has seen of the pool says nothing of them. */
  readonly looksAnew?: boolean;
  /** Runs that were given a place and have not come for it are woken again. */
  readonly wakesAgain?: boolean;
}

export interface Ask {
  readonly waiter: Waiter;
  /** It has been in the line: its turn is the one that it had. It may have been given a place, and not have come for it. */
  readonly wasInLine: boolean;
}

/** A run that has a place is looked at so often, if others wait. */
export const RUN_CHECK_MS = 300_000;
