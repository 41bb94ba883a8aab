/**
 * Whether a base is known to be the end of the journal, without a look: then a cold worker, or a reader, goes on by the one read
 * of the base.
 *
 * The lease at whose end it was named has written nothing after it (I3), so only later leases can have. Leases are counted: it is
 * enough that there was none since, but for the turn's own, which knows what it has written.
 *
 * Tested by: test/frames/runs/since-2016.test.ts, test/frames/runs/unbounded-takeover.test.ts
 */
import type { RunItem } from '../../ports/run-item.ts';
import type { Turn } from '../turn-state.ts';

/** For the worker that has the lease after that one. */
export function isEndForTurn({ base, epoch, takesOver, journal }: Turn): boolean {
  return base !== undefined && !takesOver && base.epoch === epoch - 1 && journal.recordNumber <= base.record;
}

/** For a reader of that run item. */
export function isEndForReader({ base, epoch, lease }: Pick<RunItem, 'base' | 'epoch' | 'lease'>): boolean {
  return lease === undefined && base?.epoch === epoch;
}
