/** Goes to bed: gives the lease back, and writes down when to look again (14). Suspending runs no `finally` (I9). */
import { nextDueAtMs, type LiveMemory } from './live-memory.ts';
import { sendWake, wakeAt } from './send-wake.ts';
import { lookAgain, type Turn } from './turn-state.ts';

export type Suspension =
  | { readonly kind: 'suspended'; readonly dueAtMs: number | undefined }
  | { readonly kind: 'accepted-since' }
  | { readonly kind: 'dropped' };

export async function suspendRun(turn: Turn, memory: LiveMemory): Promise<Suspension> {
  const { engine, runId, epoch, wakesSeen, mail } = turn;
  const dueAtMs = nextDueAtMs(memory);
  const rest = { status: 'suspended', mail, ...wakeAt(engine, dueAtMs) } as const;
  const release = await engine.store.release(runId, { epoch, wakesSeen, ...rest });
  if (release.kind === 'lost') return { kind: 'dropped' };
  if (release.kind === 'accepted-since') {
    lookAgain(turn, release.run);
    return { kind: 'accepted-since' };
  }
  turn.keepWarm(memory);
  if (dueAtMs !== undefined) await sendWake(turn, dueAtMs);
  return { kind: 'suspended', dueAtMs };
}
