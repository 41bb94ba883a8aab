/**
 * Ends a run at once. No workflow code runs, so this also ends a run whose code cannot replay its journal.
 *
 * Tested by: test/engine/run-end.test.ts, test/adversarial/inbox-of-the-terminated.test.ts
 */
import { encodeError } from '../codec/encode-error.ts';
import { encode } from '../codec/encode.ts';
import { isPlainTerminate } from '../journal/event.ts';
import { commit } from './commit.ts';
import { endRun, type Ending } from './finish.ts';
import { firstEntry } from './load-run.ts';
import { deleteReceived, loadInbox } from './inbox.ts';
import { proveBeforeTheEnd } from './proof-of-life.ts';
import type { StrayErrors } from './stray-errors.ts';
import { toMessageEvent } from '../ports/message-event.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';
import { isEmpty } from './warm-runs.ts';

/** The request is in the journal, in `turn.unwritten`, or in the inbox. */
export function terminateRun(turn: Turn, reason: string): Promise<TurnEnd> {
  return endAtOnce(turn, terminated(reason));
}

/** The journal is too long. A request to terminate that came before wins. */
export function failAtLimit(turn: Turn, error: Error): Promise<TurnEnd> {
  const { runId, workflow } = turn.run;
  turn.engine.log.error('a run has failed: its journal is too long', { runId, workflow, error });
  return endAtOnce(turn, { status: 'failed', result: encodeError(error, 'the error of the run') });
}

/** The run's code left an error behind that it can no longer handle. */
export function failByStray(turn: Turn, strays: StrayErrors, error: Error): Promise<TurnEnd> {
  strays.first = undefined;
  return endAtOnce(turn, { status: 'failed', result: encodeError(error, 'the error of the run') });
}

/** The author's functions cannot say what the run is in its workflow's pool. */
export function failBeforeBegin(turn: Turn, error: Error): Promise<TurnEnd> {
  const { runId, workflow } = turn.run;
  turn.engine.log.error('a run has failed before its begin: its pool cannot be asked', { runId, workflow, error });
  return endAtOnce(turn, { status: 'failed', result: encodeError(error, 'the error of the run') });
}

function terminated(reason: string): Ending {
  return { status: 'terminated', result: encode(reason, 'the reason') };
}

async function endAtOnce(turn: Turn, asked: Ending): Promise<TurnEnd> {
  let ending = asked;
  turn.attempts.abortAllExcept(new Map());
  turn.refusals.clear(); // no code is asked any more: they are recorded as unread
  turn.ending = asked;
  // A journal begins with its first event, also when no code ever began the run.
  if (isEmpty(turn.journal) && turn.unwritten.length === 0) turn.unwritten.push(await firstEntry(turn));
  for (;;) {
    // Also before the first attempt to end: the worker that was asked to may have died, and the inbox is still full. A
    // message that is missing from a damaged table must not keep the run from ending.
    if ((await loadInbox(turn)).kind === 'lost') return { kind: 'lease-lost' };
    const reason = recordUndelivered(turn);
    proveBeforeTheEnd(turn);
    if (reason !== undefined && ending.status !== 'terminated') ending = terminated(reason);
    if ((await commit(turn)) === 'lost' || !(await turn.lease.isOurs())) return { kind: 'lease-lost' };
    await deleteReceived(turn);
    const finish = await endRun(turn, ending);
    if (finish.kind !== 'accepted-since') return finish;
  }
}

/** Accepted messages go into the journal even when no code will read them (I6). Returns the reason to terminate, if any. */
function recordUndelivered(turn: Turn): string | undefined {
  const atMs = turn.engine.clock.nowMs();
  let reason: string | undefined;
  for (const message of turn.inbox.splice(0)) {
    if (!turn.carried.has(message.id)) turn.received.add(message.id);
    const event = toMessageEvent(message, atMs);
    if (isPlainTerminate(event)) reason ??= event.reason;
    turn.unwritten.push(isPlainTerminate(event) ? event : { ...event, unread: true });
  }
  return reason;
}
