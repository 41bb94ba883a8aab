/** What `engine.run` gives: the result of a run, and the workflow's own error in place of the run's. */
import type { Run } from '../client/run.ts';
import { CancelledError } from '../core/errors.ts';
import { RunCancelledError, RunFailedError } from '../core/run-errors.ts';

export async function ownResult<R>(run: Run<R>): Promise<R> {
  try {
    return await run.result();
  } catch (error) {
    if (error instanceof RunFailedError) throw error.cause;
    if (error instanceof RunCancelledError) throw new CancelledError(error.reason);
    throw error;
  }
}
