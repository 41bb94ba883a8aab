/** A run is purged when it has ended and its retention is over, not before. */
import { definitionOf } from '../../../lib/core/workflow.ts';
import { SCHEDULE_WORKFLOW } from '../../../lib/schedule/schedule-state.ts';
import { scheduleWorkflow } from '../../../lib/schedule/schedule-workflow.ts';
import { workflows } from '../workloads/all-workloads.ts';
import type { Rule } from './rule.ts';

export const purgeRule: Rule = {
  name: 'a run is kept as long as it is to be kept',
  onCall({ operation, before, after, atMs }, run, violate, { plan }) {
    if (operation !== 'purge' || before === undefined || after !== undefined) return;
    const workflow = before.workflow === SCHEDULE_WORKFLOW ? scheduleWorkflow : workflows.get(before.workflow);
    const retentionMs = workflow === undefined ? undefined : definitionOf(workflow).retentionMs;
    if (retentionMs === undefined || run.end === undefined) {
      violate('a run was purged that is to be kept');
      return;
    }
    const wrongClockMs = plan.weather.clockErrorMs + Math.max(0, ...plan.weather.incidents.map(jumpMs));
    const missingMs = run.end.atMs + retentionMs - atMs - 2 * wrongClockMs;
    // Its end was noted before it was written.
    const slackMs = 60_000 + 5 * (plan.weather.settings.leaseMs ?? 30_000);
    if (missingMs > slackMs) violate(`the run was purged ${Math.round(missingMs)} ms too early`);
  },
};

function jumpMs(incident: { readonly kind: string; readonly byMs?: number }): number {
  return incident.byMs ?? 0;
}
