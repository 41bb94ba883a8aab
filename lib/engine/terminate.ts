/** Ends a run at once. No workflow code runs, so it also ends one whose code cannot follow its journal. */
import { encode } from '../codec/encode.ts';
import { commit } from './commit.ts';
import { endRun } from './finish.ts';
import { startNow } from './follow-journal.ts';
import { deleteReceived, receiveMail } from './inbox.ts';
import { toEvent } from './news.ts';
import type { TurnEnd } from './turn.ts';
import type { Turn } from './turn-state.ts';

/** The request stands in the journal, in what is not written yet, or in the inbox. */
export async function terminateRun(turn: Turn, reason: string): Promise<TurnEnd> {
  const result = encode(reason, 'the reason');
  turn.attempts.withdrawAllBut(new Map());
  // A journal begins with its first event, also when no code ever began the run.
  if (turn.journal.recordNumber === 0 && turn.unwritten.length === 0) turn.unwritten.push(startNow(turn.engine));
  for (;;) {
    // Also before the first end: who asked for it may have died, and its mail is here still. What is missing from a
    // damaged table must not keep the run from ending.
    if ((await receiveMail(turn)).kind === 'lost') return { kind: 'dropped' };
    recordUnread(turn);
    if ((await commit(turn)) === 'lost' || !turn.lease.held()) return { kind: 'dropped' };
    await deleteReceived(turn);
    const finish = await endRun(turn, { status: 'terminated', result });
    if (finish.kind !== 'accepted-since') return finish;
  }
}

/** What was accepted and is read by nobody any more goes into the journal all the same (I6). */
function recordUnread(turn: Turn): void {
  const atMs = turn.engine.clock.nowMs();
  for (const message of turn.inbox.splice(0)) {
    turn.received.add(message.id);
    const event = toEvent(message, atMs);
    turn.unwritten.push(event.kind === 'terminate-requested' ? event : { ...event, unread: true });
  }
}
