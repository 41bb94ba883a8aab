/** How many have begun within a stretch of time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentStarts, nextStartAtMs, withoutStart, withStart } from '../../../lib/engine/pools/starts.ts';
import type { Starts } from '../../../lib/ports/pool.ts';

describe('starts within a time', () => {
  test('no stretch of it ever has more than the limit, and whoever waits goes on', () => {
    const rules = fc.record({ limit: fc.integer({ min: 1, max: 100 }), perMs: fc.integer({ min: 1, max: 10_000 }) });
    const pauses = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(rules, pauses, (rule, waits) => {
        const begun: number[] = [];
        let starts: Starts = [];
        let nowMs = 1_000_000;
        for (const waitMs of waits) {
          nowMs += waitMs;
          const atMs = nextStartAtMs(starts, rule, nowMs);
          expect(atMs).toBeGreaterThanOrEqual(nowMs);
          // It waits for no longer than the time, and a part of it.
          expect(atMs - nowMs).toBeLessThanOrEqual(rule.perMs + rule.perMs / 32 + 1);
          nowMs = atMs;
          expect(nextStartAtMs(starts, rule, nowMs)).toBe(nowMs);
          starts = withStart(starts, rule, nowMs);
          begun.push(nowMs);
          const within = begun.filter((each) => each > nowMs - rule.perMs);
          expect(within.length).toBeLessThanOrEqual(rule.limit);
          expect(starts.length).toBeLessThanOrEqual(34);
        }
      }),
    );
  });

  test('a small limit is exact', () => {
    const rule = { limit: 2, perMs: 1_000 };
    const starts = [0, 400].reduce<Starts>((all, atMs) => withStart(all, rule, atMs), []);
    expect(nextStartAtMs(starts, rule, 500)).toBe(1_000);
    expect(nextStartAtMs(starts, rule, 1_000)).toBe(1_000);
  });

  test('a start that is taken back does not count', () => {
    const rule = { limit: 1, perMs: 1_000 };
    const starts = withStart([], rule, 7);
    expect(withoutStart(starts, rule, 7)).toEqual([]);
    expect(withoutStart(starts, rule, 8)).toEqual(starts);
  });

  test('those of a clock that was ahead count from now on, and not for longer', () => {
    const rule = { limit: 1, perMs: 1_000 };
    const starts = withStart([], rule, 9_000_000);
    expect(currentStarts(starts, rule, 5_000)).toEqual([[5_000, 1]]);
    expect(nextStartAtMs(starts, rule, 5_000)).toBe(6_000);
  });
});
