/**
 * One turn of a run, from lease to suspension: the story of the run protocol (docs/protocol.md), top to bottom.
 *
 * Not its job: to run steps (`attempts`), to know what commands mean (the scheduler), or how items are written (the
 * store). Keeps I2, I3, I4, I6. A turn that was taken over, or lost its lease, drops: it ends and writes nothing more.
 */
import type { ClosedStatus } from '../ports/run-item.ts';
import { beginSteps, stepsToAnnounce } from './begin-steps.ts';
import { checkInbox } from './check-inbox.ts';
import { commit } from './commit.ts';
import { deliverPendingEvents } from './deliver-pending-events.ts';
import { finishRun, toEnding } from './finish.ts';
import { blockRun } from './block.ts';
import { deleteReceived, loadInbox } from './inbox.ts';
import { whyTooLong } from './journal-length.ts';
import type { LiveMemory } from './live-memory.ts';
import { loadRun } from './load-run.ts';
import { codeHasEnded, hasPendingEvents } from './pending-events.ts';
import { emitTurnStarted, emitTurnEnded, emitTurnFailed } from './observe.ts';
import { proveBeforeTheEnd, recordThatItLives } from './proof-of-life.ts';
import type { Engine } from './settings.ts';
import type { Place, Solitude } from './solitude.ts';
import { suspendRun } from './suspend.ts';
import { failAtLimit, failByStray, terminateRun } from './terminate.ts';
import { beginTurn, type Turn } from './turn-state.ts';
import { waitUntilStart } from './wait-until-start.ts';
import { waitInPlace } from './wait-in-place.ts';
import type { WarmRuns } from './warm-runs.ts';

export type TurnEnd =
  /** Somebody else's turn, or nobody's: nothing was written. */
  | {
      readonly kind: 'skipped';
      readonly reason: 'not-found' | 'closed' | 'leased' | 'not-due' | 'pinned-elsewhere';
    }
  /** Nothing to do before `dueAtMs`, or, if that is undefined, before a message comes. */
  | { readonly kind: 'suspended'; readonly dueAtMs: number | undefined }
  | { readonly kind: 'blocked'; readonly error: Error }
  | { readonly kind: 'ended'; readonly status: ClosedStatus }
  /** Taken over, or the lease ran out: the next worker goes on from the journal. */
  | { readonly kind: 'lease-lost' };

export interface TurnRequest {
  readonly runId: string;
  /** The invocation's time limit, in epoch milliseconds. */
  readonly deadlineAtMs: number;
}

/** What the turns of one process share. */
export interface Process {
  readonly warmRuns: WarmRuns;
  readonly solitude: Solitude;
}

/** Takes a turn, if the run is free and due. */
export async function takeTurn(engine: Engine, { warmRuns, solitude }: Process, wanted: TurnRequest): Promise<TurnEnd> {
  const place = await solitude.join(wanted.deadlineAtMs);
  if (place === 'too-late') return { kind: 'skipped', reason: 'not-due' }; // the sweeper wakes it again
  try {
    return await takeTurnAt(engine, { warmRuns, place }, wanted);
  } finally {
    place.leave();
  }
}

async function takeTurnAt(
  engine: Engine,
  parts: { readonly warmRuns: WarmRuns; readonly place: Place },
  wanted: TurnRequest,
): Promise<TurnEnd> {
  const begun = await beginTurn(engine, parts, wanted);
  if (begun.kind === 'refused') return { kind: 'skipped', reason: begun.reason };
  const { turn } = begun;
  emitTurnStarted(turn);
  try {
    const end = await carryOn(turn);
    emitTurnEnded(turn, end);
    if (end.kind === 'lease-lost') await recordThatItLives(turn); // the table may have been silent when it was asked for the lease
    return end;
  } catch (error) {
    emitTurnFailed(turn, error);
    await recordThatItLives(turn);
    throw error;
  } finally {
    turn.end();
  }
}

async function carryOn(turn: Turn): Promise<TurnEnd> {
  const entrance = await waitUntilStart(turn);
  if (entrance.kind !== 'begin') return entrance;
  let loading = await loadRun(turn);

  for (;;) {
    if (loading.kind === 'lost' || !(await turn.lease.isOurs())) return { kind: 'lease-lost' };
    if (loading.kind === 'terminated') return terminateRun(turn, loading.reason);
    if (loading.kind === 'cannot-replay') return blockRun(turn, loading.error);
    const { memory } = loading;

    const inbox = await loadInbox(turn);
    if (inbox.kind === 'lost') return { kind: 'lease-lost' };
    if (inbox.kind === 'damaged') return blockRun(turn, inbox.error);

    const delivery = await deliverPendingEvents(turn, memory);
    if (delivery.kind === 'lost') return { kind: 'lease-lost' };
    if (delivery.kind === 'cannot-replay') return blockRun(turn, delivery.error);
    if (delivery.kind === 'terminated') return terminateRun(turn, delivery.reason);
    turn.attempts.abortAllExcept(memory.live.pending);
    if (codeHasEnded(memory)) {
      turn.ending ??= toEnding(turn, memory.live.outcome());
      proveBeforeTheEnd(turn);
    }

    if ((await commit(turn)) === 'lost') return { kind: 'lease-lost' };
    await deleteReceived(turn);
    const tooLong = codeHasEnded(memory) ? undefined : whyTooLong(turn); // also as a worker left it that died before it ended it
    if (tooLong !== undefined) return failAtLimit(turn, tooLong);
    const stray = strayError(turn, memory);
    if (stray !== undefined) return failByStray(turn, memory.strays, stray);

    if (turn.engine.rebuildAtEveryAwait && delivery.events > 0) {
      loading = await loadRun(turn);
      continue;
    }
    if (hasPendingEvents(turn, memory)) continue;
    const check = await checkInbox(turn, memory);
    if (check === 'lost') return { kind: 'lease-lost' };
    if (check === 'accepted-since') continue;
    if (!(await turn.lease.isOurs())) return { kind: 'lease-lost' };

    if (codeHasEnded(memory)) {
      const finish = await finishRun(turn, memory.live.outcome());
      if (finish.kind === 'accepted-since') continue;
      return finish;
    }

    const ids = stepsToAnnounce(turn, memory);
    if (ids.length > 0) {
      turn.unwritten.push({
        kind: 'steps-begun',
        atMs: turn.engine.clock.nowMs(),
        ids,
      });
      for (const id of ids) turn.announced.add(id);
      continue;
    }
    const begin = beginSteps(turn, memory); // only now: the record that led to them is durable (I3)
    if (begin.kind === 'cannot-replay') return blockRun(turn, begin.error);
    if ((await waitInPlace(turn, memory)) === 'go-on') continue;

    const suspension = await suspendRun(turn, memory);
    if (suspension.kind === 'accepted-since') continue;
    return suspension;
  }
}

/** A run that has failed, or was cancelled, has ended in that way. */
function strayError({ ending }: Turn, { strays }: LiveMemory): Error | undefined {
  return ending === undefined || ending.status === 'completed' ? strays.first : undefined;
}
