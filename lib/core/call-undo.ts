/** Calling the undo of a step: as the body of a step of its own, if it can be one. */
import { isAwaitable, isPromise } from './check-awaitable.ts';
import { WorkflowCodeError } from './errors.ts';

/** What an author gives to undo a completed step. */
export type StepUndo = (result: never) => unknown;

/** Recorded as the result of an undo's step whose undo awaits something of the run, and so runs as code of the run. */
export const RUNS_IN_THE_RUN = 'runs in the run';

/**
 * Calls it where no run is going on. A promise is awaited by the step. A coroutine, and a call that needs a run (such as
 * one of a `defineStep`), cannot go on here: the answer says so, and nothing of it has happened.
 */
export function callUndo(undo: StepUndo, result: unknown): unknown {
  let made: unknown;
  try {
    made = (undo as (result: unknown) => unknown)(result);
  } catch (error) {
    if (error instanceof WorkflowCodeError && error.code === 'NOT_IN_A_RUN') return RUNS_IN_THE_RUN;
    throw error;
  }
  if (isPromise(made)) return made.then(() => undefined);
  return isAwaitable(made) ? RUNS_IN_THE_RUN : undefined;
}
