/** Calls back when a time has come: what time limits are made of (asyncio's `call_at`). */
import { currentLoop } from '../core/loop.ts';
import type { Task } from '../core/task.ts';

/**
 * Sets a timer and gives a function that takes it back. One that is due already sets no timer: it calls back `soon`
 * (`call_soon`), or in the `next-round`, after all that is ready (`call_later(0, ...)`). `name` stands in the journal.
 * Timers of one `owner` that are due at the same moment call back together.
 */
export function setTimer(
  name: string,
  dueAtMs: number,
  whenDue: 'soon' | 'next-round',
  callback: () => void,
  owner?: Task<unknown>,
): () => void {
  const loop = currentLoop(name);
  let cancelled = false;
  const call = (): void => {
    if (!cancelled) callback();
  };
  if (dueAtMs > loop.nowMs()) {
    const timer = loop.begin({ kind: 'sleep', name, dueAtMs, ...(owner !== undefined && { owner }) });
    timer.addDoneCallback(call);
    return () => {
      cancelled = true;
      timer.cancel();
    };
  }
  if (whenDue === 'soon') loop.callSoon(call);
  else loop.callNextRound(call);
  return () => {
    cancelled = true;
  };
}
