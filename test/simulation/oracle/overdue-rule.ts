/** After the faults, a run that wants a turn gets it within the time that two leases take (I1, I7). */
import type { Rule } from './rule.ts';

export const overdueRule: Rule = {
  name: 'a run that is due is taken in time',
  onCall({ operation, before, after, atMs }, run, violate, { plan, faultsEndedAtMs, fleet, table }) {
    if (operation !== 'take' || before === undefined || after?.epoch === before.epoch) return;
    const { workflows } = table.ledger;
    if (workflows.holdsBack(before)) return; // it may take its time
    const { settings, sweepPeriodMs, latencyMs } = plan.weather;
    const leaseMs = settings.leaseMs ?? 30_000;
    const sinceMs = Math.max(run.wantsTurnSinceMs, faultsEndedAtMs, workflows.resumedAtMs(before.workflow));
    // Who has no worker free, waits for one.
    if (fleet.saturatedAtMs >= sinceMs) return;
    const mostMs = leaseMs + 2 * sweepPeriodMs + 20 * latencyMs + 2_000;
    if (atMs - sinceMs > mostMs)
      violate(`the run was due for ${Math.round(atMs - sinceMs)} ms, the limit is ${mostMs}`);
  },
};
