/** Looks again and again: often while something moves and the page is seen, seldom else, and at once when it is asked to. */

import { pauseMs, SOONEST_MS } from './pace.ts';

export interface Look {
  /** Something was other than at the look before. */
  readonly hasMoved: boolean;
}

export interface Poller {
  /** Looks soon: at once, if the look before is not just over. */
  now(): void;
  stop(): void;
}

/** `look` rejects where there is no answer. One look at a time. */
export function poll(look: (signal: AbortSignal) => Promise<Look>, { isLocal }: { isLocal: boolean }): Poller {
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLooking = false;
  let isAskedAgain = false;
  let idleLooks = 0;
  let failedLooks = 0;
  let lookedAtMs = 0;
  const lookNow = async (): Promise<void> => {
    clearTimeout(timer);
    if (isLooking) {
      isAskedAgain = true;
      return;
    }
    isLooking = true;
    try {
      const { hasMoved } = await look(stopping.signal);
      idleLooks = hasMoved ? 0 : idleLooks + 1;
      failedLooks = 0;
    } catch {
      failedLooks += 1;
    }
    isLooking = false;
    lookedAtMs = Date.now();
    if (stopping.signal.aborted) return;
    const ms = isAskedAgain ? SOONEST_MS : pauseMs({ idleLooks, failedLooks, isSeen: !document.hidden, isLocal });
    isAskedAgain = false;
    timer = setTimeout(() => void lookNow(), ms);
  };
  const onSeen = (): void => {
    if (!document.hidden) void lookNow();
  };
  document.addEventListener('visibilitychange', onSeen);
  void lookNow();
  return {
    now: () => {
      idleLooks = 0;
      clearTimeout(timer);
      if (isLooking) isAskedAgain = true;
      else timer = setTimeout(() => void lookNow(), Math.max(0, lookedAtMs + SOONEST_MS - Date.now()));
    },
    stop: () => {
      stopping.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onSeen);
    },
  };
}
