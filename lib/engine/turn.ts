/**
 * One turn of a run, from lease to suspension: the run protocol (docs/protocol.md), top to bottom.
 *
 *     run item         --beginTurn-->     the lease, and the ids of accepted messages
 *     workflow in a pool --runPlace.wait--> a place for the run before it begins, or it waits in the pool's line
 *     journal          --loadRun-->       memory: the run's coroutines, where the journal ends
 *  .> inbox            --loadInbox-->     turn.inbox
 *  |  turn.inbox, timers, turn.stepResults
 *  |                   --nextEvent-->     one event at a time
 *  |  event            --deliver-->       the coroutines run until all of them wait; their commands
 *  |  event, commands  --------------->   turn.unwritten
 *  |  turn.unwritten   --commit-->        one record of the journal
 *  |  steps in pools   --places.take-->   a place for each body that is to begin, or its run waits in the pool's line
 *  |  commands         --beginSteps-->    bodies, only after the record (I3); they end in turn.stepResults
 *  '- waitInPlace, as long as a step is running or a timer is due soon
 *     suspendRun, finishRun, continueRun  the lease is released
 *
 * Not its job: to run steps (`attempts`), to know what commands mean (the scheduler), or how items are written (the
 * store). Keeps I2, I3, I4, I6.
 *
 * A turn whose lease is lost drops: it ends as `lease-lost`, and writes nothing more of the run. Its lease is lost if
 * another worker has taken over, or if it ran out and could not be renewed. A turn that was alone in its process may still
 * record that its worker lives (proof-of-life.ts).
 *
 * Tested by: test/engine/turns.test.ts, test/invariants/i3-record-before-effect.test.ts
 */
import { afterEndOfClosed } from './after-end.ts';
import { answerRefused } from './answer-update.ts';
import { mayWaitForRecord, waitsForRecord } from './begin-early.ts';
import { announceSteps, beginSteps } from './begin-steps.ts';
import { checkInbox } from './check-inbox.ts';
import { commit } from './commit.ts';
import { createRunOfTurn } from './create-run.ts';
import { continueRun, toContinued } from './continue-run.ts';
import { deliverPendingEvents, type DeliverResult } from './deliver-pending-events.ts';
import { finishRun, toEnding } from './finish.ts';
import { blockRun } from './block.ts';
import { holdForKey } from './hold-for-key.ts';
import { isOfPayloadKey } from '../ports/world-errors.ts';
import { deleteReceived, loadInbox } from './inbox.ts';
import type { LiveMemory } from './live-memory.ts';
import { loadRun, type LoadRunResult } from './load-run.ts';
import type { PausedWorkflows } from './paused-workflows.ts';
import { codeHasEnded, continuesAsNew, hasPendingEvents } from './pending-events.ts';
import type { Continued } from '../journal/event.ts';
import type { LackOfCallSites } from '../scheduler/live-run.ts';
import { emitTurnStarted, emitTurnEnded, emitTurnFailed, outcomeOf } from './observe.ts';
import { proveBeforeTheEnd, recordThatItLives } from './proof-of-life.ts';
import type { Engine } from './settings.ts';
import { restWithTail } from './rest-with-tail.ts';
import type { SeenPools } from './pools/visit-pool.ts';
import type { Place, Solitude } from './solitude.ts';
import { suspendRun } from './suspend.ts';
import { findFatal, stopForGood } from './stop-code.ts';
import { terminateRun } from './terminate.ts';
import type { TurnEnd } from './turn-end.ts';
import { beginTurn, type Turn } from './turn-state.ts';
import { isLong, nameBase, writeBase } from './unbounded/write-base.ts';
import { waitUntilStart } from './wait-until-start.ts';
import { waitInPlace } from './wait-in-place.ts';
import type { WarmRuns } from './warm-runs.ts';
import { writeSnapshot } from './write-snapshot.ts';

export interface TurnRequest {
  readonly runId: string;
  /** The invocation's time limit, in epoch milliseconds. */
  readonly deadlineAtMs: number;
}

/** What the turns of one process share. */
export interface Process {
  readonly warmRuns: WarmRuns;
  /** Lets a turn be alone in the process when the run's last worker was lost. */
  readonly solitude: Solitude;
  readonly pausedWorkflows: PausedWorkflows;
  readonly seenPools: SeenPools;
}

/** Takes a turn, if the run is free and due. */
export async function takeTurn(
  engine: Engine,
  { solitude, ...shared }: Process,
  request: TurnRequest,
): Promise<TurnEnd> {
  const place = await solitude.join(request.deadlineAtMs); // waits while another turn is alone
  if (place === 'too-late') return { kind: 'skipped', reason: 'not-due' }; // it stays due: the sweeper wakes it again
  try {
    return await takeTurnAt(engine, { ...shared, place }, request);
  } finally {
    place.leave();
  }
}

