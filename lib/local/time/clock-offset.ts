/** The words in which a function's process learns how far the clock is ahead of the machine's. */
import type { Clock } from '../../ports/clock.ts';

/** Of the answer to `/next`: for the invocation that begins. */
export const offsetHeader = 'lull-clock-offset-ms';
/** For the time in which the code is loaded. The function does not see it. */
export const offsetVariable = '_LULL_CLOCK_OFFSET_MS';

/** 0 when the clock is the machine's, whichever millisecond just ended. */
export function clockOffsetMs(clock: Clock): number {
  const beforeMs = Date.now();
  const nowMs = clock.nowMs();
  return nowMs >= beforeMs && nowMs <= Date.now() ? 0 : nowMs - beforeMs;
}
