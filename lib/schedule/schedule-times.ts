/**
 * The times of a schedule, in EventBridge's words: `rate(5 minutes)`, `cron(0 3 ? * MON-FRI *)`, `at(2027-01-01T09:00:00)`.
 *
 * They follow the clocks of the time zone as EventBridge Scheduler's do. A time that a change to summer time leaves out is
 * left out; a time that comes twice in a night in autumn counts once. Where the hours are `*` or a step, each hour that
 * passes counts: 23 in the spring, 25 in the autumn.
 */
import { Cron } from 'croner';
import { InvalidArgumentError } from '../core/run-errors.ts';

export interface ScheduleTimes {
  /** The first time after that moment; undefined if there is none any more. Epoch milliseconds. */
  nextAfter(ms: number): number | undefined;
  /** The last time in `(fromMs, untilMs]`; undefined if there is none. */
  lastWithin(fromMs: number, untilMs: number): number | undefined;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** A rate counts from `startedAtMs`: the first time is one period later. Raises an InvalidArgumentError. */
export function readSchedule(expression: string, timezone: string, startedAtMs: number): ScheduleTimes {
  const [, kind, content = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') return readRate(content, startedAtMs);
  if (kind === 'cron') return readCron(content, timezone);
  if (kind === 'at') return readAt(content, timezone);
  throw new InvalidArgumentError(
    `"${expression}" is not a schedule: write rate(5 minutes), cron(0 3 * * ? *) or at(2027-01-01T09:00:00)`,
  );
}

function readRate(content: string, startedAtMs: number): ScheduleTimes {
  const [, count, unit, plural] = /^(\d+) +(minute|hour|day)(s?)$/.exec(content.trim()) ?? [];
  const isGrammar = (Number(count) === 1) === (plural === '');
  if (unit === undefined || Number(count) < 1 || !isGrammar) {
    throw new InvalidArgumentError(
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
    throw new InvalidArgumentError(`at(${content}) is not a time: write at(2027-01-01T09:00:00)`);
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
    throw new InvalidArgumentError(
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
    throw new InvalidArgumentError(`${whole}: either the day of the month or the day of the week has to be ?`);
  }
  const cron = croner(['0', minutes, hours, orAny(day), month, orAny(weekday), year].join(' '), timezone, whole);
  const clock = new ZoneClock(timezone);
  const isEachHour = hours.includes('*') || hours.includes('/');
  // croner moves a time that the clocks leave out to the next one that there is, and repeats one of several hours.
  const isLeftOut = (at: Date): boolean => !cron.match(at) || (!isEachHour && clock.hasShownBefore(at.getTime()));
  const nextAfter = (ms: number): number | undefined => {
    let next = cron.nextRun(new Date(ms));
    while (next !== null && isLeftOut(next)) next = cron.nextRun(next);
    return next?.getTime();
  };
  const lastWithin = (fromMs: number, untilMs: number): number | undefined => {
    // The run before a moment is asked for, and the moment itself may be one. croner counts whole seconds.
    const [last] = cron.previousRuns(1, new Date(untilMs + 1_000));
    if (last === undefined || last.getTime() <= fromMs) return undefined;
    if (last.getTime() > untilMs || isLeftOut(last)) return lastWithin(fromMs, last.getTime() - 1_000);
    return last.getTime();
  };
  return { nextAfter, lastWithin };
}

function toCroner(field: string, index: number): string {
  if (index === 4 && field === 'L') return '7'; // the last day of a week
  return field.replace(
    /(^|,)(\w{1,10})\/(\d{1,10})/g,
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
    throw new InvalidArgumentError(`${expression} in the timezone ${timezone} cannot be followed here: ${message}`);
  }
}

function modeOf(pattern: string): { mode?: '7-part' } {
  return pattern.includes(' ') ? { mode: '7-part' } : {};
}

const HOUR_MS = 3_600_000;

/** What the clocks of a time zone show. */
class ZoneClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    this.#format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...parts });
  }

  /** Whether they have been set back since they showed the same time. */
  hasShownBefore(ms: number): boolean {
    const setBackMs = this.#offsetMs(ms - 3 * HOUR_MS) - this.#offsetMs(ms);
    return setBackMs > 0 && this.#shownMs(ms - setBackMs) === this.#shownMs(ms);
  }

  #offsetMs(ms: number): number {
    return this.#shownMs(ms) - ms;
  }

  /** The time that is shown, as if it were one of UTC. */
  #shownMs(ms: number): number {
    const [day, month = 1, year = 0, hour, minute] = this.#format.format(ms).split(/\D+/).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute) + (ms % 60_000);
  }
}
