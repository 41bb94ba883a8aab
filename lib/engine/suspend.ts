/** Goes to bed: gives the lease back, and writes down when to look again (operation 14). Suspending runs no `finally` (I9). */
import type { ReleaseLease } from '../ports/store.ts';
import { useIfNearlyFull } from './journal-length.ts';
import { nextDueAtMs, type LiveMemory } from './live-memory.ts';
import { sendWake, wakeAt } from './send-wake.ts';
import { refreshFrom, type Turn } from './turn-state.ts';

export type SuspendResult =
  | { readonly kind: 'suspended'; readonly dueAtMs: number | undefined }
  | { readonly kind: 'accepted-since' }
  | { readonly kind: 'lease-lost' };

export async function suspendRun(turn: Turn, memory: LiveMemory): Promise<SuspendResult> {
  const { engine, runId, epoch, wakesSeen, inboxIds } = turn;
  const dueAtMs = nextDueAtMs(memory);
  const rest = { status: 'suspended', inboxIds, ...wakeAt(engine, dueAtMs), ...fullness(turn, memory) } as const;
  const release = await engine.store.release(runId, { epoch, wakesSeen, ...rest });
  if (release.kind === 'lost') return { kind: 'lease-lost' };
  if (release.kind === 'accepted-since') {
    refreshFrom(turn, release.run);
    return { kind: 'accepted-since' };
  }
  turn.keepWarm(memory);
  if (dueAtMs !== undefined) await sendWake(turn, dueAtMs);
  return { kind: 'suspended', dueAtMs };
}

/**
 * What is nearly, or too, full: the senders of signals are told by the table, since they know no run's code (I10). Code
 * that was asked to stop is not to be disturbed by them while it cleans up.
 */
function fullness(turn: Turn, { live }: LiveMemory): Pick<ReleaseLease, 'unreadSignals' | 'journal'> {
  const journal = useIfNearlyFull(turn);
  const unreadSignals = live.unreadSignals();
  return {
    ...(journal === undefined ? {} : { journal }),
    ...(unreadSignals >= turn.engine.maxUnreadSignals || turn.journal.isAtLimit ? { unreadSignals } : {}),
  };
}
