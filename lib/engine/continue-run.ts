/**
 * Continues a run as new (operation 23): its code has asked for it, and the journal of this link ends with `continued`. One
 * update of the run item begins the next link; the inbox moves along.
 *
 * An id leaves the inbox here if it is in the journal of this link, which the next link does not have. So its item is
 * deleted before, or a message with a key could be sent again.
 *
 * Tested by: test/engine/continue-as-new.test.ts, test/engine/continue-as-new-messages.test.ts
 */
import type { Continued } from '../journal/event.ts';
import { deleteItems } from './inbox.ts';
import { linkOf } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import { sendWake } from './send-wake.ts';
import { storeValue } from './store-value.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';
import { forgetSnapshots } from './write-snapshot.ts';

/** The entry that ends the link; undefined if the code has ended otherwise, or goes on. */
export function toContinued(turn: Turn, { live }: LiveMemory): Continued | undefined {
  const outcome = live.outcome();
  if (outcome.kind !== 'continued') return undefined;
  const atMs = turn.engine.clock.nowMs();
  // What this link has taken over itself, and has not delivered yet, moves on from the link that did.
  const undelivered = turn.inbox.filter(({ id }) => turn.carried.has(id)).map(({ id }) => id);
  return { kind: 'continued', atMs, input: outcome.input, carries: [...live.unreadSignalIds(), ...undelivered] };
}

/** `continued` is in the journal: nothing else can become of the link. */
export async function continueRun(
  turn: Turn,
  { input }: Continued,
  deadlineAtMs: number | undefined,
): Promise<TurnEnd> {
  const { engine, runId, epoch, run } = turn;
  const link = linkOf(run) + 1;
  // Under a key of this turn's own: a worker that was taken over leaves what the next one refers to.
  const stored = await storeValue(engine, { runId, key: `input-of-${link}-${epoch}`, value: input });
  for (;;) {
    const isReceived = (id: string): boolean => turn.received.has(id) || turn.journal.messageIds.has(id);
    const received = [...new Set([...turn.received, ...turn.inboxIds.filter(isReceived)])];
    await deleteItems(turn, received);
    if (!(await turn.lease.isOurs())) return { kind: 'lease-lost' };
    const inboxIds = turn.inboxIds.filter((id) => !isReceived(id) && !turn.answered.has(id));
    const next = {
      ...{ epoch, wakesSeen: turn.wakesSeen, link, input: stored, inboxIds, deadlineAtMs },
      lettersSeen: turn.lettersSeen,
      ...(turn.isPaused ? { isPaused: true as const } : {}),
      ...turn.shows(),
    };
    const continuation = await engine.store.continueRun(runId, next);
    if (continuation.kind === 'lost') return { kind: 'lease-lost' };
    if (continuation.kind === 'done') break;
    turn.refreshFrom(continuation.run);
  }
  await forgetInput(turn);
  await forgetSnapshots(turn);
  if (!turn.isPaused) await sendWake(turn, engine.clock.nowMs());
  return { kind: 'continued', link };
}

/** The input of the link that is over. If it fails, it goes with the purge. */
async function forgetInput({ engine, runId, run: { input } }: Turn): Promise<void> {
  if (input.kind === 'inline') return;
  try {
    await engine.store.deleteValue(runId, input.key);
  } catch (error) {
    engine.log.warn('the input of a link that is over was not deleted: it goes with the purge', { runId, error });
  }
}
