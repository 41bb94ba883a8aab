/**
 * Finds out which messages were accepted for a run while its turn goes on. Senders send no wake to a run that is leased,
 * so the turn has to check: it reads the run item, which is one consistent read.
 *
 * The answer to each renewal has the same information. These checks make the delay independent of the lease: the turn
 * checks before it begins further steps and after the end of a step, once a second at most, and now and then while its
 * steps run (I6). A step's body that blocks the thread blocks the checks as well.
 *
 * Tested by: test/engine/busy-run-hears.test.ts
 */
import type { LiveMemory } from './live-memory.ts';
import { codeHasEnded } from './pending-events.ts';
import type { Turn } from './turn-state.ts';

/** `'accepted-since'`: what was accepted is to be delivered before anything else begins. `'lost'`: another worker has the run. */
export function checkInbox(turn: Turn, memory: LiveMemory): InboxCheck | Promise<InboxCheck> {
  const isDue = !codeHasEnded(memory) && nextInboxCheckAtMs(turn, memory) <= turn.engine.clock.nowMs();
  return isDue ? readInbox(turn) : whatIsKnown(turn);
}

type InboxCheck = 'nothing-new' | 'accepted-since' | 'lost';

async function readInbox(turn: Turn): Promise<InboxCheck> {
  const { engine, runId, nonce } = turn;
  const askedAtMs = engine.clock.nowMs();
  turn.stepEnded = false; // before the request: a step may end while it is on its way
  try {
    const run = await engine.store.readRun(runId);
    if (run?.lease?.owner !== nonce) return 'lost';
    turn.noteRunItem(run, askedAtMs);
  } catch (error) {
    // The steps in flight are worth more than this read. Renewals bring the same information.
    engine.log.warn('the inbox of a run could not be checked', { runId, error });
    turn.inboxCheckedAtMs = askedAtMs;
    turn.stepEnded = true;
  }
  return whatIsKnown(turn);
}

function whatIsKnown({ newerRun }: Turn): InboxCheck {
  return newerRun === undefined ? 'nothing-new' : 'accepted-since';
}

/** When the turn is to check next, if it is still going on by then. */
export function nextInboxCheckAtMs(turn: Turn, memory: LiveMemory): number {
  const { engine, attempts, inboxCheckedAtMs, stepEnded } = turn;
  const soonAtMs = inboxCheckedAtMs + engine.inboxCheckAfterStepMs;
  // Where nothing runs and nothing begins, the turn is about to release the lease, and the answer to that has it.
  const isSoon = (stepEnded && attempts.size > 0) || (soonAtMs <= engine.clock.nowMs() && mayBeginSteps(turn, memory));
  return isSoon ? soonAtMs : inboxCheckedAtMs + engine.inboxCheckWithinStepMs;
}

function mayBeginSteps({ engine, attempts, endsByMs, isPaused }: Turn, memory: LiveMemory): boolean {
  const nowMs = engine.clock.nowMs();
  if (isPaused || attempts.size >= engine.maxStepsInFlight || nowMs >= endsByMs) return false;
  for (const { id } of memory.stepsToBegin.due(nowMs)) if (!attempts.has(id)) return true;
  return false;
}
