/**
 * Finds out, while a turn goes on, whether the run's workflow is paused. Then the turn does nothing new: as where the run
 * itself is paused, steps that are under way come to their end.
 *
 * It is looked at once for each round of the turn, so that a round is of one mind: what is not delivered makes the run due.
 *
 * Tested by: test/engine/pause-workflow.test.ts
 */
import { mayBeHeld } from '../ports/run-item.ts';
import type { Turn } from './turn-state.ts';

/** Undefined: there is nothing to ask for. */
export function lookForPause(turn: Turn): Promise<void> | undefined {
  if (mayBeHeld(turn.newestRun ?? turn.run)) return look(turn);
  turn.isHeldBack = false;
  return undefined;
}

async function look(turn: Turn): Promise<void> {
  const { engine, runId, run, pausedWorkflows } = turn;
  try {
    turn.isHeldBack = (await pausedWorkflows.within(engine.workflowListMaxAgeMs)).has(run.workflow);
  } catch (error) {
    // The steps in flight are worth more than this read: it stays as it was.
    engine.log.warn('the list of paused workflows could not be read', { runId, error });
  }
}
