/**
 * How a turn ended.
 *
 * Tested by: test/engine/turns.test.ts, test/invariants/i1-table-is-truth.test.ts
 */
import type { ClosedStatus } from '../core/run-status.ts';

export type TurnEnd =
  /** Another worker has the run, or there is nothing to do: nothing was written. `pool`: the wake was of a pool. */
  | {
      readonly kind: 'skipped';
      readonly reason:
        'not-found' | 'closed' | 'leased' | 'not-due' | 'paused' | 'workflow-paused' | 'pinned-elsewhere' | 'pool';
    }
  /** Nothing to do before `dueAtMs`, or, if that is undefined, before a message comes. */
  | { readonly kind: 'suspended'; readonly dueAtMs: number | undefined }
  | { readonly kind: 'blocked'; readonly error: Error }
  | { readonly kind: 'ended'; readonly status: ClosedStatus }
  /** This link of the run is over, and the next one is due. */
  | { readonly kind: 'continued'; readonly link: number }
  /** Taken over, or the lease ran out: the next worker continues from the journal. */
  | { readonly kind: 'lease-lost' };
