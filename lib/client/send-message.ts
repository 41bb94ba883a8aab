/**
 * Sending a message to a run: operation 2, operation 3, operation 4 and operation 5 of docs/protocol.md. What returns
 * was accepted, and reaches the run exactly once (I6); what throws was not, but for a StoreUnavailableError, which leaves it open.
 *
 * The payload is there before the id is accepted, since a worker that finds no payload takes the table for damaged; or it is
 * a letter, which is accepted with its id. Of two messages with one idempotency key the first to be put stays: the table
 * refuses another one under its id.
 */
import { describeValue } from '../core/describe-value.ts';
import { CONTROL_INBOX_LIMIT, INBOX_LIMIT, MESSAGE_ID_LIMIT_BYTES, UPDATES_LIMIT } from '../ports/limits.ts';
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import { invariant } from '../core/invariant.ts';
import { mayBeLetter } from '../ports/letters.ts';
import type { Message } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import type { AcceptMessageResult } from '../ports/sending.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import { sendWake, deleteQuietly } from './best-effort.ts';
import type { ClientPorts } from './client-ports.ts';
import {
  IdempotencyKeyReusedError,
  InboxFullError,
  InvalidArgumentError,
  RunEndedError,
  RunNotFoundError,
} from '../core/run-errors.ts';
import { readMessageIds } from './read-records.ts';
import { retryUnavailable } from './retry-unavailable.ts';

export interface Sending {
  readonly runId: string;
  /** With a digest if its id follows from a key. */
  readonly message: Message;
  /** Undefined: there is none. Unless `isShared`, no other call can then be sending, or have sent, the same message. */
  readonly idempotencyKey: string | undefined;
  /** Also without a key: its id follows from what it says, and another worker may be sending it too. */
  readonly isShared?: true;
  /** Names the message in errors, as in `signal "approved"`. */
  readonly what: string;
}

/**
 * `differs`, of a callback alone: another message was put under its id. Of other kinds that is an
 * IdempotencyKeyReusedError.
 */
export async function sendMessage(ports: ClientPorts, sending: Sending): Promise<'sent' | 'differs'> {
  const { runId, message, idempotencyKey } = sending;
  checkMessageId(message.id);
  const store = await ports.openStore();
  await ports.openWakes(); // before anything is written: it may not be set up
  if (idempotencyKey !== undefined) await checkRunExists(ports, store, runId);
  const isLetter = mayBeLetter(message) && ports.letterRoom.mayHaveRoom(runId, ports.clock.nowMs());
  const asLetter = isLetter ? await tryToAccept(ports, store, sending, message) : undefined;
  if (asLetter !== undefined && asLetter.acceptance.kind !== 'put-first') {
    await followUp(ports, sending, { ...asLetter, isPut: false });
    return 'sent';
  }
  if (isLetter) ports.letterRoom.noteNoRoom(runId, ports.clock.nowMs());
  const put = await retryUnavailable(ports.clock, () => store.putMessage(runId, message));
  if (put.kind === 'received') return 'sent';
  if (put.kind === 'differs' && message.kind === 'callback') return 'differs';
  if (put.kind === 'differs') throw keyReused(sending);
  await acceptMessage(ports, sending, asLetter?.isRepeat);
  return 'sent';
}

/**
 * The second half, for a message whose payload is there: operation 3 and what follows. `wasTried`: a request before, with the
 * message as a letter, had no answer.
 */
export async function acceptMessage(ports: ClientPorts, sending: Sending, wasTried = false): Promise<void> {
  const { acceptance, isRepeat } = await tryToAccept(ports, await ports.openStore(), sending);
  await followUp(ports, sending, { acceptance, isRepeat: isRepeat || wasTried, isPut: true });
}

interface Acceptance {
  readonly acceptance: AcceptMessageResult;
  /** A request before this one had no answer, and may be carried out late. */
  readonly isRepeat: boolean;
}

function tryToAccept(
  ports: ClientPorts,
  store: Store,
  { runId, message }: Sending,
  letter?: Message,
): Promise<Acceptance> {
  return retryUnavailable(ports.clock, async ({ isRepeat }) => ({
    acceptance: await accept(store, runId, message, letter),
    isRepeat,
  }));
}

