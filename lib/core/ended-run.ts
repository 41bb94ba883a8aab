/** How another run ended, as the run that waited for it learns it. */
import type { ClosedStatus } from './run-status.ts';
import { toError } from './to-error.ts';

export interface EndedRun {
  readonly status: ClosedStatus;
  readonly workflow: string;
  /** The result of a completed run, the error of a failed one; of another one the reason, as a text or an error. */
  readonly value: unknown;
}

/** Why a run was cancelled or terminated. */
export function reasonOf({ value }: EndedRun): string {
  return typeof value === 'string' ? value : toError(value).message;
}
