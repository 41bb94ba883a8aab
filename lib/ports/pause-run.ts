/** What a pause and a resume of a run ask of the store: operation 26, operation 27. */
import type { RunItem } from './run-item.ts';

export interface PauseRun {
  /** As the run was seen. */
  readonly wakesSeen: number;
  readonly pausedAtMs: number;
}

export type ResumeRun = Pick<PauseRun, 'wakesSeen'>;

/** With the run as it is now. `changed`: it is not as it was seen any more, or was so already. */
export type PauseRunResult =
  { readonly kind: 'done' | 'changed'; readonly run: RunItem } | { readonly kind: 'not-found' };
