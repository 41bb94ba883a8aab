/** Moves the clock of a cloud from stop to stop, and waits at each until nothing is being worked on. */
import { CloudError } from '../cloud-error.ts';
import type { MovableClock } from './movable-clock.ts';

const LOOK_EVERY_MS = 5;
/** An answer on its way from one part to another is nowhere for a moment. */
const STILL_LOOKS = 3;
/** Lambda's longest timeout, and some: a function that works longer never rests. */
const LONGEST_WAIT_MS = 16 * 60_000;

export interface Work {
  isBusy(): boolean;
}

/**
 * Waits until everything rests, moves the clock, and rests again. What becomes due on the way (a message, a retry)
 * happens at its time; schedules that come round again and again are leapt over but for the last time.
 */
export async function advance(clock: MovableClock, byMs: number, work: Work): Promise<void> {
  await untilIdle(clock, work);
  const untilMs = clock.nowMs() + byMs;
  for (;;) {
    const stopMs = clock.nextStopMs();
    if (stopMs === undefined || stopMs >= untilMs) break;
    clock.advance(Math.max(0, stopMs - clock.nowMs()));
    await untilIdle(clock, work);
  }
  clock.advance(Math.max(0, untilMs - clock.nowMs()));
  await untilIdle(clock, work);
}

/** Nothing works, and nothing is due. */
async function untilIdle(clock: MovableClock, work: Work): Promise<void> {
  const giveUpAtMs = Date.now() + LONGEST_WAIT_MS;
  for (let still = 0; still < STILL_LOOKS; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const stopMs = clock.nextStopMs() ?? Infinity;
    if (work.isBusy() || stopMs <= clock.nowMs()) still = -1;
    if (Date.now() > giveUpAtMs) {
      throw new CloudError('NOT_SUPPORTED', 'the cloud does not come to rest: something is invoked again and again');
    }
  }
}