/** Operation 4, operation 5. `isPut`: it has an item. */
async function followUp(
  ports: ClientPorts,
  sending: Sending,
  { acceptance, isRepeat, isPut }: Acceptance & { readonly isPut: boolean },
): Promise<void> {
  const { runId, message, idempotencyKey, isShared, what } = sending;
  const isIdOwn = idempotencyKey === undefined && isShared === undefined;
  const store = await ports.openStore();
  const wakes = await ports.openWakes();
  if (acceptance.kind === 'accepted') {
    if (!acceptance.leased) await sendWake(ports, wakes, runId);
    return;
  }
  invariant(acceptance.kind !== 'put-first', `${what} to run "${runId}" was put, and is to be put first`);

  // An accepted message leaves the inbox only for the journal: an earlier sending of this one would be there, be it by
  // another call or by an SDK that sent the request twice. Otherwise the journal is not read.
  const wasSentBefore = isRepeat || (acceptance.kind === 'closed' && acceptance.isRepeat === true);
  const mayBeThere = !isIdOwn || wasSentBefore;
  const wasAccepted = mayBeThere && acceptance.kind !== 'not-found' && (await isReceived(ports, store, runId, message));
  // A run that has failed may be tried again (operation 25), and then takes messages.
  const isOver = acceptance.kind === 'closed' && acceptance.run.status !== 'failed';
  // A request without an answer may be carried out late. Then the run would accept a message, and needs its payload.
  const mayStillBeAccepted = wasSentBefore && !wasAccepted && !isOver;
  // Another call with this id may be between its put and its accept: it needs the payload, unless nothing can be
  // accepted any more.
  const isOfNoUse = isIdOwn || isOver || (acceptance.kind === 'not-found' && idempotencyKey === undefined);
  if (isPut && (wasAccepted || (isOfNoUse && !mayStillBeAccepted))) {
    await deleteQuietly(ports, `payload of ${what} to ${runId}`, () =>
      store.deleteMessages(runId, [message.id], { keepDigests: wasAccepted }),
    );
  }
  if (wasAccepted) return;
  if (mayStillBeAccepted) throw new StoreUnavailableError(`accept ${what} to run "${runId}"`);
  switch (acceptance.kind) {
    case 'closed':
      throw new RunEndedError(runId, acceptance.run.status, what);
    case 'full':
      throw new InboxFullError(runId, describeFull(message, acceptance.run));
    case 'not-found':
      throw new RunNotFoundError(runId);
  }
}

/** Nothing of what was put first is changed, whether it was accepted or not. */
function keyReused({ runId, message, idempotencyKey = '', what }: Sending): IdempotencyKeyReusedError {
  const { kind } = message;
  const differs = kind === 'signal' ? 'payload' : kind === 'update' ? 'input' : 'reason';
  return new IdempotencyKeyReusedError(idempotencyKey, runId, {
    did: `was given for ${what} to run "${runId}"`,
    differs,
  });
}

/** Flooded with signals or not, a run can be asked to stop. */
function accept(
  store: Store,
  runId: string,
  { id, kind }: Message,
  letter: Message | undefined,
): Promise<AcceptMessageResult> {
  if (kind === 'signal') return store.accept(runId, id, INBOX_LIMIT, 'signal', letter);
  if (kind === 'update') return store.accept(runId, id, UPDATES_LIMIT, 'control');
  // Code that reads no signals still learns of the ends of its children; there is room left for a request to stop.
  if (kind === 'run-ended') return store.accept(runId, id, INBOX_LIMIT, 'control', letter);
  // Unread signals do not keep a callback away: it is awaited, or is about to be.
  if (kind === 'callback') return store.accept(runId, id, INBOX_LIMIT, 'control');
  return store.accept(runId, id, CONTROL_INBOX_LIMIT, kind);
}

function describeFull({ kind }: Message, { inboxIds, unreadSignals }: RunItem): string {
  if (kind === 'signal' && unreadSignals !== undefined)
    return `it takes no more signals now, and has ${unreadSignals} that its code has not read`;
  return `${inboxIds.length} messages wait for its next turn`;
}

/** A run item has room for as many ids as its inbox may have, of this length. */
function checkMessageId(id: string): void {
  if (Buffer.byteLength(id) <= MESSAGE_ID_LIMIT_BYTES) return;
  throw new InvalidArgumentError(
    `the id of a message cannot be ${describeValue(id)}: the client's own ids have ${MESSAGE_ID_LIMIT_BYTES} bytes at most`,
  );
}

/** Of a call's own message the payload is deleted when there is no such run; the payload of a shared one would stay. */
async function checkRunExists(ports: ClientPorts, store: Store, runId: string): Promise<void> {
  const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
  if (run === undefined) throw new RunNotFoundError(runId);
}

/** It is in the journal, or, of an update that was refused, has its answer. */
async function isReceived(ports: ClientPorts, store: Store, runId: string, message: Message): Promise<boolean> {
  const { id, kind } = message;
  if (kind === 'update') {
    const answer = await retryUnavailable(ports.clock, () => store.readAnswer(runId, id));
    if (answer.kind === 'answered') return true;
  }
  return isInJournal(ports, store, runId, id);
}

export async function isInJournal(
  ports: ClientPorts,
  store: Store,
  runId: string,
  messageId: string,
): Promise<boolean> {
  const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
  // A request that is repeated is not older than that.
  const sinceMs = ports.clock.nowMs() - 2 * SHORTEST_RETENTION_MS;
  for (let link = run?.link ?? 1; link >= 1; link -= 1) {
    let beganAtMs = Infinity;
    for await (const { ids, beganAt } of readMessageIds(ports, store, { runId, link })) {
      if (ids.includes(messageId)) return true;
      beganAtMs = beganAt ?? beganAtMs;
    }
    if (beganAtMs < sinceMs) return false;
  }
  return false;
}
