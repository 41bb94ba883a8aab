import { describe, expect, it } from 'vitest';
import { readSchedule } from '../../../lib/local/triggers/schedule-times.ts';

import { CloudError } from '../../../lib/local/cloud-error.ts';
const START = '2026-11-22T12:00:30.500Z'; // a Sunday

/** The first times after the start. */
function times(expression: string, options: { count?: number; timezone?: string; from?: string } = {}): string[] {
  const { count = 3, timezone = 'UTC', from = START } = options;
  const schedule = readSchedule(expression, timezone, Date.parse(START));
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  while (found.length < count && (at = schedule.nextAfter(at)) !== undefined) {
    found.push(new Date(at).toISOString().replace(/:00\.000Z$/, 'Z'));
  }
  return found;
}

describe('rates', () => {
  it('count from the start: the first time is one period later', () => {
    expect(times('rate(1 minute)')).toEqual([
      '2026-11-22T12:01:30.500Z',
      '2026-11-22T12:02:30.500Z',
      '2026-11-22T12:03:30.500Z',
    ]);
    expect(times('rate(3 days)', { count: 1 })).toEqual(['2026-11-25T12:00:30.500Z']);
  });

  it('have a last time within a span, and none before the first', () => {
    const schedule = readSchedule('rate(5 minutes)', 'UTC', 1_000);
    expect(schedule.lastWithin(0, 300_999)).toBe(undefined);
    expect(schedule.lastWithin(0, 301_000)).toBe(301_000);
    expect(schedule.lastWithin(301_000, 600_999)).toBe(undefined);
    expect(schedule.lastWithin(301_000, 1_000_000)).toBe(901_000);
  });
});

describe('crons', () => {
  it.each([
    ['cron(0 3 * * ? *)', ['2026-11-23T03:00Z', '2026-11-24T03:00Z']],
    ['cron(5/20 3 * * ? *)', ['2026-11-23T03:05Z', '2026-11-23T03:25Z']],
    ['cron(0/30 9-10 ? * MON-FRI *)', ['2026-11-23T09:00Z', '2026-11-23T09:30Z']],
    ['cron(0 3 ? * 2 *)', ['2026-11-23T03:00Z', '2026-11-30T03:00Z']],
    ['cron(0 3 ? * L *)', ['2026-11-28T03:00Z', '2026-12-05T03:00Z']],
    ['cron(0 3 ? * 6L *)', ['2026-11-27T03:00Z', '2026-12-25T03:00Z']],
    ['cron(0 3 ? * 2#2 *)', ['2026-12-14T03:00Z', '2027-01-11T03:00Z']],
    ['cron(0 3 L * ? *)', ['2026-11-30T03:00Z', '2026-12-31T03:00Z']],
    ['cron(0 3 LW * ? *)', ['2026-11-30T03:00Z', '2026-12-31T03:00Z']],
    ['cron(0 3 15W * ? *)', ['2026-12-15T03:00Z', '2027-01-15T03:00Z']],
    ['cron(0 0 1 JAN ? 2028-2029)', ['2028-01-01T00:00Z', '2029-01-01T00:00Z']],
    ['cron(0 0 1 1 ? 2020)', []],
  ])('%s', (expression, expected) => {
    expect(times(expression, { count: 2 })).toEqual(expected);
  });

  it('follow the clocks of their timezone, and leave out the hour that a clock leaves out', () => {
    const berlin = { timezone: 'Europe/Berlin' };
    expect(times('cron(0 3 * * ? *)', { ...berlin, count: 1 })).toEqual(['2026-11-23T02:00Z']);
    expect(times('cron(30 2 * * ? *)', { ...berlin, from: '2027-03-27T00:00:00Z' })).toEqual([
      '2027-03-27T01:30Z',
      '2027-03-29T00:30Z',
      '2027-03-30T00:30Z',
    ]);
    expect(times('cron(30 2 * * ? *)', { ...berlin, from: '2027-10-31T00:00:00Z', count: 2 })).toEqual([
      '2027-10-31T00:30Z',
      '2027-11-01T01:30Z',
    ]);
  });

  it('have a last time within a span, both ends told apart', () => {
    const schedule = readSchedule('cron(0 3 * * ? *)', 'UTC', 0);
    const last = (from: string, until: string) => schedule.lastWithin(Date.parse(from), Date.parse(until));
    expect(last('2026-11-20T03:00:00Z', '2026-11-22T02:59:59.999Z')).toBe(Date.parse('2026-11-21T03:00:00Z'));
    expect(last('2026-11-20T03:00:00Z', '2026-11-22T03:00:00Z')).toBe(Date.parse('2026-11-22T03:00:00Z'));
    expect(last('2026-11-22T03:00:00Z', '2026-11-22T23:00:00Z')).toBe(undefined);
    expect(last('2025-01-01T00:00:00Z', '2026-11-22T12:00:00Z')).toBe(Date.parse('2026-11-22T03:00:00Z'));
  });
});

describe('one time', () => {
  it('is read in the timezone, and is over when it is past', () => {
    expect(times('at(2027-01-01T09:00:00)')).toEqual(['2027-01-01T09:00Z']);
    expect(times('at(2027-01-01T09:00:00)', { timezone: 'America/New_York' })).toEqual(['2027-01-01T14:00Z']);
    expect(times('at(2026-11-22T12:00:00)')).toEqual([]);
    const schedule = readSchedule('at(2027-01-01T09:00:00)', 'UTC', 0);
    const atMs = Date.parse('2027-01-01T09:00:00Z');
    expect(schedule.lastWithin(0, atMs)).toBe(atMs);
    expect(schedule.lastWithin(atMs, atMs + 1)).toBe(undefined);
  });
});

it.each([
  ['every day', /is not a schedule: write rate/],
  ['rate(0 minutes)', /write rate\(1 minute\)/],
  ['rate(1 minutes)', /write rate\(1 minute\)/],
  ['rate(5 minute)', /write rate\(1 minute\)/],
  ['rate(10 seconds)', /write rate\(1 minute\)/],
  ['cron(0 3 * * ?)', /5 fields, and takes 6/],
  ['cron(0 3 * * * *)', /has to be \?/],
  ['cron(0 3 ? * ? *)', /has to be \?/],
  ['cron(0 25 * * ? *)', /cannot be followed here/],
  ['cron(0 3 L-3 * ? *)', /cannot be followed here/],
  ['at(tomorrow)', /write at\(2027/],
])('%s is refused, and the message says what is taken', (expression, message) => {
  expect(() => readSchedule(expression, 'UTC', 0)).toThrow(CloudError);
  expect(() => readSchedule(expression, 'UTC', 0)).toThrow(message);
});

it('a timezone that nobody knows is refused', () => {
  expect(() => readSchedule('cron(0 3 * * ? *)', 'Europe/Atlantis', 0)).toThrow(/Atlantis/);
});
