import { describe, expect, it } from 'vitest';
import { readDate, toEpochMs } from '../../lib/core/date.ts';

describe('a date', () => {
  it.each([
    ['2030-02-28T09:00:00Z', '2030-02-28T09:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['2000-02-29', '2000-02-29T00:00:00.000Z'],
    ['2030-12-31T23:59:59.999Z', '2030-12-31T23:59:59.999Z'],
    ['2030-01-01T00:00+14:00', '2029-12-31T10:00:00.000Z'],
    ['2030-01-01T00:00:00-05:30', '2030-01-01T05:30:00.000Z'],
    ['2030-01-01T00:00:00.123456Z', '2030-01-01T00:00:00.123Z'],
    ['+012030-01-01T00:00:00Z', '+012030-01-01T00:00:00.000Z'],
    ['0000-01-01', '0000-01-01T00:00:00.000Z'],
  ])('%s is taken', (text, iso) => {
    expect(new Date(toEpochMs(text, 'the date')).toISOString()).toBe(iso);
  });

  it.each([
    ['2030-02-30T09:00:00Z', 'month 2 of 2030 has the days 1 to 28'],
    ['2031-02-29T00:00:00Z', 'month 2 of 2031 has the days 1 to 28'],
    ['1900-02-29', 'month 2 of 1900 has the days 1 to 28'],
    ['2030-06-31', 'month 6 of 2030 has the days 1 to 30'],
    ['2030-01-00', 'month 1 of 2030 has the days 1 to 31'],
    ['2030-00-01', 'there is no month 0'],
    ['2030-13-01', 'there is no month 13'],
    ['2030-01-01T24:00:00Z', 'there is no such time of day'],
    ['2030-01-01T12:60:00Z', 'there is no such time of day'],
    ['2030-01-01T12:00:60Z', 'there is no such time of day'],
    ['2030-01-01T12:00:00+24:00', 'there is no such time of day'],
    ['2030-01-01T12:00:00+01:60', 'there is no such time of day'],
    ['2030-01-01T12:00:00', 'it names no zone, so it would mean another time on each machine'],
    ['2030-01-01T12:00', 'it names no zone, so it would mean another time on each machine'],
    ['+300000-01-01', 'it is further away than a Date can be'],
    ...[
      ...['', ' ', '5', '-1', '1767225600000', '2030', '2030-01', '2030-1-1', '01/02/2030', '2030-01-01 12:00:00Z'],
      ...['tomorrow', 'tomorrow at 9', 'week 3', 'Tue, 01 Jan 2030 00:00:00 GMT', '2030-01-01T12Z', '20300101T000000Z'],
      ...['2030-01-01T12:00:00z', '2030-01-01t12:00:00Z', '2030-01-01T12:00:00+0100', '2030-01-01T12:00:00,5Z'],
      ...[
        ' 2030-01-01',
        '2030-01-01\n',
        '2030-01-01T12:00:00 Z',
        '2030-01-01Z',
        '٢٠٣٠-01-01',
        '2030-W01-1',
        '2030-001',
      ],
    ].map((text) => [text, 'it is no date in ISO 8601']),
    [new Date(NaN), 'it is an invalid Date'],
    ...[1_893_456_000_000, undefined, null, {}, 5n, ['2030-01-01']].map((value) => [
      value,
      'it is neither a Date nor a text',
    ]),
  ])('%s is refused: %s', (date, problem) => {
    expect(readDate(date)).toEqual({ problem });
  });

  it('that is refused is an error that says what would be right', () => {
    expect(() => toEpochMs('2030-02-30', 'the date of sleepUntil()')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `the date of sleepUntil() cannot be "2030-02-30": month 2 of 2030 has the days 1 to 28. Give a Date, or a text in ISO 8601 with its zone, such as '2027-01-31T09:00:00Z' or '2027-01-31T09:00:00+01:00'`,
      }) as Error,
    );
  });

  it('is what Date makes of it, for every day of the calendar and none beside it', () => {
    for (let year = 1999; year <= 2001; year += 1) {
      for (let month = 1; month <= 12; month += 1) {
        for (let day = 1; day <= 31; day += 1) {
          const text = [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
          const date = new Date(Date.UTC(year, month - 1, day));
          const isThere = date.getUTCMonth() === month - 1;
          expect('ms' in readDate(text), text).toBe(isThere);
          if (isThere) expect(toEpochMs(text, 'it')).toBe(date.getTime());
        }
      }
    }
  });
});
