/** A timer never fires before its time, and after the faults not long after it; a run is not begun before its time. */
import type { RecordedCommand, SleepRequested } from '../../../lib/journal/event.ts';
import { addedBy } from './ledger.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Seen } from './rule.ts';

export const timersRule: Rule = {
  name: 'timers fire in time, and not before',
  onCall(call, run, violate, seen) {
    const { atMs } = call;
    const put = addedBy(call, run);
    if (put === undefined) return;
    const { entries } = put.record;
    const recorded = new Map(entries.flatMap((entry) => (entry.kind === 'sleep' ? [[entry.id, entry] as const] : [])));
    const first = run.entries[0] ?? entries[0];
    for (const entry of entries) {
      if (entry.kind === 'deadline-passed' && first?.kind === 'started') {
        const earlyMs = (first.deadlineAtMs ?? Infinity) - entry.atMs;
        if (earlyMs > 0) violate(`the run was told that its time is up ${earlyMs} ms too early`);
      }
      if (entry.kind !== 'sleep-completed') continue;
      const sleep = recorded.get(entry.id) ?? run.commands.get(entry.id);
      if (!isSleep(sleep)) continue;
      if (entry.atMs < sleep.dueAtMs) violate(`timer #${entry.id} fired ${sleep.dueAtMs - entry.atMs} ms too early`);
      const askedAtMs = run.askedAtMs.get(entry.id) ?? atMs;
      const { blockedUntilMs, formerLeaseEndedMs, resumedAtMs } = run;
      const reopenedAtMs = run.reopened.at(-1)?.atMs ?? -Infinity;
      // The lease of a dead worker whose clock was wrong is over when its own clock would have said so.
      const workflowResumedAtMs = seen.table.ledger.workflows.resumedAtMs(run.item?.workflow ?? '');
      const freeAtMs = Math.max(
        seen.faultsEndedAtMs,
        blockedUntilMs,
        formerLeaseEndedMs,
        resumedAtMs,
        workflowResumedAtMs,
      );
      const sinceMs = Math.max(sleep.dueAtMs, askedAtMs, freeAtMs, reopenedAtMs);
      if (seen.fleet.saturatedAtMs >= sinceMs) continue;
      if (run.item !== undefined && seen.table.ledger.workflows.holdsBack(run.item)) continue;
      const lateMs = atMs - sinceMs;
      if (lateMs > latestMs(seen, run)) violate(`timer #${entry.id} fired ${Math.round(lateMs)} ms too late`);
    }
  },
  atEnd(run, violate, { callers, plan }) {
    const [started] = run.entries;
    const isOfRun = ({ runId, action }: (typeof callers.told)[number]): boolean =>
      action.do === 'start' && (action.id ?? runId) === run.runId;
    const told = callers.told.find(isOfRun);
    if (started?.kind !== 'started' || told?.action.do !== 'start' || run.created === undefined) return;
    const isStopped = run.entries.some(({ kind }) => kind === 'cancel-requested' || kind === 'terminate-requested');
    const beginsAtMs = run.created.createdAtMs + (told.action.delayMs ?? 0);
    const slackMs = plan.weather.settings.wakeSlackMs ?? 500;
    // The clock of its worker may have been set back since it showed that the time had come.
    const takenAtMs = run.takenAtMs.get(run.records[0]?.epoch ?? 0) ?? -Infinity;
    const begunAtMs = Math.max(started.atMs, takenAtMs);
    if (!isStopped && begunAtMs < beginsAtMs - slackMs && told.action.delayMs !== undefined) {
      violate(`the run was to be delayed, and began ${beginsAtMs - begunAtMs} ms before its time`);
    }
  },
};

/**
 * A worker in whose turn nothing else is due may take as long as a lease and two sweeps to come by. Where a run is built
 * anew at each event, each message that came before takes a few calls.
 */
function latestMs({ plan }: Seen, { delivered }: RunLedger): number {
  const { settings, sweepPeriodMs, latencyMs } = plan.weather;
  const calls = 60 + (settings.rebuildAtEveryAwait === true ? 6 * delivered.length : 0);
  return (settings.leaseMs ?? 30_000) + 2 * sweepPeriodMs + calls * latencyMs + 15_000;
}

function isSleep(command: RecordedCommand | undefined): command is SleepRequested {
  return command?.kind === 'sleep';
}
