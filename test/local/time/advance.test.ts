import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MovableClock } from '../../../lib/local/time/movable-clock.ts';
import { advance } from '../../../lib/local/time/advance.ts';
import { CloudError } from '../../../lib/local/cloud-error.ts';

const STARTED_AT_MS = Date.parse('2026-11-22T12:00:00Z');

let clock: MovableClock;
let seen: string[];
/** What is being worked on. */
let open: number;

beforeEach(() => {
  vi.useFakeTimers({ now: STARTED_AT_MS });
  clock = new MovableClock();
  seen = [];
  open = 0;
});
afterEach(() => void vi.useRealTimers());

const minutes = (count: number): number => count * 60_000;

/** As a function does that is called at a time: it works a while, and says at which minute of the cloud it ended. */
function workAt(atMinute: number, name: string, then: () => void = () => undefined): void {
  clock.callAt(STARTED_AT_MS + minutes(atMinute), () => {
    open += 1;
    setTimeout(() => {
      open -= 1;
      seen.push(`${name} at ${Math.round((clock.nowMs() - STARTED_AT_MS) / 60_000)}`);
      then();
    }, 200);
  });
}

async function move(byMinutes: number): Promise<void> {
  const moving = advance(clock, minutes(byMinutes), { isBusy: () => open > 0 });
  await vi.advanceTimersByTimeAsync(10_000);
  await moving;
}

it('what becomes due on the way happens at its time, and what follows from it too', async () => {
  workAt(10, 'first', () => workAt(20, 'what the first asked for'));
  workAt(40, 'last');
  workAt(61, 'too far');
  await move(60);
  expect(seen).toEqual(['first at 10', 'what the first asked for at 20', 'last at 40']);
  expect(clock.nowMs() - STARTED_AT_MS).toBeGreaterThanOrEqual(minutes(60));
  expect(clock.nowMs() - STARTED_AT_MS).toBeLessThan(minutes(61));
});

it('the clock is not moved while somebody is at work', async () => {
  open = 1;
  setTimeout(() => {
    seen.push(`ended after ${clock.nowMs() - STARTED_AT_MS} ms`);
    open = 0;
  }, 5_000);
  await move(30);
  expect(seen).toEqual(['ended after 5000 ms']);
});

it('timers that come round are leapt over, and called at the stops', async () => {
  clock.coalescingTimers.callAt(STARTED_AT_MS + minutes(1), () => seen.push('sweep'));
  workAt(30, 'work');
  await move(60);
  expect(seen).toEqual(['sweep', 'work at 30']);
});

it('a cloud that never rests is given up', async () => {
  open = 1;
  const moving = advance(clock, 1, { isBusy: () => open > 0 });
  const given = expect(moving).rejects.toThrow(CloudError);
  await vi.advanceTimersByTimeAsync(minutes(17));
  await given;
});
