/** What comes of a purge, and of a delete. */
import type { RunItem } from './run-item.ts';

export type PurgeResult =
  | { readonly kind: 'purged' }
  | { readonly kind: 'postponed'; readonly dueAtMs: number }
  /** There is no such run, or it is open, or not due; or another sweeper was faster. */
  | { readonly kind: 'skipped' };

export type DeleteRunResult =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'open'; readonly run: RunItem }
  /** It has ended, and other runs are still to learn of it. */
  | { readonly kind: 'not-settled' }
  | { readonly kind: 'not-found' };
