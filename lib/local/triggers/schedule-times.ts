/** When a schedule of EventBridge's fires: `rate(5 minutes)`, `cron(0 3 ? * MON-FRI *)`, `at(2027-01-01T09:00:00)`. */
import { Cron } from 'croner';
import { CloudError } from '../cloud-error.ts';

export interface ScheduleTimes {
  /** The first time after that moment; undefined if there is none any more. Epoch milliseconds. */
  nextAfter(ms: number): number | undefined;
  /** The last time in `(fromMs, untilMs]`; undefined if there is none. */
  lastWithin(fromMs: number, untilMs: number): number | undefined;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** A rate counts from `startedAtMs`: the first time is one period later. Raises a CloudError. */
export function readSchedule(expression: string, timezone: string, startedAtMs: number): ScheduleTimes {
  const [, kind, content = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') return readRate(content, startedAtMs);
  if (kind === 'cron') return readCron(content, timezone);
  if (kind === 'at') return readAt(content, timezone);
  throw new CloudError(
    'INVALID_TEMPLATE',
    `"${expression}" is not a schedule: write rate(5 minutes), cron(0 3 * * ? *) or at(2027-01-01T09:00:00)`,
  );
}

function readRate(content: string, startedAtMs: number): ScheduleTimes {
  const [, count, unit, plural] = /^(\d+) +(minute|hour|day)(s?)$/.exec(content.trim()) ?? [];
  const isGrammar = (Number(count) === 1) === (plural === '');
  if (unit === undefined || Number(count) < 1 || !isGrammar) {
    throw new CloudError(
      'INVALID_TEMPLATE',
      `rate(${content}) is not a rate: write rate(1 minute), rate(2 hours) or rate(3 days)`,
    );
  }
  const periodMs = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const countedAt = (ms: number): number => Math.floor((ms - startedAtMs) / periodMs);
  return {
    nextAfter: (ms) => startedAtMs + Math.max(1, countedAt(ms) + 1) * periodMs,
    lastWithin: (fromMs, untilMs) => {
      const lastMs = startedAtMs + countedAt(untilMs) * periodMs;
      return countedAt(untilMs) >= 1 && lastMs > fromMs ? lastMs : undefined;
    },
  };
}

function readAt(content: string, timezone: string): ScheduleTimes {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(content)) {
    throw new CloudError('INVALID_TEMPLATE', `at(${content}) is not a time: write at(2027-01-01T09:00:00)`);
  }
  const at = croner(content, timezone, `at(${content})`).nextRun(new Date(0));
  const atMs = at?.getTime() ?? -Infinity;
  return {
    nextAfter: (ms) => (atMs > ms ? atMs : undefined),
    lastWithin: (fromMs, untilMs) => (atMs > fromMs && atMs <= untilMs ? atMs : undefined),
  };
}

/** Highest values of the fields in which AWS takes `5/15` for "from 5 on, every 15". */
const HIGHEST = [59, 23, 31, 12, 7, 2199] as const;

/** AWS: minutes hours day-of-month month day-of-week year. Sunday is 1; one of the two days has to be `?`. */
function readCron(content: string, timezone: string): ScheduleTimes {
  const whole = `cron(${content})`;
  const fields = content.trim().toUpperCase().split(/\s+/);
  if (fields.length !== 6) {
    throw new CloudError(
      'INVALID_TEMPLATE',
      `${whole} has ${fields.length} fields, and takes 6: minutes hours day month weekday year`,
    );
  }
  const [minutes, hours, day, month, weekday, year] = fields.map(toCroner) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((day === '?') === (weekday === '?')) {
    throw new CloudError(
      'INVALID_TEMPLATE',
      `${whole}: either the day of the month or the day of the week has to be ?`,
    );
  }
  const cron = croner(['0', minutes, hours, orAny(day), month, orAny(weekday), year].join(' '), timezone, whole);
  // A time of the day that a change to summer time leaves out is left out; croner moves it to the next hour.
  const isSkipped = /^\d+ \d+$/.test(`${minutes} ${hours}`)
    ? (at: Date): boolean => clockTime(at, timezone) !== Number(hours) * 60 + Number(minutes)
    : (): boolean => false;
  const nextAfter = (ms: number): number | undefined => {
    let next = cron.nextRun(new Date(ms));
    while (next !== null && isSkipped(next)) next = cron.nextRun(next);
    return next?.getTime();
  };
  const lastWithin = (fromMs: number, untilMs: number): number | undefined => {
    // The run before a moment is asked for, and the moment itself may be one. croner counts whole seconds.
    const [last] = cron.previousRuns(1, new Date(untilMs + 1_000));
    if (last === undefined || last.getTime() <= fromMs) return undefined;
    if (last.getTime() > untilMs || isSkipped(last)) return lastWithin(fromMs, last.getTime() - 1_000);
    return last.getTime();
  };
  return { nextAfter, lastWithin };
}

function toCroner(field: string, index: number): string {
  if (index === 4 && field === 'L') return '7'; // the last day of a week
  return field.replace(
    /(^|,)(\w+)\/(\d+)/g,
    (_, comma: string, from: string, step: string) => `${comma}${from}-${HIGHEST[index] ?? ''}/${step}`,
  );
}

function orAny(field: string): string {
  return field === '?' ? '*' : field;
}

function croner(pattern: string, timezone: string, expression: string): Cron {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone }); // croner finds out later
    return new Cron(pattern, {
      paused: true,
      timezone,
      alternativeWeekdays: true,
      domAndDow: true,
      ...modeOf(pattern),
    });
  } catch (error) {
    const { message } = error as Error;
    throw new CloudError(
      'NOT_SUPPORTED',
      `${expression} in the timezone ${timezone} cannot be followed here: ${message}`,
      {
        cause: error,
      },
    );
  }
}

function modeOf(pattern: string): { mode?: '7-part' } {
  return pattern.includes(' ') ? { mode: '7-part' } : {};
}

/** Minutes since midnight, as a clock shows them in the timezone. */
function clockTime(at: Date, timezone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' });
  const [hours, minutes] = format.format(at).split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}
