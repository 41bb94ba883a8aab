/** When a run that ends is due: at once where something is left to do, and else for its purge, if it is not kept without a limit. */
import type { RunItem } from './run-item.ts';
import type { FinishRun } from './store.ts';

type DueAtEnd = Pick<RunItem, 'afterEnd' | 'dueAtMs' | 'purgeAtMs'>;

/** What its item has of that: the time of the purge as well, where that comes later. */
export function dueAtEnd({ afterEnd, purgeAtMs }: Pick<FinishRun, 'afterEnd' | 'purgeAtMs'>): DueAtEnd {
  if (afterEnd !== undefined) return { afterEnd, dueAtMs: 0, ...(purgeAtMs !== undefined && { purgeAtMs }) };
  return purgeAtMs === undefined ? {} : { dueAtMs: purgeAtMs };
}
