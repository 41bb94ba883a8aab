/**
 * Reads the messages of the inbox while the journal is read (operation 9 beside operation 7): one wait less for the table.
 *
 * What is found stays as it is: a message that was accepted is not changed before it is in the journal. An update may get
 * its answer meanwhile; a worker that took over claims it, after its fence, before it goes by that. What is not found says
 * nothing: the worker before may have recorded it and deleted it. So `loadInbox` asks for it again, once the journal is
 * loaded and the fence is written.
 *
 * Relies on: a sender puts the payload before the id is accepted. Keeps I6.
 *
 * Tested by: test/engine/read-ahead.test.ts, test/invariants/i6-message-once.test.ts
 */
import type { AnsweredUpdate, Message } from '../ports/message.ts';
import type { Turn } from './turn-state.ts';

export type MessagesById = ReadonlyMap<string, Message | AnsweredUpdate>;

const NONE: MessagesById = new Map();

/** Begins, and does not wait. An error is none yet: what is missing is asked for again. */
export function readAhead(turn: Turn): void {
  const { engine, runId, inboxIds, letters } = turn;
  if (inboxIds.length === 0) return;
  turn.readAhead = engine.store.loadMessages(runId, inboxIds, letters).then(
    (messages) => new Map(messages.map((message) => [message.id, message])),
    () => NONE,
  );
}

/** What was found, once. */
export async function takeReadAhead(turn: Turn): Promise<MessagesById> {
  const { readAhead = NONE } = turn;
  turn.readAhead = undefined;
  return readAhead;
}
