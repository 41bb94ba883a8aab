import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Duration, MAX_DURATION_MS, toMilliseconds } from '../../lib/core/duration.ts';
import { WorkflowCodeError } from '../../lib/core/errors.ts';

const DAY = 86_400_000;

describe('toMilliseconds', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [-0, 0],
    [1500, 1500],
    [0.2, 1],
    ['0s', 0],
    ['30s', 30_000],
    ['0.5s', 500],
    ['500ms', 500],
    ['3 days', 3 * DAY],
    ['1 day', DAY],
    ['2 weeks', 14 * DAY],
    ['1h 30m', 5_400_000],
    ['1h30m', 5_400_000],
    ['30m 1h', 5_400_000],
    ['1 hour 30 minutes', 5_400_000],
    ['  5 min ', 300_000],
    ['1.1h', 3_960_000],
    ['0.0001s', 1],
    [{ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 }, DAY + 7_384_005],
    [{ seconds: 0 }, 0],
    [{ hours: 1.1 }, 3_960_000],
    [MAX_DURATION_MS, MAX_DURATION_MS],
  ])('reads %j as %d ms', (duration, ms) => {
    expect(Object.is(toMilliseconds(duration), ms)).toBe(true);
  });

  it('leaves out parts that are undefined', () => {
    expect(toMilliseconds({ hours: undefined, minutes: 1 } as unknown as Duration)).toBe(60_000);
  });

  it.each<[unknown, RegExp]>([
    [-1, /cannot be -1: it must be zero or more/],
    [NaN, /cannot be NaN/],
    [Infinity, /not be longer than 100 years/],
    [MAX_DURATION_MS + 1, /not be longer than 100 years/],
    ['5300 weeks', /not be longer than 100 years/],
    ['', /"" is not an amount/],
    ['30', /it needs a unit/],
    ['1h 30', /it needs a unit/],
    ['-5s', /"-5s" is not an amount/],
    ['1h foo', /"foo" is not an amount/],
    ['3 dyas', /"dyas" is not a unit of time/],
    ['1 month', /"month" is not a unit of time/],
    ['1e3s', /"e" is not a unit of time/],
    ['1h 1 hour', /the unit "hour" twice/],
    ['1,5s', /is not an amount/],
    ['1.2.3s', /is not an amount/],
    ['constructor', /is not an amount/],
    ['1 constructor', /"constructor" is not a unit/],
    [{}, /it has no parts/],
    [[], /it has no parts/],
    [new Date(0), /cannot be a Date/],
    [{ day: 1 }, /"day" is not one of days, hours, minutes, seconds, milliseconds/],
    [{ days: '1' }, /its days are no number/],
    [{ days: NaN }, /its days are NaN/],
    [{ days: 1, hours: -1 }, /its hours are -1/],
    [null, /cannot be null/],
    [undefined, /cannot be undefined/],
    [5n, /cannot be 5n/],
    [() => 1, /cannot be a function/],
  ])('refuses %o', (duration, message) => {
    expect(() => toMilliseconds(duration as Duration)).toThrow(message);
  });

  it('names what the duration is for, and what would be right', () => {
    const refused = () => toMilliseconds('soon', 'the timeout of step "charge"');
    expect(refused).toThrow(WorkflowCodeError);
    expect(refused).toThrow(/^the timeout of step "charge" cannot be "soon": .*'1h 30m'/);
    try {
      refused();
    } catch (error) {
      expect((error as WorkflowCodeError).code).toBe('INVALID_ARGUMENT');
    }
  });

  it('returns whole milliseconds for every text, or throws an error of ours', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^ ?\d{1,4}(\.\d{1,3})? ?(ms|s|m|h|days|w)$/));
    fc.assert(
      fc.property(text, (duration) => {
        try {
          const ms = toMilliseconds(duration);
          expect(Number.isSafeInteger(ms) && ms >= 0 && ms <= MAX_DURATION_MS).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(WorkflowCodeError);
        }
      }),
    );
  });

  it('refuses a long text without delay', () => {
    for (const part of ['1', ' ', 'a', '1.', '1s ', '1 ']) {
      expect(() => toMilliseconds(part.repeat(200_000))).toThrow(WorkflowCodeError);
    }
  });
});
