/**
 * Errors that a run's code left behind: a promise that it made, and did not wait for, has failed. The code cannot handle
 * it any more, so the run fails with it at once. If the turn is over by then, the error is only logged.
 *
 * Tested by: test/adversarial/promise-ends-the-worker.test.ts
 */
import { WorkflowCodeError } from '../core/errors.ts';
import { describeThrown } from '../core/to-error.ts';
import type { Logger } from '../core/logger.ts';
import type { CodeOwner } from './owned-code.ts';

export interface StrayErrors extends CodeOwner {
  /** The first that came while a turn watched. */
  first: Error | undefined;
  /** A turn goes on with the run: it checks `first` before it ends. */
  watch(): void;
  unwatch(): void;
}

export interface OwnerOfRun {
  readonly runId: string;
  readonly workflow: string;
  readonly log: Logger;
  readonly codeLocation: () => string;
}

/** Watched from the beginning. */
export function createStrayErrors({ runId, workflow, log, codeLocation }: OwnerOfRun): StrayErrors {
  let isWatched = true;
  const logStray = (error: Error): void => {
    log.error('workflow code has left an error behind that its run can no longer take', { runId, workflow, error });
  };
  const strays: StrayErrors = {
    step: undefined,
    first: undefined,
    takeStray(cause) {
      const error = forgottenPromise(workflow, codeLocation(), cause);
      if (isWatched && strays.first === undefined) strays.first = error;
      else logStray(error);
    },
    watch() {
      isWatched = true;
    },
    unwatch() {
      isWatched = false;
      if (strays.first !== undefined) logStray(strays.first);
      strays.first = undefined;
    },
  };
  return strays;
}

function forgottenPromise(workflow: string, codeLocation: string, cause: Error): WorkflowCodeError {
  return new WorkflowCodeError(
    'FORGOTTEN_PROMISE',
    `workflow "${workflow}" made a promise that it did not wait for, and the promise has failed: ` +
      `${describeThrown(cause)}. The code stands ${codeLocation}. A run cannot wait for a promise: do such work in a step, ` +
      `yield* step('name', () => ...)`,
    { cause },
  );
}
