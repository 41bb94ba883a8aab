/** Limits of a pool as they are written into fields. */
import { readRate } from '../../lib/cli/text/pool-limits.ts';
import type { WrittenLimits } from '../data/act-on-pool.ts';

/** An empty one is no limit. */
export type WrittenFields = Readonly<Record<keyof WrittenLimits, string>>;

export interface ReadLimits {
  readonly limits: WrittenLimits;
  /** What is wrong with a field. */
  readonly problems: Readonly<Partial<Record<keyof WrittenLimits, string>>>;
}

const COUNTS = ['concurrency', 'concurrencyPerKey'] as const;
const RATES = ['rate', 'ratePerKey'] as const;

export function readLimits(fields: WrittenFields): ReadLimits {
  const limits: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const name of COUNTS) {
    const text = fields[name].trim();
    if (text === '') continue;
    if (/^\d+$/.test(text)) limits[name] = Number(text);
    else problems[name] = 'is no whole number';
  }
  for (const name of RATES) {
    if (fields[name].trim() === '') continue;
    const rate = readRate(fields[name]);
    if (rate === undefined) problems[name] = 'is no count and time, as in 100/1m';
    else limits[name] = rate;
  }
  return { limits, problems };
}
