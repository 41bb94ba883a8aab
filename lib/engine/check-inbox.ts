/**
 * A busy turn learns what was accepted for its run meanwhile. Senders send no wake to a run whose lease is taken, so a
 * turn that goes on has to look: it reads the run item, which is one consistent read.
 *
 * Each answer to a renewal tells the same. What this file adds is that hearing does not depend on the lease: the turn
 * looks before it begins further steps and after the end of a step, once a second at most, and now and then while its
 * steps run (I6). A step's body that blocks the thread blocks this as well.
 */
import { waitingSteps, type LiveMemory } from './live-memory.ts';
import { codeHasEnded } from './pending-events.ts';
import type { Turn } from './turn-state.ts';

/** `'accepted-since'`: what was accepted is to be delivered before anything else begins. `'lost'`: another worker has the run. */
export async function checkInbox(turn: Turn, memory: LiveMemory): Promise<'nothing-new' | 'accepted-since' | 'lost'> {
  const { engine, runId, nonce } = turn;
  if (!codeHasEnded(memory) && nextInboxCheckAtMs(turn, memory) <= engine.clock.nowMs()) {
    const askedAtMs = engine.clock.nowMs();
    turn.stepEnded = false; // before the request: a step may end while it is on its way
    try {
      const run = await engine.store.readRun(runId);
      if (run?.lease?.owner !== nonce) return 'lost';
      turn.noteRunItem(run, askedAtMs);
    } catch (error) {
      // The steps in flight are worth more than this read. Renewals tell the turn too.
      engine.log.warn('the inbox of a run could not be checked', { runId, error });
      turn.inboxCheckedAtMs = askedAtMs;
      turn.stepEnded = true;
    }
  }
  return turn.newerRun === undefined ? 'nothing-new' : 'accepted-since';
}

/** When the turn is to look, if it is still going on by then. */
export function nextInboxCheckAtMs(turn: Turn, memory: LiveMemory): number {
  const { engine, attempts, inboxCheckedAtMs, stepEnded } = turn;
  const soonAtMs = inboxCheckedAtMs + engine.inboxCheckAfterStepMs;
  // Where nothing runs and nothing begins, the turn is about to release the lease, and is told by that.
  const isSoon = (stepEnded && attempts.size > 0) || (soonAtMs <= engine.clock.nowMs() && mayBeginSteps(turn, memory));
  return isSoon ? soonAtMs : inboxCheckedAtMs + engine.inboxCheckWithinStepMs;
}

function mayBeginSteps({ engine, attempts, endsByMs }: Turn, memory: LiveMemory): boolean {
  const nowMs = engine.clock.nowMs();
  if (memory.stepsToBegin.size === 0 || attempts.size >= engine.maxStepsInFlight || nowMs >= endsByMs) return false;
  return waitingSteps(memory).some(({ id, retryAtMs }) => retryAtMs <= nowMs && !attempts.has(id));
}
