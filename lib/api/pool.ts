/** Limits that all runs share. */
import { checkPlainName } from '../core/check-name.ts';
import { type Pool, type PoolLimits, setPoolRule } from '../core/pool.ts';
import { toPoolRule } from '../core/pool-rule.ts';

/**
 * Limits how many steps of all workflows go on at once, or begin within a time. A step takes a place for each attempt of its
 * body. Where none is free it waits, and its run suspends: a run that waits costs nothing.
 *
 * The name has 1 to 128 letters, digits, `_`, `.` or `-`. It is the pool: where two pieces of code give one name other
 * limits, those count that asked last. Limits that `client.pools.set` has set count in place of those of the code.
 *
 * @example
 * ```ts
 * const mailer = pool('mailer', { concurrency: 5, rate: { limit: 100, per: '1 minute' } });
 * const reports = pool('reports', { concurrency: 20, concurrencyPerKey: 2 });
 *
 * const report = workflow('report', function* (customer: string) {
 *   const visits = yield* step('count visits', { pool: reports, key: customer }, () => 1200);
 *   yield* step('send', { pool: mailer, priority: 1 }, () => console.log(`${visits} visits`));
 * });
 * report.name; // => 'report'
 * ```
 */
export function pool(name: string, limits: PoolLimits): Pool {
  checkPlainName(name, 'a pool');
  const made: Pool = { name };
  setPoolRule(made, toPoolRule(limits, `pool "${name}"`));
  return Object.freeze(made);
}
