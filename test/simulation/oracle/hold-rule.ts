/**
 * Runs of a workflow that is paused do nothing new once all workers have heard of it, but for those that were asked to stop;
 * holding a run changes nothing else of it; and nobody is held for ever. That nothing is lost meanwhile, other rules see.
 */
import { DEFAULT_SETTINGS } from '../../../lib/engine/settings.ts';
import type { RunItem } from '../../../lib/ports/run-item.ts';
import { HOLDABLE_STEP } from '../workloads/holding.ts';
import { isDisturbed } from './hears-rule.ts';
import type { Rule, Seen } from './rule.ts';

export const holdRule: Rule = {
  name: 'runs of a paused workflow do nothing new',
  onCall({ operation, before, after, by, atMs }, run, violate, seen) {
    if (before === undefined || after === undefined) return;
    const { workflows } = seen.table.ledger;
    if (operation === 'holdRun' || operation === 'putRunBack') {
      if (textBesides(before) !== textBesides(after)) {
        violate(`${operation} by ${by} changed more than where the run is listed`);
      }
    }
    if (operation === 'holdRun' && after.isHeld && !before.isHeld) {
      if (!workflows.wasPaused(after.workflow)) violate(`${by} held a run whose workflow was never paused`);
      const toStop = run.accepted.find((id) => isToStop(run.messages.get(id)?.kind) && !run.isDelivered(id));
      if (toStop !== undefined) violate(`${by} held a run that has not heard of the request to stop ${toStop}`);
    }
    if (operation !== 'take' || after.epoch === before.epoch || !workflows.holdsBack(before)) return;
    const lateMs = atMs - (workflows.pausedSinceMs(before.workflow) ?? Infinity);
    if (lateMs <= latestMs(seen) || isDisturbed(run, seen) || wasListUnread(seen)) return;
    violate(`${by} took a run ${Math.round(lateMs)} ms after its workflow was paused`);
  },
  onBody(body, run, violate, seen) {
    const { item } = run;
    if (body.name !== HOLDABLE_STEP || item === undefined || !seen.table.ledger.workflows.holdsBack(item)) return;
    const lateMs = body.atMs - (seen.table.ledger.workflows.pausedSinceMs(item.workflow) ?? Infinity);
    if (lateMs <= latestMs(seen) || isDisturbed(run, seen) || wasListUnread(seen)) return;
    violate(`${body.by} began the body of "${body.name}" ${Math.round(lateMs)} ms after its workflow was paused`);
  },
  atEnd({ item }, violate, { table }) {
    if (item !== undefined && table.ledger.workflows.pausedSinceMs(item.workflow) !== undefined)
      violate('the workflow is paused for ever, and everybody who paused it has resumed it');
    if (item?.isHeld) violate('the run is held for ever, and its workflow was resumed');
  },
};

/** The list may be as old as that when a turn, or a round of one, begins; and a commit comes before a body. */
function latestMs({ plan }: Seen): number {
  const { latencyMs, settings } = plan.weather;
  return { ...DEFAULT_SETTINGS, ...settings }.workflowListMaxAgeMs + 6 * latencyMs + 1_100;
}

/** A turn that goes on does so by what it has read before. */
function wasListUnread({ faultNames }: Seen): boolean {
  return faultNames.some((name) => name.includes('WorkflowList'));
}

function isToStop(kind: string | undefined): boolean {
  return kind === 'cancel' || kind === 'terminate';
}

function textBesides({ isHeld: _isHeld, ...item }: RunItem): string {
  return JSON.stringify(item);
}
