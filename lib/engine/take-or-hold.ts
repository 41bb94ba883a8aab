/**
 * Takes the lease of a run, or, where its workflow is paused, holds it: its entry of the index of the due goes to where no
 * sweep looks before the resume (operation 29). So neither wakes nor sweeps go round in circles over it.
 *
 * Relies on: a workflow that was paused once stays in the list, and the sweeper puts its held runs back for as long as it
 * is not paused. So the next sweep puts back a run that a worker holds too late.
 *
 * Tested by: test/engine/pause-workflow.test.ts, test/adversarial/held-too-late.test.ts
 */
import type { TakeLease } from '../ports/store.ts';
import type { PausedWorkflows } from './paused-workflows.ts';
import type { Engine } from './settings.ts';
import { takeRun, type TakeRunResult } from './take-run.ts';

/** Before a worker holds a run, it reads the list again if it is older: after a resume few runs are held in vain. */
const MAX_AGE_FOR_HOLD_MS = 1_000;

export type TakeOrHoldResult =
  | Exclude<TakeRunResult, { readonly reason: 'workflow-paused' }>
  | { readonly kind: 'refused'; readonly reason: 'workflow-paused' };

export async function takeOrHold(
  engine: Engine,
  pausedWorkflows: PausedWorkflows,
  runId: string,
  toTake: () => TakeLease,
): Promise<TakeOrHoldResult> {
  const { store, clock, workflowListMaxAgeMs } = engine;
  let paused = await pausedWorkflows.within(workflowListMaxAgeMs);
  for (;;) {
    const take = toTake();
    const taking = await takeRun(engine, runId, paused.size === 0 ? take : { ...take, paused: [...paused.keys()] });
    if (taking.kind !== 'refused' || taking.reason !== 'workflow-paused') return taking;
    const { workflow, isHeld } = taking.run;
    const newer = await pausedWorkflows.within(Math.min(MAX_AGE_FOR_HOLD_MS, workflowListMaxAgeMs));
    if (newer.has(workflow)) {
      const nowMs = clock.nowMs();
      if (!isHeld) await store.holdRun(runId, { workflow, nowMs, dueByMs: nowMs + engine.wakeSlackMs });
      return { kind: 'refused', reason: 'workflow-paused' };
    }
    paused = newer;
  }
}
