/**
 * Dates as people write them, and what they mean in epoch milliseconds.
 *
 * Strict on purpose, as durations are: `Date` takes the 30th of February for the 2nd of March, a text without a zone
 * for the time of whichever machine reads it, and finds a date in 'week 3'. A run that wakes at once, or a day late, is
 * worse than an error.
 */
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';

/** What a text may be, for messages: it follows on `give`. */
export const DATE_TEXTS = `a text in ISO 8601 with its zone, such as '2027-01-31T09:00:00Z' or '2027-01-31T09:00:00+01:00'`;

/**
 * A Date, or a text in ISO 8601: date and time with a zone, or a date alone, which stands for its beginning in UTC.
 * Milliseconds since 1970, or what is wrong, to be put behind a colon.
 */
export function readDate(date: unknown): { readonly ms: number } | { readonly problem: string } {
  if (date instanceof Date) {
    const ms = date.getTime();
    return Number.isNaN(ms) ? { problem: 'it is an invalid Date' } : { ms };
  }
  if (typeof date !== 'string') return { problem: 'it is neither a Date nor a text' };
  const problem = findProblem(date);
  return problem === undefined ? { ms: Date.parse(date) } : { problem };
}

/** The same; what is wrong is a WorkflowCodeError `INVALID_ARGUMENT`, which names `what` and the value. */
export function toEpochMs(date: unknown, what: string): number {
  const reading = readDate(date);
  if ('ms' in reading) return reading.ms;
  const shown = date instanceof Date ? 'an invalid Date' : describeValue(date);
  const problem = date instanceof Date ? '' : `${reading.problem}. `;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `${what} cannot be ${shown}: ${problem}Give a Date, or ${DATE_TEXTS}`,
  );
}

const DAY = String.raw`(?<year>\d{4}|[+-]\d{6})-(?<month>\d\d)-(?<day>\d\d)`;
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d{1,9})?)?`;
const ZONE = String.raw`Z|[+-](?<zoneHour>\d\d):(?<zoneMinute>\d\d)`;
const ISO = new RegExp(`^${DAY}(?:T${TIME}(?<zone>${ZONE})?)?$`);

function findProblem(text: string): string | undefined {
  const parts = ISO.exec(text)?.groups;
  if (parts === undefined) return 'it is no date in ISO 8601';
  const [year = 0, month = 0, day = 0] = [parts['year'], parts['month'], parts['day']].map(Number);
  if (!(month >= 1 && month <= 12)) return `there is no month ${month}`;
  const days = daysOf(year, month);
  if (!(day >= 1 && day <= days)) return `month ${month} of ${year} has the days 1 to ${days}`;
  const { hour, minute, second, zone, zoneHour, zoneMinute } = parts;
  if (hour !== undefined && zone === undefined)
    return 'it names no zone, so it would mean another time on each machine';
  const isTime = isUpTo(23, hour) && isUpTo(59, minute) && isUpTo(59, second);
  if (!isTime || !isUpTo(23, zoneHour) || !isUpTo(59, zoneMinute)) return 'there is no such time of day';
  return Number.isNaN(Date.parse(text)) ? 'it is further away than a Date can be' : undefined;
}

function isUpTo(most: number, digits: string | undefined): boolean {
  return digits === undefined || Number(digits) <= most;
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}
