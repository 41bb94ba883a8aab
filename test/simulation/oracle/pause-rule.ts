/**
 * A run that is paused does nothing new: no worker takes it, what it is sent waits for the resume, and a worker that is in a
 * turn of it begins no body as soon as it has heard; a request to stop ends the pause. After the resume nothing of it is lost,
 * which other rules see.
 */
import { DEFAULT_SETTINGS } from '../../../lib/engine/settings.ts';
import { PAUSABLE_STEP } from '../workloads/pausing.ts';
import { addedBy } from './ledger.ts';
import { isDisturbed } from './hears-rule.ts';
import type { Rule } from './rule.ts';

export const pauseRule: Rule = {
  name: 'a paused run does nothing new',
  onCall(call, run, violate) {
    const { operation, before, after, by } = call;
    if (operation === 'take' && before?.pausedAtMs !== undefined && after?.epoch !== before.epoch) {
      violate(`${by} took a run that is paused`);
    }
    const toStop = run.accepted.find((id) => {
      const kind = run.messages.get(id)?.kind;
      return (kind === 'cancel' || kind === 'terminate') && !run.isDelivered(id);
    });
    if (operation === 'pauseRun' && before !== after && after?.pausedAtMs !== undefined && toStop !== undefined) {
      violate(`${by} paused a run that has not heard of the request to stop ${toStop}`);
    }
    const put = addedBy(call, run);
    if (put === undefined) return;
    for (const entry of put.record.entries) {
      if (entry.kind !== 'signal-received' || entry.unread === true) continue;
      if (run.acceptedWhilePaused.has(entry.messageId)) {
        violate(`${by} delivered ${entry.messageId}, which was to wait for the resume`);
      }
    }
  },
  onBody(body, run, violate, seen) {
    const { pausedAtMs } = run.item ?? {};
    if (pausedAtMs === undefined || body.name !== PAUSABLE_STEP) return;
    const { latencyMs, settings } = seen.plan.weather;
    const { inboxCheckAfterStepMs } = { ...DEFAULT_SETTINGS, ...settings };
    const lateMs = body.atMs - run.pausedSinceMs;
    if (lateMs <= inboxCheckAfterStepMs + 3 * latencyMs + 100 || isDisturbed(run, seen)) return;
    violate(`${body.by} began the body of "${body.name}" ${Math.round(lateMs)} ms after the run was paused`);
  },
  atEnd({ item }, violate) {
    if (item?.pausedAtMs !== undefined)
      violate('the run is paused for ever, and everybody who paused it has resumed it');
  },
};
