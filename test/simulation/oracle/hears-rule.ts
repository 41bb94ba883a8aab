/**
 * A run that is busy hears in time that it is to stop: no body begins more than a second after a request to terminate was
 * accepted, and a run whose worker was in a turn ends within the time between two checks (docs/semantics.md). Asked where
 * no worker stands still, is cut off from the table, or dies: a run whose worker died hears when it is taken over (I7).
 */
import { DEFAULT_SETTINGS } from '../../../lib/engine/settings.ts';
import { BUSY_STEP } from '../workloads/busy-run.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Seen } from './rule.ts';

/** What befalls workers as a whole, in which the run may be; besides these, a program's own steps may kill theirs. */
const OF_WORKERS = /^(freeze|dieBefore|dieAfter|bodyDies|codeDies|outage|blackout|clocks-jump|kill|deploy)/;
/** What befalls one call, which may be about the run. */
const OF_CALLS = /^(requestLost|answerLost|sentTwice|carriedOutLater|overtaken|slow|half)/;

export const hearsRule: Rule = {
  name: 'a busy run hears in time',
  onBody(body, run, violate, seen) {
    const { terminate = Infinity, cancel = Infinity } = run.stopAcceptedAtMs;
    // Other code may go on after a request to cancel.
    const acceptedAtMs = body.name === BUSY_STEP ? Math.min(terminate, cancel) : terminate;
    const { latencyMs, settings } = seen.plan.weather;
    const { inboxCheckAfterStepMs } = { ...DEFAULT_SETTINGS, ...settings };
    const lateMs = body.atMs - acceptedAtMs;
    if (lateMs <= inboxCheckAfterStepMs + 3 * latencyMs + 100 || isDisturbed(run, seen)) return;
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
    if (!run.wasHeldAtTerminate || lateMs <= inboxCheckWithinStepMs + calls * latencyMs + 500 || isDisturbed(run, seen))
      return;
    violate(`the run was terminated ${Math.round(lateMs)} ms after the request was accepted`);
  },
};

export function isDisturbed({ runId }: RunLedger, { plan, faultNames, bodies }: Seen): boolean {
  if (plan.weather.clockErrorMs !== 0 || bodies.haveKilled) return true;
  // A turn of any run waits for the list of paused workflows.
  const isOfRun = (name: string): boolean => name.includes(`of ${runId}`) || name.includes('at readWorkflowList');
  return faultNames.some((name) => OF_WORKERS.test(name) || (OF_CALLS.test(name) && isOfRun(name)));
}
