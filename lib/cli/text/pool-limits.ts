/** The limits of a pool, for people: as they are shown, and as they are written. */
import type { PoolLimitsAnswer } from '../engine/answers.ts';

type Rate = NonNullable<PoolLimitsAnswer['rate']>;

/** As in `5 at once, 100 in 60 s per key`. */
export function limitsText({ concurrency, concurrencyPerKey, rate, ratePerKey }: PoolLimitsAnswer): string {
  const parts = [
    ...(concurrency === undefined ? [] : [`${concurrency} at once`]),
    ...(concurrencyPerKey === undefined ? [] : [`${concurrencyPerKey} at once per key`]),
    ...(rate === undefined ? [] : [rateText(rate)]),
    ...(ratePerKey === undefined ? [] : [`${rateText(ratePerKey)} per key`]),
  ];
  return parts.length === 0 ? 'no limits' : parts.join(', ');
}

function rateText({ limit, per }: Rate): string {
  return `${limit} in ${per % 1_000 === 0 ? `${per / 1_000} s` : `${per} ms`}`;
}

/** As `readRate` takes it: `100/60s`. */
export function writtenRate({ limit, per }: Rate): string {
  return `${limit}/${per % 1_000 === 0 ? `${per / 1_000}s` : `${per}ms`}`;
}

/** Of a count and a duration, as in `100/1m`; undefined if it is something else. */
export function readRate(text: string): { readonly limit: number; readonly per: string } | undefined {
  const [, limit, per] = /^\s*(\d+)\s*\/\s*(.+)$/.exec(text) ?? [];
  return limit === undefined || per === undefined ? undefined : { limit: Number(limit), per: per.trim() };
}
