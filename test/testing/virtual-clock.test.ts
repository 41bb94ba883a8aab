import fc from 'fast-check';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../lib/testing/virtual-clock.ts';

it('calls nobody by itself', () => {
  const clock = new VirtualClock(1_000);
  let called = 0;
  clock.callAt(0, () => (called += 1));
  clock.moveTo(5_000);
  expect(called).toBe(0);
  expect(clock.callDue()).toBe(1);
  expect(called).toBe(1);
});

it('never goes back', () => {
  const clock = new VirtualClock(1_000);
  clock.moveTo(500);
  expect(clock.nowMs()).toBe(1_000);
});

it('calls those whose time has come in the order of time, then of asking, and nobody who was taken back', () => {
  const timers = fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 20 }), isTakenBack: fc.boolean() }));
  fc.assert(
    fc.property(timers, fc.integer({ min: 0, max: 20 }), (asked, nowMs) => {
      const clock = new VirtualClock(0);
      const called: number[] = [];
      for (const [index, { atMs, isTakenBack }] of asked.entries()) {
        const takeBack = clock.callAt(atMs, () => called.push(index));
        if (isTakenBack) takeBack();
      }
      clock.moveTo(nowMs);
      clock.callDue();
      const wanted = [...asked.entries()]
        .filter(([, { atMs, isTakenBack }]) => atMs <= nowMs && !isTakenBack)
        .sort(([a, one], [b, other]) => one.atMs - other.atMs || a - b);
      expect(called).toEqual(wanted.map(([index]) => index));
      const later = asked.filter(({ atMs, isTakenBack }) => atMs > nowMs && !isTakenBack).map(({ atMs }) => atMs);
      expect(clock.nextAtMs()).toBe(later.length === 0 ? undefined : Math.min(...later));
    }),
  );
});

it('calls what a callback asks for at the same time as well', () => {
  const clock = new VirtualClock(0);
  const called: string[] = [];
  clock.callAt(1, () => {
    called.push('first');
    clock.callAt(1, () => called.push('second'));
    clock.callAt(2, () => called.push('too early'));
  });
  clock.moveTo(1);
  clock.callDue();
  expect(called).toEqual(['first', 'second']);
});
