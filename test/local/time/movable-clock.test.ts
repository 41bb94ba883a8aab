import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MovableClock } from '../../../lib/local/time/movable-clock.ts';

const STARTED_AT_MS = Date.parse('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;

let clock: MovableClock;
let called: string[];
const say = (what: string) => (): void => void called.push(what);

beforeEach(() => {
  vi.useFakeTimers({ now: STARTED_AT_MS });
  clock = new MovableClock();
  called = [];
});
afterEach(() => void vi.useRealTimers());

it('a clock that is not moved calls back at the right time, and not before', () => {
  clock.callAt(STARTED_AT_MS + 1_000, say('in a second'));
  vi.advanceTimersByTime(999);
  expect(called).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(called).toEqual(['in a second']);
});

it('a move calls back what became due, in order of time, and of one time in the order of asking', () => {
  clock.callAt(STARTED_AT_MS + 3 * DAY_MS, say('third'));
  clock.callAt(STARTED_AT_MS + DAY_MS, say('first'));
  clock.callAt(STARTED_AT_MS + DAY_MS, say('second'));
  clock.callAt(STARTED_AT_MS + 4 * DAY_MS + 1, say('later'));
  clock.advance(4 * DAY_MS);
  expect(called).toEqual(['first', 'second', 'third']);
  expect(clock.nowMs()).toBe(STARTED_AT_MS + 4 * DAY_MS);
});

it('after a move the rest of the time passes as on the machine', () => {
  clock.callAt(STARTED_AT_MS + DAY_MS, say('in a day'));
  clock.advance(DAY_MS - 1_000);
  vi.advanceTimersByTime(999);
  expect(called).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(called).toEqual(['in a day']);
  expect(clock.nowMs()).toBe(STARTED_AT_MS + DAY_MS);
});

it('what is further away than setTimeout can wait is not called early', () => {
  clock.callAt(STARTED_AT_MS + 60 * DAY_MS, say('in two months'));
  vi.advanceTimersByTime(59 * DAY_MS);
  expect(called).toEqual([]);
  vi.advanceTimersByTime(DAY_MS);
  expect(called).toEqual(['in two months']);
});

it('who was taken back is not called, not even by another callback of the same moment', () => {
  const cancel = clock.callAt(STARTED_AT_MS + 2_000, say('taken back'));
  clock.callAt(STARTED_AT_MS + 1_000, () => cancel());
  clock.advance(5_000);
  vi.advanceTimersByTime(5_000);
  expect(called).toEqual([]);
});

it('a callback that asks for now again and again does not hold up the others', () => {
  const again = (): void => {
    called.push('again');
    if (called.length < 5) clock.callAt(0, again);
  };
  clock.callAt(0, again);
  clock.callAt(STARTED_AT_MS + 1_000, say('other'));
  clock.advance(1_000);
  expect(called).toEqual(['again', 'other']);
  vi.advanceTimersByTime(10);
  expect(called).toHaveLength(5);
});

it('timers of the coalescingTimers view are no stops, and are called where the clock stops', () => {
  clock.coalescingTimers.callAt(STARTED_AT_MS + 1_000, say('leapt over'));
  clock.callAt(STARTED_AT_MS + 9_000, say('stop'));
  expect(clock.nextStopMs()).toBe(STARTED_AT_MS + 9_000);
  clock.advance(9_000);
  expect(called).toEqual(['leapt over', 'stop']);
  expect(clock.nextStopMs()).toBe(undefined);
});

it('who keeps the time elsewhere is told before anybody is called back', () => {
  const moved = new MovableClock((offsetMs) => called.push(`ahead by ${offsetMs}`));
  moved.callAt(STARTED_AT_MS + 5, say('due'));
  moved.advance(10);
  moved.advance(10);
  expect(called).toEqual(['ahead by 10', 'due', 'ahead by 20']);
});

it('a closed clock calls nobody', () => {
  clock.callAt(STARTED_AT_MS + 1_000, say('never'));
  clock.close();
  clock.callAt(STARTED_AT_MS + 1_000, say('never either'));
  vi.advanceTimersByTime(DAY_MS);
  expect(called).toEqual([]);
});
