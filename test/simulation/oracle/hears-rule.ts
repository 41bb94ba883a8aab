/**
 * A run that is busy hears in time that it is to stop: no body begins more than a second after a request to terminate was
 * accepted, and a run whose worker was in a turn ends within the time between two checks (docs/semantics.md). Asked where
 * no worker stands still or is cut off from the table.
 */
import { DEFAULT_SETTINGS } from '../../../lib/engine/settings.ts';
import { BUSY_STEP } from '../workloads/busy-run.ts';
import type { Rule, Seen } from './rule.ts';

/** What keeps a worker from hearing, or its answers from being seen in time. */
const DISTURBANCES =
  /^(freeze|requestLost|answerLost|sentTwice|carriedOutLater|slow|half|dieBefore|dieAfter|bodyDies|outage|blackout|clocks-jump|kill)/;

export const hearsRule: Rule = {
  name: 'a busy run hears in time',
  onBody(body, run, violate, seen) {
    const { terminate = Infinity, cancel = Infinity } = run.stopAcceptedAtMs;
    // Other code may go on after a request to cancel.
    const acceptedAtMs = body.name === BUSY_STEP ? Math.min(terminate, cancel) : terminate;
    const { latencyMs, settings } = seen.plan.weather;
    const { inboxCheckAfterStepMs } = { ...DEFAULT_SETTINGS, ...settings };
    const lateMs = body.atMs - acceptedAtMs;
    if (lateMs <= inboxCheckAfterStepMs + 3 * latencyMs + 100 || isDisturbed(seen)) return;
    violate(
      `${body.by} began the body of "${body.name}" ${Math.round(lateMs)} ms after a request to stop was accepted`,
    );
  },
  onCall({ operation, atMs, before, after }, run, violate, seen) {
    const { terminate = Infinity } = run.stopAcceptedAtMs;
    if (operation !== 'finish' || before?.status === after?.status || after?.status !== 'terminated') return;
    const { latencyMs, settings } = seen.plan.weather;
    const { inboxCheckWithinStepMs } = { ...DEFAULT_SETTINGS, ...settings };
    // Each message that came before may take some calls where a run is built anew at each event.
    const calls = 40 + 6 * run.accepted.length;
    const lateMs = atMs - terminate;
    if (!run.wasHeldAtTerminate || lateMs <= inboxCheckWithinStepMs + calls * latencyMs + 500 || isDisturbed(seen))
      return;
    violate(`the run was terminated ${Math.round(lateMs)} ms after the request was accepted`);
  },
};

function isDisturbed({ plan, faultNames }: Seen): boolean {
  return plan.weather.clockErrorMs !== 0 || faultNames.some((name) => DISTURBANCES.test(name));
}
