/** Every run ends as its workload allows. */
import { workloadOf } from '../workloads/all-workloads.ts';
import { FOLLOW_UP } from '../workloads/followed.ts';
import type { Rule } from './rule.ts';

export const workloadRule: Rule = {
  name: 'a run ends as its workload allows',
  atEnd(run, violate, seen) {
    const plan = seen.planOf(run.runId);
    const { startedBy, workflow } = run.created ?? {};
    if (startedBy !== undefined || workflow === FOLLOW_UP) return; // the workload of the run that it follows judges it
    if (plan === undefined) {
      violate('nobody planned this run');
      return;
    }
    if (run.runId !== plan.runId) return; // with that of the plan's own run
    const wrong = workloadOf(plan.workload).judge?.(run, plan, seen);
    if (wrong !== undefined) violate(wrong);
  },
};