async function takeTurnAt(
  engine: Engine,
  parts: Omit<Process, 'solitude'> & { readonly place: Place },
  request: TurnRequest,
): Promise<TurnEnd> {
  const begun = await beginTurn(engine, parts, request);
  if (begun.kind === 'refused') {
    if (begun.reason === 'closed') await afterEndOfClosed(engine, begun.run);
    return { kind: 'skipped', reason: begun.reason };
  }
  const { turn } = begun;
  turn.keyAway = begun.keyAway;
  return goThrough(turn);
}

/** A turn that has the lease, or creates the run with it. */
export async function goThrough(turn: Turn): Promise<TurnEnd> {
  if (turn.isInTable) emitTurnStarted(turn);
  let staysInLine = true;
  let hasEnded = false;
  try {
    const end = await aroundTurn(turn, () => carryOnWithKey(turn));
    staysInLine = end.kind === 'suspended' || end.kind === 'lease-lost';
    hasEnded = end.kind === 'ended';
    if (turn.isInTable) emitTurnEnded(turn, end);
    // Perhaps the table did not answer, and no other worker has the run: then this worker must not count as lost (I10).
    if (end.kind === 'lease-lost') await recordThatItLives(turn);
    return end;
  } catch (error) {
    if (turn.isInTable) emitTurnFailed(turn, error);
    await recordThatItLives(turn);
    throw error;
  } finally {
    turn.end();
    await turn.places.giveRest({ staysInLine });
    if (hasEnded) await turn.runPlace.giveBack();
    await Promise.all(turn.eventsOnTheirWay); // afterwards the worker may be frozen
  }
}

/** Runs the turn within the author's interceptors, if there are any. */
function aroundTurn(turn: Turn, go: () => Promise<TurnEnd>): Promise<TurnEnd> {
  const { interceptors } = turn.engine;
  if (interceptors === undefined) return go();
  const { runId, workflow, attributes = {}, lease, createdAtMs } = turn.run;
  const info = { runId, workflow, attributes, epoch: turn.epoch, takesOver: lease !== undefined };
  const carryOnAndTell = async (): Promise<TurnEnd> => {
    const end = await go();
    if (end.kind !== 'ended') return end;
    const times = { createdAt: new Date(createdAtMs), endedAt: new Date(turn.engine.clock.nowMs()) };
    interceptors.runEnded({ runId, workflow, attributes, status: end.status, ...times });
    return end;
  };
  return interceptors.aroundTurn(info, carryOnAndTell, (end) => outcomeOf(turn, end));
}

async function carryOnWithKey(turn: Turn): Promise<TurnEnd> {
  try {
    return await carryOn(turn);
  } catch (error) {
    if (turn.isInTable && isOfPayloadKey(error)) return holdForKey(turn, error);
    throw error;
  }
}

/** Until its time has come, and it has its place in the pool of its workflow. */
async function waitToBegin(turn: Turn): Promise<TurnEnd | { readonly kind: 'begin' }> {
  const start = await waitUntilStart(turn);
  return start.kind === 'begin' ? turn.runPlace.wait() : start;
}

async function carryOn(turn: Turn): Promise<TurnEnd> {
  const start = await waitToBegin(turn);
  if (start.kind !== 'begin') return start;
  let loading = await loadRun(turn);

  for (;;) {
    if (loading.kind === 'lost' || !(await turn.lease.isOurs())) return { kind: 'lease-lost' };
    if (loading.kind !== 'loaded') return endInstead(turn, loading);
    const { memory } = loading;
    if (turn.keyAway !== undefined) return holdForKey(turn, turn.keyAway);

    const inbox = await loadInbox(turn);
    if (inbox.kind === 'lost') return { kind: 'lease-lost' };
    if (inbox.kind === 'damaged') return blockRun(turn, inbox.error);

    await turn.places.giveBack(); // before the ends are recorded: no place is left behind for a step that has ended
    const delivery = await deliverPendingEvents(turn, memory);
    if (delivery.kind === 'again') {
      loading = await deliverAgain(turn, memory, delivery.lack);
      continue;
    }
    if (delivery.kind !== 'delivered') return endInstead(turn, delivery);
    turn.attempts.abortWithdrawn(memory.live);
    const end = endOfCode(turn, memory);
    if (end.kind === 'terminated') return terminateRun(turn, end.reason);

    const rest = await restWithTail(turn, memory);
    if (typeof rest !== 'string') return rest;
    const isAcceptedSince = rest === 'accepted-since';

    if (!turn.isInTable || isAcceptedSince || !mayWaitForRecord(turn, memory)) {
      const recorded = await record(turn, memory);
      if (recorded !== 'recorded') return recorded;
      turn.shown = memory.live.shown();
      if (end.kind === 'continued') return continueRun(turn, end.entry, memory.deadlineAtMs);
      await deleteReceived(turn);
      const fatal = findFatal(turn, memory); // an error that the code left behind, or a journal that is too long
      if (fatal !== undefined) {
        const end = await stopForGood(turn, memory, fatal);
        if (end === 'code-stopped') continue;
        return end;
      }
    }

    const isRebuilt = turn.engine.rebuildAtEveryAwait && delivery.events > 0;
    if ((isRebuilt || isLong(turn)) && (await storeMeanwhile(turn, memory)) === 'lost') return { kind: 'lease-lost' };
    if (isRebuilt) {
      loading = await loadRun(turn);
      continue;
    }
    if (isAcceptedSince || hasPendingEvents(turn, memory)) continue;
    if (!codeHasEnded(memory)) await turn.places.take(memory);
    const check = await checkInbox(turn, memory);
    if (check === 'lost') return { kind: 'lease-lost' };
    if (check === 'accepted-since') continue;
    if (!(await turn.lease.isOurs())) return { kind: 'lease-lost' }; // nothing below begins without the lease (I7)

    if (codeHasEnded(memory)) {
      const finish = await finishRun(turn, memory.live.outcome());
      if (finish.kind === 'accepted-since') continue;
      return finish;
    }

    const onward = await beginAndWait(turn, memory);
    if (onward !== 'go-on') return onward;
  }
}

