/** Trying a failed run again: operation 25. */
import type { RetryPoint, RunItem } from './run-item.ts';

export interface RetryRun {
  /** As the run was seen: it had failed in this epoch, and was due then: to be purged, or to put its end on the event bus. */
  readonly epoch: number;
  readonly purgeAtMs: number | undefined;
  /** How often it was tried again, with this time. */
  readonly retries: number;
  readonly goesOnFrom: RetryPoint;
}

export type RetryRunResult =
  | { readonly kind: 'done' }
  /** It is not as it was seen any more. */
  | { readonly kind: 'changed'; readonly run: RunItem }
  | { readonly kind: 'not-found' };
