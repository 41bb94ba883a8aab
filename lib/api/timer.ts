/** Calls back when a time has come: what time limits are made of (asyncio's `call_at`). */
import { currentLoop } from '../core/loop.ts';

/**
 * Sets a timer and gives a function that takes it back. One that is due already sets no timer: it calls back `soon`
 * (`call_soon`), or in the `next-round`, after all that is ready (`call_later(0, ...)`). `name` stands in the journal.
 */
export function setTimer(
  name: string,
  dueAtMs: number,
  whenDue: 'soon' | 'next-round',
  callback: () => void,
): () => void {
  const loop = currentLoop(name);
  let cancelled = false;
  const call = (): void => {
    if (!cancelled) callback();
  };
  if (dueAtMs > loop.nowMs()) {
    const timer = loop.begin({ kind: 'sleep', name, dueAtMs });
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
