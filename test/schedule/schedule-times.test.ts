/** A year of times, in zones whose clocks change, against a clock that is read minute by minute. */
import { describe, expect, it } from 'vitest';
import { findDueTimes, findTimesBetween } from '../../lib/schedule/due-times.ts';

const MINUTE = 60_000;

interface Wall {
  readonly day: string;
  readonly hour: number;
  readonly minute: number;
}

/** What the clocks of a zone show, minute by minute: where they change within the half hour, or are like UTC's between. */
function wallClock(timeZone: string): (ms: number) => Wall {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, ...parts });
  return (ms) => {
    const [day = '', time = ''] = format.format(ms).split(' ');
    const [hour, minute] = time.split(':').map(Number) as [number, number];
    return { day, hour, minute };
  };
}

/** Once for each day, at its first showing; a day that never shows the time has none. */
function daily(timeZone: string, hour: number, minute: number, sinceMs: number, untilMs: number): string[] {
  const show = wallClock(timeZone);
  const seen = new Map<string, number>();
  for (let ms = sinceMs; ms < untilMs; ms += 15 * MINUTE) {
    const wall = show(ms);
    if (wall.hour === hour && wall.minute === minute && !seen.has(wall.day)) seen.set(wall.day, ms);
  }
  return [...seen.values()].map(iso);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

const sinceMs = Date.parse('2027-01-01T00:00:00Z');
const untilMs = Date.parse('2028-01-01T00:00:00Z');

function times(schedule: string, timezone: string, from = sinceMs, until = untilMs): string[] {
  return findTimesBetween({ schedule, timezone, createdAtMs: 0 }, from, until).map(iso);
}

describe.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'])(
  'a year in %s',
  (zone) => {
    it.each([
      [2, 30],
      [1, 45],
      [2, 15],
      [3, 0],
      [0, 0],
      [23, 45],
    ])('at %i:%i each day, once', (hour, minute) => {
      const expected = daily(zone, hour, minute, sinceMs, untilMs);
      expect(times(`cron(${minute} ${hour} * * ? *)`, zone)).toEqual(expected);
      expect([364, 365]).toContain(expected.length); // one may be left out
    });
  },
);

it('the nights of change, as EventBridge Scheduler has them', () => {
  const on = (day: string, schedule: string, timezone: string): string[] =>
    times(schedule, timezone, Date.parse(`${day}T00:00:00Z`), Date.parse(`${day}T12:00:00Z`)).map((at) =>
      at.slice(11, 16),
    );
  expect(on('2027-03-28', 'cron(30 2 * * ? *)', 'Europe/Berlin')).toEqual([]); // 2:30 is left out
  expect(on('2027-10-31', 'cron(30 2 * * ? *)', 'Europe/Berlin')).toEqual(['00:30']); // the first of two
  expect(on('2027-10-31', 'cron(30 1-3 * * ? *)', 'Europe/Berlin')).toEqual(['00:30', '02:30']);
  expect(on('2027-03-14', 'cron(30 1-3 * * ? *)', 'America/New_York')).toEqual(['06:30', '07:30']);
  // Each hour that passes: none is left out, none comes twice.
  expect(on('2027-10-31', 'cron(0 * * * ? *)', 'Europe/Berlin')).toHaveLength(12);
  expect(on('2027-03-28', 'cron(0 0/2 * * ? *)', 'Europe/Berlin')).toEqual([
    '02:00',
    '04:00',
    '06:00',
    '08:00',
    '10:00',
  ]);
});

it('all hours of a year are 8760, whatever the clocks do', () => {
  const months = Array.from({ length: 12 }, (_, month) => [Date.UTC(2027, month), Date.UTC(2027, month + 1)] as const);
  const found = months.flatMap(([from, until]) => times('cron(0 * * * ? *)', 'Europe/Berlin', from, until));
  expect(new Set(found).size).toBe(8760);
});

describe('what is due', () => {
  const spec = { schedule: 'cron(0 * * * ? *)', timezone: 'UTC', createdAtMs: 0, catchUpMs: MINUTE };
  const at = (time: string): number => Date.parse(`2027-01-01T${time}Z`);
  const due = (seen: string, now: string, catchUpMs = MINUTE): unknown => {
    const found = findDueTimes({ ...spec, catchUpMs }, at(seen), at(now));
    const show = (ms: number | undefined): string => (ms === undefined ? '' : iso(ms).slice(11, 16));
    return { due: found.due.map(show), seen: show(found.seenMs), next: show(found.nextAtMs) };
  };

  it('is nothing before the time, and the time itself', () => {
    expect(due('00:30:00', '00:59:59')).toEqual({ due: [], seen: '00:30', next: '01:00' });
    expect(due('00:30:00', '01:00:00')).toEqual({ due: ['01:00'], seen: '01:00', next: '02:00' });
    expect(due('01:00:00', '01:00:00')).toEqual({ due: [], seen: '01:00', next: '02:00' });
  });

  it('is the time that was waited for, up to five minutes late, and of those after it what may be caught up with', () => {
    expect(due('00:30:00', '01:05:00')).toEqual({ due: ['01:00'], seen: '01:05', next: '02:00' });
    expect(due('00:30:00', '01:05:01')).toEqual({ due: [], seen: '01:05', next: '02:00' });
    expect(due('00:30:00', '04:00:30')).toEqual({ due: ['04:00'], seen: '04:00', next: '05:00' });
    expect(due('00:30:00', '04:00:30', 150 * MINUTE)).toEqual({
      due: ['02:00', '03:00', '04:00'],
      seen: '04:00',
      next: '05:00',
    });
  });

  it('is a hundred times at once, and then the next', () => {
    const first = findDueTimes({ ...spec, catchUpMs: 1e12 }, at('00:00:00'), at('00:00:00') + 150 * 60 * MINUTE);
    expect(first.due).toHaveLength(100);
    expect(first.seenMs).toBe(first.due[99]);
    expect(first.nextAtMs).toBe(first.seenMs + 60 * MINUTE);
  });
});
