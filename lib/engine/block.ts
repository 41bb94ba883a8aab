/**
 * Blocks a run whose code cannot replay its journal (I8), or ends its workers. Nothing is skipped or guessed, its inbox
 * stays, and it is retried, so that the next deployed version continues it. Only a request to terminate is carried out.
 *
 * Tested by: test/invariants/i8-blocked.test.ts, test/adversarial/blocked-in-the-middle.test.ts
 */
import { clampText } from '../core/clamp-text.ts';
import { messageOf } from '../core/to-error.ts';
import { LONGEST_BLOCKED_PAUSE_MS, SHORTEST_BLOCKED_PAUSE_MS } from '../ports/limits.ts';
import { LullError, NondeterminismError } from '../core/errors.ts';
import type { Blocked } from '../ports/run-item.ts';
import { isPlainTerminateMessage } from '../ports/message.ts';
import { isOfPayloadKey } from '../ports/world-errors.ts';
import { commit } from './commit.ts';
import { loadInbox } from './inbox.ts';
import { emitBlocked } from './lifecycle-events.ts';
import { useIfNearlyFull } from './journal-length.ts';
import { tailToWrite } from './tail.ts';
import { terminateRun } from './terminate.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';
import { withdrawSnapshot } from './write-snapshot.ts';

const REASON_CHARACTERS = 300;
const SIDE_CHARACTERS = REASON_CHARACTERS / 2;

export async function blockRun(turn: Turn, error: Error): Promise<TurnEnd> {
  const { engine, runId, epoch } = turn;
  const isForLosses = error instanceof LullError && error.code === 'WORKERS_LOST';
  if (isForLosses)
    engine.log.error('a run is blocked: workers are lost in its code', {
      runId,
      error,
    });
  else if (isOfPayloadKey(error))
    engine.log.error('a run is blocked: its payload key cannot be used', { runId, error });
  else
    engine.log.error('a run is blocked: its code cannot follow its journal', {
      runId,
      error,
    });
  // The bodies that this turn has begun count as interrupted, like those of a lost worker: a later turn retries them.
  if (turn.attempts.started > 0) turn.unwritten.pushFirst({ kind: 'taken-over', atMs: engine.clock.nowMs() });
  turn.attempts.abortAllExcept(new Map());
  if ((await commit(turn)) === 'lost') return { kind: 'lease-lost' };
  turn.inbox.length = 0;
  turn.refusals.clear(); // the next turn decides again
  turn.received.clear();
  await withdrawSnapshot(turn);

  for (;;) {
    const inbox = await loadInbox(turn);
    if (inbox.kind === 'lost' || !(await turn.lease.isOurs())) return { kind: 'lease-lost' };
    // To undo its steps the code has to follow.
    const terminate = turn.inbox.find(isPlainTerminateMessage);
    if (terminate !== undefined) return terminateRun(turn, terminate.reason);

    const nowMs = engine.clock.nowMs();
    const sinceMs = turn.run.blocked?.sinceMs ?? nowMs;
    const tryAtMs = isForLosses ? nextTryAtMs(turn, nowMs, nowMs - sinceMs) : undefined;
    const { unreadSignals } = turn.run; // as before: nothing was delivered
    const journal = useIfNearlyFull(turn);
    const release = await engine.store.release(runId, {
      epoch,
      wakesSeen: turn.wakesSeen,
      status: 'blocked',
      ...(turn.isPaused ? { isPaused: true } : {}),
      dueAtMs: tryAtMs ?? nowMs + pauseMs(nowMs - sinceMs),
      inboxIds: turn.inboxIds,
      lettersSeen: turn.lettersSeen,
      blocked: {
        reason: clampText(messageOf(error), REASON_CHARACTERS),
        sinceMs,
        ...(error instanceof LullError ? { code: error.code } : {}),
        ...toSides(error),
        version: engine.version,
        ...(tryAtMs === undefined ? {} : { tryAtMs }),
      },
      ...(unreadSignals === undefined ? {} : { unreadSignals }),
      ...(journal === undefined ? {} : { journal }),
      ...tailToWrite(turn),
      ...turn.shows(),
    });
    if (release.kind === 'done') {
      emitBlocked(turn, error, sinceMs);
      return { kind: 'blocked', error };
    }
    if (release.kind === 'lost') return { kind: 'lease-lost' };
    turn.refreshFrom(release.run);
  }
}

function toSides(error: Error): Pick<Blocked, 'sides'> {
  const { recorded, requested } = error instanceof NondeterminismError ? error : {};
  if (recorded === undefined || requested === undefined) return {};
  const clamp = (text: string): string => clampText(text, SIDE_CHARACTERS);
  return { sides: { recorded: clamp(recorded), requested: clamp(requested) } };
}

/** The same code is tried again after a pause, alone: the machine may have been at fault. Other code is tried at once. */
function nextTryAtMs({ run }: Turn, nowMs: number, blockedForMs: number): number {
  const { tryAtMs = 0 } = run.blocked ?? {};
  return tryAtMs > nowMs ? tryAtMs : nowMs + pauseMs(blockedForMs);
}

/** As long again as it has been blocked, within bounds: a deploy takes effect soon, a forgotten run costs little. */
function pauseMs(blockedForMs: number): number {
  return Math.min(Math.max(blockedForMs, SHORTEST_BLOCKED_PAUSE_MS), LONGEST_BLOCKED_PAUSE_MS);
}
