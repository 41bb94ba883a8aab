/** Goes to bed: gives the lease back, and writes down when to look again (14). Suspending runs no `finally` (I9). */
import { nextDueAtMs, type LiveMemory } from './live-memory.ts';
import { lookAgain, type Turn } from './turn-state.ts';

export type Suspension =
  | { readonly kind: 'suspended'; readonly dueAtMs: number | undefined }
  | { readonly kind: 'accepted-since' }
  | { readonly kind: 'dropped' };

export async function suspendRun(turn: Turn, memory: LiveMemory): Promise<Suspension> {
  const { engine, runId, epoch, wakesSeen, mail } = turn;
  const dueAtMs = nextDueAtMs(memory);
  const release = await engine.store.release(runId, { epoch, wakesSeen, status: 'suspended', dueAtMs, mail });
  if (release.kind === 'lost') return { kind: 'dropped' };
  if (release.kind === 'accepted-since') {
    lookAgain(turn, release.run);
    return { kind: 'accepted-since' };
  }
  turn.keepWarm(memory);
  if (dueAtMs !== undefined) await wakeAt(turn, dueAtMs);
  return { kind: 'suspended', dueAtMs };
}

/** Only a hint (I1): the sweeper finds the run if the wake is lost, or too far away to be sent. */
async function wakeAt({ engine, runId }: Turn, dueAtMs: number): Promise<void> {
  const delayMs = Math.max(0, dueAtMs - engine.clock.nowMs());
  if (delayMs > engine.longestWakeDelayMs) return;
  try {
    await engine.wakes.send(runId, delayMs);
  } catch (error) {
    engine.log.warn('a wake was not sent; the sweeper sends it', { runId, delayMs, error });
  }
}