/** All that was delivered is recorded, and the code goes on when something else comes. */
async function beginAndWait(turn: Turn, memory: LiveMemory): Promise<TurnEnd | 'go-on'> {
  if (announceSteps(turn, memory)) return 'go-on'; // a turn that is alone records first which steps it begins
  const begin = beginSteps(turn, memory); // only now: the record that led to them is durable (I3)
  if (begin.kind === 'cannot-replay') return blockRun(turn, begin.error);
  if (waitsForRecord(turn)) return 'go-on';
  if ((await waitInPlace(turn, memory)) === 'go-on') return 'go-on';

  const suspension = await suspendRun(turn, memory);
  return suspension.kind === 'accepted-since' ? 'go-on' : suspension;
}

/** Ends a turn that cannot go on with the run's code. */
async function endInstead(
  turn: Turn,
  why: Exclude<LoadRunResult | DeliverResult, { readonly kind: 'loaded' | 'delivered' | 'again' }>,
): Promise<TurnEnd> {
  if (why.kind === 'lost') return { kind: 'lease-lost' };
  if (why.kind === 'terminated') return terminateRun(turn, why.reason);
  if (why.kind === 'continued') return continueRun(turn, why.entry, why.deadlineAtMs);
  return cannotGoOn(turn, why.error);
}

/** The event that the run has taken without call sites is recorded, and delivered anew behind a replay with them. */
async function deliverAgain(turn: Turn, { code }: LiveMemory, lack: LackOfCallSites): Promise<LoadRunResult> {
  turn.engine.callSiteKeepers.add(code);
  // A run that is not there yet is left to a worker.
  if (!turn.isInTable || (await commit(turn)) === 'lost') return { kind: 'lost' };
  return loadRun(turn, lack);
}

/** In a turn that goes on. */
async function storeMeanwhile(turn: Turn, memory: LiveMemory): Promise<'stored' | 'lost'> {
  const written = await writeBase(turn, memory);
  if (written !== undefined && (await nameBase(turn, written)) === 'lost') return 'lost';
  if (turn.engine.rebuildAtEveryAwait) await writeSnapshot(turn, memory);
  return 'stored';
}

/** All that was delivered, and asked for because of it. */
async function record(turn: Turn, memory: LiveMemory): Promise<'recorded' | TurnEnd> {
  if (turn.creation !== undefined && !turn.isInTable) return createRunOfTurn(turn, turn.creation, memory);
  const isLost = (await commit(turn)) === 'lost' || (await answerRefused(turn)) === 'lost';
  return isLost ? { kind: 'lease-lost' } : 'recorded';
}

/** A run that is not there yet is left to a worker, which blocks it. */
async function cannotGoOn(turn: Turn, error: Error): Promise<TurnEnd> {
  return turn.isInTable ? blockRun(turn, error) : { kind: 'lease-lost' };
}

type EndOfCode =
  | { readonly kind: 'none' }
  /** The code continues as new, but a request to terminate is in the inbox. Other messages move to the next link. */
  | { readonly kind: 'terminated'; readonly reason: string }
  | { readonly kind: 'continued'; readonly entry: Continued };

/** Finds how the code has ended, before the commit: a `continued` belongs in the same record. */
function endOfCode(turn: Turn, memory: LiveMemory): EndOfCode {
  if (!codeHasEnded(memory)) return { kind: 'none' };
  if (continuesAsNew(memory)) {
    const terminate = turn.inbox.find((message) => message.kind === 'terminate');
    if (terminate !== undefined) return { kind: 'terminated', reason: terminate.reason };
    // With an error that the code left behind the run fails: see findFatal.
    const entry = memory.strays.first === undefined ? toContinued(turn, memory) : undefined;
    if (entry === undefined) return { kind: 'none' };
    turn.unwritten.push(entry);
    return { kind: 'continued', entry };
  }
  turn.ending ??= toEnding(turn, memory.live.outcome());
  proveBeforeTheEnd(turn);
  return { kind: 'none' };
}
