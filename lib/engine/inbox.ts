/**
 * The run's inbox: loads the payloads of accepted messages, and deletes them when they are in the journal (operation 9,
 * operation 11). The digest of a message with an idempotency key stays, so that another message with that key is refused
 * until the purge.
 *
 * Relies on: a sender puts the payload before the id is accepted, and nothing deletes it as long as the id may be; and
 * reads are consistent. Keeps in turn what senders rely on: an id leaves the inbox only when it is in the journal.
 *
 * Tested by: test/invariants/i6-message-once.test.ts, test/adversarial/payload-lost.test.ts
 */
import { LullError } from '../core/errors.ts';
import { lettersOf } from '../ports/letters.ts';
import type { AnsweredUpdate, Message } from '../ports/message.ts';
import { LockedMessagesError } from '../ports/world-errors.ts';
import { receivedByEarlierLinks } from './link-before.ts';
import { takeReadAhead } from './read-ahead.ts';
import type { Turn } from './turn-state.ts';

type LoadInboxResult =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'lost' }
  /**
   * An accepted message has no payload although the lease is ours: the table, or its bucket, was changed by hand. Or it
   * cannot be decrypted.
   */
  | { readonly kind: 'damaged'; readonly error: Error };

const LOADED: LoadInboxResult = { kind: 'loaded' };

/** Loads the payloads of messages that were accepted and are not in the journal, in the order of acceptance. */
export function loadInbox(turn: Turn): LoadInboxResult | Promise<LoadInboxResult> {
  if (turn.newerRun !== undefined) turn.refreshFrom(turn.newerRun);
  return turn.inboxIds.length === 0 ? LOADED : loadAccepted(turn);
}

async function loadAccepted(turn: Turn): Promise<LoadInboxResult> {
  const { journal, inbox } = turn;
  turn.inboxIds = turn.inboxIds.filter((id) => !turn.answered.has(id));
  const waiting = new Set([...inbox.map((message) => message.id), ...turn.refusals.keys()]);
  const missing: string[] = [];
  for (const id of turn.inboxIds) {
    if (journal.messageIds.has(id)) turn.received.add(id);
    else if (!turn.received.has(id) && !waiting.has(id) && !turn.carried.has(id)) missing.push(id);
  }
  if (missing.length === 0) return LOADED;

  // A request that the network has repeated late may bring back what the link before has received.
  const repeated = turn.run.link === undefined ? [] : await receivedByEarlierLinks(turn, missing);
  for (const id of repeated) turn.received.add(id);
  const wanted = repeated.length === 0 ? missing : missing.filter((id) => !turn.received.has(id));
  if (wanted.length === 0) return LOADED;

  const { messages, error } = await loadMessages(turn, wanted);
  for (const message of messages) {
    if (message.kind === 'answered' || (message.kind === 'update' && (await isAnswered(turn, message.id)))) {
      turn.answered.add(message.id);
    } else inbox.push(message);
  }
  turn.inboxIds = turn.inboxIds.filter((id) => !turn.answered.has(id));
  if (error !== undefined) return { kind: 'damaged', error };
  if (messages.length < wanted.length) return whyMissing(turn, wanted, new Set(messages.map(({ id }) => id)));
  return LOADED;
}

interface LoadedMessages {
  readonly messages: readonly (Message | AnsweredUpdate)[];
  /** Why others, which are there, cannot be read. */
  readonly error?: Error;
}

/** Those that are there, in the order of the ids. */
async function loadMessages(turn: Turn, ids: readonly string[]): Promise<LoadedMessages> {
  const ahead = await takeReadAhead(turn);
  const others = ids.filter((id) => !ahead.has(id));
  const { messages, ...rest } = others.length === 0 ? { messages: [] } : await loadReadable(turn, others);
  const found = new Map(messages.map((message) => [message.id, message]));
  return { messages: ids.flatMap((id) => ahead.get(id) ?? found.get(id) ?? []), ...rest };
}

async function loadReadable({ engine, runId, letters }: Turn, ids: readonly string[]): Promise<LoadedMessages> {
  try {
    return { messages: await engine.store.loadMessages(runId, ids, letters) };
  } catch (error) {
    if (error instanceof LockedMessagesError) return { messages: error.readable, error };
    throw error;
  }
}

/** Those that are no letters have items. */
export async function deleteItems({ engine, runId, letters }: Turn, ids: readonly string[]): Promise<void> {
  const inItem = lettersOf({ letters });
  const others = ids.filter((id) => !inItem.has(id));
  if (others.length > 0) await engine.store.deleteMessages(runId, others, { keepDigests: true });
}

/** Before those that wait already. */
export function putFirst(inbox: Message[], messages: readonly Message[]): void {
  const later = inbox.splice(0);
  for (const message of [...messages, ...later]) inbox.push(message); // as arguments of a call they could be too many
}

/**
 * After a takeover: from here on a refusal by the worker before cannot be written any more (operation 20). What is gone has
 * been delivered and purged by a later worker, which the next write finds out.
 */
async function isAnswered({ engine, runId, epoch, run }: Turn, messageId: string): Promise<boolean> {
  if (run.lease === undefined) return false;
  return (await engine.store.claimUpdate(runId, messageId, epoch)).kind === 'answered';
}

/** A worker that was taken over may look for messages that the next one has delivered and deleted. */
async function whyMissing(turn: Turn, wanted: readonly string[], found: ReadonlySet<string>): Promise<LoadInboxResult> {
  const { engine, runId, epoch } = turn;
  const renewal = await engine.store.renew(runId, { epoch, expiresAtMs: engine.clock.nowMs() + engine.leaseMs });
  if (renewal.kind === 'lost') return { kind: 'lost' };
  const ids = wanted.filter((id) => !found.has(id)).join(', ');
  return {
    kind: 'damaged',
    error: new LullError(
      'MESSAGE_MISSING',
      `the run accepted the messages ${ids}, and they are missing from the table, or damaged in the bucket: restore ` +
        `them, or terminate the run`,
    ),
  };
}

/** Deletes messages that are in the journal. If it fails, the next turn deletes them: no error. Letters go with the release. */
export function deleteReceived(turn: Turn): Promise<void> | undefined {
  return turn.received.size === 0 ? undefined : deleteThem(turn);
}

async function deleteThem(turn: Turn): Promise<void> {
  const { engine, runId, received } = turn;
  const ids = [...received];
  try {
    await deleteItems(turn, ids);
    received.clear();
    turn.inboxIds = turn.inboxIds.filter((id) => !ids.includes(id));
  } catch (error) {
    engine.log.warn('messages that are in the journal were not deleted yet', { runId, ids, error });
  }
}
