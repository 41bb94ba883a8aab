/**
 * Suspends the run: releases the lease, and stores when the run is next due (operation 14). No `finally` runs (I9).
 *
 * Tested by: test/invariants/i9-suspension.test.ts, test/engine/turns.test.ts
 */
import type { ReleaseLease } from '../ports/store.ts';
import { useIfNearlyFull } from './journal-length.ts';
import { nextDueAtMs, type LiveMemory } from './live-memory.ts';
import { toStoredWaits } from './pools/place-waits.ts';
import { sendWake, wakeAt } from './send-wake.ts';
import { noteTailWritten, tailToWrite } from './tail.ts';
import type { Turn } from './turn-state.ts';
import { atItsEnd, goOnBehind, withdrawBase, writeBase } from './unbounded/write-base.ts';
import { forgetSnapshot, withdrawSnapshot, writeSnapshot } from './write-snapshot.ts';

export type SuspendResult =
  | { readonly kind: 'suspended'; readonly dueAtMs: number | undefined }
  | { readonly kind: 'accepted-since' }
  | { readonly kind: 'lease-lost' };

export async function suspendRun(turn: Turn, memory: LiveMemory): Promise<SuspendResult> {
  const { engine, runId, epoch, isPaused } = turn;
  await writeSnapshot(turn, memory);
  const written = await writeBase(turn, memory);
  const { wakesSeen, newSnapshot } = turn;
  const rest = { ...toRest(turn, memory), ...(written && { base: atItsEnd(written, turn) }) };
  const { dueAtMs } = rest;
  const release = await engine.store.release(runId, { epoch, wakesSeen, ...rest });
  if (release.kind === 'lost') return { kind: 'lease-lost' };
  if (release.kind === 'accepted-since') {
    turn.refreshFrom(release.run);
    await withdrawSnapshot(turn);
    if (written !== undefined) await withdrawBase(turn, written);
    return { kind: 'accepted-since' };
  }
  noteTailWritten(turn);
  const { snapshot: before } = turn.run;
  const isOver = newSnapshot !== undefined || turn.snapshot === undefined;
  if (before !== undefined && isOver) await forgetSnapshot(turn, before);
  if (written !== undefined) await goOnBehind(turn, written);
  // An update that came again, and waits for its handler, is in no inbox: the journal has it, and the next turn loads that.
  if (!turn.inbox.some(({ id }) => turn.carried.has(id))) turn.keepWarm(memory);
  if (dueAtMs !== undefined && !isPaused) await sendWake(turn, dueAtMs);
  return { kind: 'suspended', dueAtMs };
}

/** How the run item is to be while the run rests. */
export function toRest(turn: Turn, memory: LiveMemory): Omit<ReleaseLease, 'epoch' | 'wakesSeen'> {
  const { engine, inboxIds, lettersSeen, isPaused, isHeldBack, newSnapshot } = turn;
  // What waits for the resume is due then.
  const isToGoOn = turn.doesNothingNew && turn.inbox.length > 0;
  const dueAtMs = isToGoOn || turn.places.mayHaveMissed(memory) ? 0 : nextDueAtMs(memory);
  return {
    status: 'suspended',
    ...(isPaused ? { isPaused } : {}),
    ...(isHeldBack ? { isHeldBack } : {}),
    ...{ inboxIds, lettersSeen },
    ...wakeAt(engine, dueAtMs),
    ...fullness(turn, memory),
    ...(newSnapshot === undefined ? {} : { snapshot: newSnapshot }),
    ...waits(memory),
    ...tailToWrite(turn),
    ...turn.shows(),
  };
}

function waits({ placeWaits }: LiveMemory): Pick<ReleaseLease, 'placeWaits'> {
  const stored = toStoredWaits(placeWaits);
  return stored.length === 0 ? {} : { placeWaits: stored };
}

/**
 * Which limits are near or reached, for the run item: senders can then be refused without running the workflow's code
 * (I10). Code that was asked to stop gets no more signals while it cleans up.
 */
function fullness(turn: Turn, { live }: LiveMemory): Pick<ReleaseLease, 'unreadSignals' | 'journal'> {
  const journal = useIfNearlyFull(turn);
  const unreadSignals = live.unreadSignals();
  return {
    ...(journal === undefined ? {} : { journal }),
    ...(unreadSignals >= turn.engine.maxUnreadSignals || turn.journal.isAtLimit ? { unreadSignals } : {}),
  };
}
