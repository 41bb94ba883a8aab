/** A request to cancel that the run has taken in is not lost: code that keeps none to itself does nothing new (I6). */
import { isRecordedCommand } from '../../../lib/journal/event.ts';
import { workloadOf } from '../workloads/all-workloads.ts';
import type { Rule } from './rule.ts';

export const cancelRule: Rule = {
  name: 'a cancel that was taken in is not lost',
  atEnd(run, violate, { planOf }) {
    const plan = planOf(run.runId);
    const mayFinish = plan && workloadOf(plan.workload).mayFinishWhenCancelled;
    if (mayFinish === undefined) return;
    const cancelledAt = run.entries.findIndex(({ kind }) => kind === 'cancel-requested');
    if (cancelledAt < 0) return;
    // What was in flight may end. What is asked for and withdrawn at once stands in the journal as well, and never ends.
    const askedSince = new Map<number, string>();
    for (const entry of run.entries.slice(cancelledAt)) {
      if (isRecordedCommand(entry)) askedSince.set(entry.id, entry.name);
      if (entry.kind !== 'step-completed') continue;
      const name = askedSince.get(entry.id);
      if (name === undefined || mayFinish(name)) continue;
      violate(`it was asked to cancel, and did "${name}" all the same`);
      return;
    }
  },
};
