/**
 * Spans of time as people write them, and what they mean in milliseconds.
 *
 * Strict on purpose: the parsers at hand skip what they do not understand, and a sleep of '3 dyas' that ends at once
 * is worse than an error.
 */
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';

/**
 * Milliseconds; or a text such as `'30s'`, `'0.5s'`, `'500ms'`, `'3 days'`, `'1h 30m'`; or parts that are added up.
 */
export type Duration =
  number | string | { days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** No duration is longer: 100 years of 365 days. */
export const MAX_DURATION_MS = 36_500 * DAY;

const PARTS: ReadonlyMap<string, number> = new Map([
  ['days', DAY],
  ['hours', HOUR],
  ['minutes', MINUTE],
  ['seconds', SECOND],
  ['milliseconds', 1],
]);

// No month and no year: they have no fixed length.
const UNITS: ReadonlyMap<string, number> = new Map([
  ...names(1, 'ms', 'millisecond', 'milliseconds'),
  ...names(SECOND, 's', 'sec', 'secs', 'second', 'seconds'),
  ...names(MINUTE, 'm', 'min', 'mins', 'minute', 'minutes'),
  ...names(HOUR, 'h', 'hr', 'hrs', 'hour', 'hours'),
  ...names(DAY, 'd', 'day', 'days'),
  ...names(WEEK, 'w', 'week', 'weeks'),
]);

/**
 * A duration in whole milliseconds, rounded up. Zero is allowed; what is negative, above 100 years or not understood
 * is a WorkflowCodeError `INVALID_ARGUMENT`, which names `what` and the value.
 */
export function toMilliseconds(duration: Duration, what = 'the duration'): number {
  const reading = read(duration);
  if (typeof reading === 'string') throw invalidDuration(duration, what, reading);
  if (!(reading >= 0)) throw invalidDuration(duration, what, 'it must be zero or more');
  if (reading > MAX_DURATION_MS) throw invalidDuration(duration, what, 'it must not be longer than 100 years');
  // The factor keeps 1.1 hours, which is 3960000.0000000005, from being rounded up to one millisecond more.
  return Math.ceil(reading * (1 - 4 * Number.EPSILON)) + 0; // and -0 becomes 0
}

/** A duration as an author wrote it, for messages: `"7 days"`, `500`, `{ minutes: 5 }`; `null` for none. */
export function describeDuration(duration: Duration | null): string {
  if (typeof duration !== 'object' || duration === null) return describeValue(duration);
  const parts = Object.entries<number | undefined>(duration).filter(([, value]) => value !== undefined);
  return `{ ${parts.map(([unit, value]) => `${unit}: ${value}`).join(', ')} }`;
}

/** Milliseconds, or a text that says what is wrong. */
function read(duration: unknown): number | string {
  if (typeof duration === 'number') return duration;
  if (typeof duration === 'string') return readText(duration);
  if (typeof duration === 'object' && duration !== null) return readParts(duration);
  return 'it is neither a number of milliseconds, nor a text, nor an object of parts';
}

function readText(text: string): number | string {
  const amount = /\s*(\d+(?:\.\d+)?)\s*([a-z]+)(?![a-z.])\s*/y;
  const seen = new Set<number>();
  let totalMs = 0;
  while (amount.lastIndex < text.length || seen.size === 0) {
    const at = amount.lastIndex;
    const match = amount.exec(text);
    if (match === null) {
      const rest = text.slice(at).trim();
      return /^-?[\d.]+$/.test(rest) ? 'it needs a unit' : `${describeValue(rest)} is not an amount with a unit`;
    }
    const [, count, unit = ''] = match;
    const unitMs = UNITS.get(unit);
    if (unitMs === undefined) return `${describeValue(unit)} is not a unit of time`;
    if (seen.has(unitMs)) return `it has the unit ${describeValue(unit)} twice`;
    seen.add(unitMs);
    totalMs += Number(count) * unitMs;
  }
  return totalMs;
}

function readParts(parts: object): number | string {
  let totalMs = 0;
  let count = 0;
  for (const [key, value] of Object.entries(parts) as [string, unknown][]) {
    const unitMs = PARTS.get(key);
    if (unitMs === undefined) return `${describeValue(key)} is not one of ${[...PARTS.keys()].join(', ')}`;
    if (value === undefined) continue;
    if (typeof value !== 'number') return `its ${key} are no number`;
    if (!(value >= 0)) return `its ${key} are ${value}, and must be zero or more`;
    totalMs += value * unitMs;
    count += 1;
  }
  return count === 0 ? 'it has no parts' : totalMs;
}

function names(unitMs: number, ...of: string[]): [string, number][] {
  return of.map((name) => [name, unitMs]);
}

function invalidDuration(duration: unknown, what: string, problem: string): WorkflowCodeError {
  return new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `${what} cannot be ${describeValue(duration)}: ${problem}. Write milliseconds as a number (500), a text with ` +
      `units ('30s', '500ms', '3 days', '1h 30m', '2 weeks') or parts ({ minutes: 5, seconds: 30 })`,
  );
}
