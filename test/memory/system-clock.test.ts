import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SystemClock } from '../../lib/memory/system-clock.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function record() {
  const calls: number[] = [];
  return { calls, callback: () => calls.push(Date.now()) };
}

test('now is the epoch in milliseconds', () => {
  expect(new SystemClock().nowMs()).toBe(1_000_000);
});

test('a callback comes once, at its time', () => {
  const { calls, callback } = record();
  new SystemClock().callAt(1_000_500, callback);
  vi.advanceTimersByTime(499);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(calls).toEqual([1_000_500]);
});

test('a time in the past is soon, never within the call', () => {
  const { calls, callback } = record();
  new SystemClock().callAt(5, callback);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(calls).toHaveLength(1);
});

test('a callback 60 days away does not come early, though one timer cannot wait for so long', () => {
  const { calls, callback } = record();
  const atMs = 1_000_000 + 60 * DAY_MS;
  new SystemClock().callAt(atMs, callback);
  vi.advanceTimersByTime(60 * DAY_MS - 1);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(calls).toEqual([atMs]);
});

test('a callback that was taken back is not called, not even after the first of several waits', () => {
  const { calls, callback } = record();
  const takeBack = new SystemClock().callAt(1_000_000 + 60 * DAY_MS, callback);
  vi.advanceTimersByTime(30 * DAY_MS);
  takeBack();
  vi.advanceTimersByTime(60 * DAY_MS);
  expect(calls).toEqual([]);
});
