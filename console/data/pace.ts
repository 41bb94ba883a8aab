/** How often the page looks: often while something moves and it is seen, seldom else. */

export interface Pace {
  /** Looks since something moved. */
  readonly idleLooks: number;
  /** Looks in a row that failed. */
  readonly failedLooks: number;
  readonly isSeen: boolean;
  /** A look costs nothing. */
  readonly isLocal: boolean;
}

/** Looks that are asked for follow each other no sooner: of a busy engine, something is new all the time. */
export const SOONEST_MS = 250;
const QUICK_MS = 1_000;
const SLOWEST_LOCAL_MS = 4_000;
const SLOWEST_MS = 15_000;
const UNSEEN_MS = 60_000;
const AFTER_FAILURE_MS = 1_000;

/** How long to wait until the next look. */
export function pauseMs({ idleLooks, failedLooks, isSeen, isLocal }: Pace): number {
  if (failedLooks > 0) return Math.min(SLOWEST_MS, AFTER_FAILURE_MS * 2 ** (failedLooks - 1));
  if (!isSeen) return UNSEEN_MS;
  return Math.min(isLocal ? SLOWEST_LOCAL_MS : SLOWEST_MS, QUICK_MS * 1.5 ** Math.max(0, idleLooks - 2));
}
