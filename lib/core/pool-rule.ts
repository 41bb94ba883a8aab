/** The limits of a pool as they are kept, and the check of those that an author, or a caller, gives. */
import { describeValue } from './describe-value.ts';
import { toMilliseconds } from './duration.ts';
import { WorkflowCodeError } from './errors.ts';
import type { PoolLimits } from './pool.ts';

/** So many within any stretch of that time. */
export interface RateRule {
  readonly limit: number;
  readonly perMs: number;
}

/** What is absent is not limited. */
export interface PoolRule {
  readonly concurrency?: number;
  readonly concurrencyPerKey?: number;
  readonly rate?: RateRule;
  readonly ratePerKey?: RateRule;
}

/** How many places a pool has at most, whatever its limits say: they are all in one item of the table. */
export const POOL_PLACES_LIMIT = 1_000;

const LONGEST_PER_MS = 31 * 24 * 60 * 60_000;
const RATE_LIMIT = 1_000_000;

const LIMITS = ['concurrency', 'concurrencyPerKey', 'rate', 'ratePerKey'] as const;

/** A WorkflowCodeError `INVALID_ARGUMENT` names `what`, the limit, and the value at fault. */
export function toPoolRule(limits: PoolLimits, what: string): PoolRule {
  if (typeof limits !== 'object' || (limits as unknown) === null || Array.isArray(limits)) {
    throw invalid(
      `the limits of ${what} are ${describeValue(limits)}: give an object such as { concurrency: 5 } or ` +
        `{ rate: { limit: 100, per: '1 minute' } }`,
    );
  }
  const unknown = Object.keys(limits).find((limit) => !(LIMITS as readonly string[]).includes(limit));
  if (unknown !== undefined) throw invalid(`${what} has no limit "${unknown}": there are ${LIMITS.join(', ')}`);
  const { concurrency, concurrencyPerKey, rate, ratePerKey } = limits;
  return {
    ...(concurrency === undefined ? {} : { concurrency: toCount(concurrency, `the concurrency of ${what}`) }),
    ...(concurrencyPerKey === undefined
      ? {}
      : { concurrencyPerKey: toCount(concurrencyPerKey, `the concurrencyPerKey of ${what}`) }),
    ...(rate === undefined ? {} : { rate: toRate(rate, `the rate of ${what}`) }),
    ...(ratePerKey === undefined ? {} : { ratePerKey: toRate(ratePerKey, `the ratePerKey of ${what}`) }),
  };
}

/** Says whether a key decides anything: then one has to be given. */
export function limitsKeys({ concurrencyPerKey, ratePerKey }: PoolRule): boolean {
  return concurrencyPerKey !== undefined || ratePerKey !== undefined;
}

function toCount(count: unknown, what: string): number {
  const atMost = POOL_PLACES_LIMIT;
  if (Number.isInteger(count) && (count as number) >= 1 && (count as number) <= atMost) return count as number;
  if (count === 0) throw invalid(`${what} is 0, which nothing could keep: to let nothing begin, pause the pool`);
  throw invalid(
    `${what} is ${describeValue(count)}: give a whole number from 1 to ${atMost}` +
      (typeof count === 'number' && count > atMost ? '. For more, share the work among several pools' : ''),
  );
}

function toRate(rate: unknown, what: string): RateRule {
  const { limit, per, ...others } = (typeof rate === 'object' && rate !== null ? rate : {}) as Record<string, unknown>;
  if (limit === undefined || per === undefined || Object.keys(others).length > 0) {
    throw invalid(`${what} is ${describeValue(rate)}: give { limit: 100, per: '1 minute' }`);
  }
  if (limit === 0) throw invalid(`the limit of ${what} is 0, which nothing could keep: pause the pool`);
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > RATE_LIMIT) {
    throw invalid(`the limit of ${what} is ${describeValue(limit)}: give a whole number from 1 to ${RATE_LIMIT}`);
  }
  const perMs = toMilliseconds(per as number, `the time (per) of ${what}`);
  if (perMs < 1 || perMs > LONGEST_PER_MS) {
    throw invalid(`the time (per) of ${what} is ${describeValue(per)}: give 1 ms to 31 days`);
  }
  return { limit: limit as number, perMs };
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
