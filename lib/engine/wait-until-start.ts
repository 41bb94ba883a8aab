/**
 * Keeps a run that was started with a delay from beginning before its time, whichever wake came. Messages stay in its
 * inbox until then; only a request to cancel or to terminate is carried out at once.
 *
 * Nothing is written into the journal here, so a worker that dies here leaves nothing to be fenced off. A run that is
 * cancelled before its time begins with that, cleans up, and does not wait any more.
 *
 * Relies on: each worker's own clock goes forward, however wrong it is. A worker that finds a lease expired is then past
 * every time that the lease's owner may have found past within it.
 *
 * Tested by: test/engine/delayed-start.test.ts, test/adversarial/blocked-before-its-time.test.ts
 */
import { isToStop } from '../ports/message.ts';
import { loadInbox } from './inbox.ts';
import { sendWake, wakeAt } from './send-wake.ts';
import type { Turn } from './turn-state.ts';

export type WaitUntilStartResult =
  | { readonly kind: 'begin' }
  | { readonly kind: 'suspended'; readonly dueAtMs: number }
  | { readonly kind: 'lease-lost' };

export async function waitUntilStart(turn: Turn): Promise<WaitUntilStartResult> {
  const { engine, runId, epoch, run } = turn;
  const { notBeforeMs = 0 } = run;
  if (engine.clock.nowMs() >= notBeforeMs || run.link !== undefined || (await hasBegun(turn))) return { kind: 'begin' };
  for (;;) {
    const inbox = await loadInbox(turn);
    if (inbox.kind === 'lost') return { kind: 'lease-lost' };
    const isToBeStopped = turn.inbox.some(({ kind }) => isToStop(kind));
    // The journal is not loaded yet: it may have these already, by a worker that died.
    turn.inbox.length = 0;
    if (inbox.kind === 'damaged' || isToBeStopped) return { kind: 'begin' };

    const { wakesSeen, inboxIds, lettersSeen } = turn;
    const paused = turn.isPaused ? { isPaused: true as const } : {};
    const rest = { status: 'pending', ...paused, inboxIds, lettersSeen, ...wakeAt(engine, notBeforeMs) } as const;
    const release = await engine.store.release(runId, { epoch, wakesSeen, ...rest });
    if (release.kind === 'lost') return { kind: 'lease-lost' };
    if (release.kind === 'done') {
      if (!turn.isPaused) await sendWake(turn, notBeforeMs);
      return { kind: 'suspended', dueAtMs: notBeforeMs };
    }
    turn.refreshFrom(release.run);
  }
}

/**
 * After a worker that died, or one that blocked the run (its clock was ahead, and its code old), only the journal says.
 * Its first record may still be on its way, from a worker that is frozen: then the request that began the run is still in
 * the inbox.
 */
async function hasBegun({ engine, runId, run }: Turn): Promise<boolean> {
  const isToldByStatus = run.lease === undefined && run.status !== 'blocked' && run.status !== 'paused';
  if (isToldByStatus) return run.status !== 'pending';
  return (await engine.store.loadRecords(runId, 0)).length > 0;
}
