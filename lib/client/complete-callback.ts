/**
 * Completing a callback from outside, by its token: a message to its run, sent as signals are (operations of
 * send-message.ts), whose id follows from the callback. So the table takes one end of it.
 *
 * The token is proved by the secret of the run, which is in the first record of its journal: one read. Of two who complete
 * a callback at once the first to store its message wins; the other one, if it finds that message stored and not accepted
 * (its sender may have died), accepts it, so that a token is never used up for nothing.
 */
import { encodeError } from '../codec/encode-error.ts';
import { encodedBytes } from '../codec/encode.ts';
import type { CallbackClaims } from '../core/callback.ts';
import type { Encoded } from '../core/encoded.ts';
import { PayloadTooLargeError } from '../core/errors.ts';
import { CallbackDoneError, InvalidTokenError, RunEndedError, RunNotFoundError } from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import { isError, readQuietly, toError } from '../core/to-error.ts';
import { readableEntries } from '../journal/find-damage.ts';
import { seedOf } from '../journal/forks.ts';
import { unlessLocked } from '../ports/locked-records.ts';
import type { CallbackMessage } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import { isGenuine, readToken } from '../token/callback-token.ts';
import type { ClientPorts } from './client-ports.ts';
import { encodeInput } from './encode-input.ts';
import { callbackMessageId, digestKey } from './identifiers.ts';
import { checkOptions } from './options.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { acceptMessage, isInJournal, sendMessage } from './send-message.ts';

/** How a callback is completed or failed. */
export interface CompleteOptions {
  /** Calls with the same key are one call, however often they are repeated: the second one is no CallbackDoneError. */
  readonly idempotencyKey?: string | undefined;
}

export type CallbackEnding =
  { readonly kind: 'completed'; readonly value: unknown } | { readonly kind: 'failed'; readonly error: unknown };

/** Gives the id of the run. */
export async function endCallback(
  ports: ClientPorts,
  token: string,
  ending: CallbackEnding,
  options: CompleteOptions,
): Promise<string> {
  checkOptions(ending.kind === 'completed' ? 'completeCallback' : 'failCallback', options, ['idempotencyKey']);
  const store = await ports.openStore();
  const { claims } = await verify(ports, store, token);
  const { runId, link, id, name } = claims;
  const what = `callback "${name}"`;
  const payload =
    ending.kind === 'completed'
      ? encodeInput(`the value of ${what}`, ending.value, store.limits).value
      : encodeFailure(`the error of ${what}`, ending.error, store);
  if (ending.kind === 'completed') await checkValue(ports, claims, payload);
  // Without a key each call is one of its own, so that the second one learns that it is.
  const digest = digestKey('callback', options.idempotencyKey ?? ports.ids.messageId());
  const message: CallbackMessage = {
    ...{ kind: 'callback', id: callbackMessageId(runId, { link, id }), digest },
    ...{ callbackId: id, name, outcome: ending.kind, payload },
    ...(link === 1 ? {} : { link }),
  };
  const sent = await sendMessage(ports, { runId, message, idempotencyKey: digest, what });
  if (sent === 'differs') await acceptTheOther(ports, store, message, claims);
  return runId;
}

/** Gives the id of the run. */
export async function heartbeatCallback(ports: ClientPorts, token: string, details: unknown): Promise<string> {
  const store = await ports.openStore();
  const { claims, run } = await verify(ports, store, token);
  const { runId, link, id, name } = claims;
  const what = `the heartbeat of callback "${name}"`;
  const { value: payload } = encodeInput(`the details of ${what}`, details, store.limits);
  const end = callbackMessageId(runId, { link, id });
  if (run.inboxIds.includes(end) || (await isInJournal(ports, store, runId, end))) throw new CallbackDoneError(name);
  if (isClosed(run.status)) throw new RunEndedError(runId, run.status, what);
  const message: CallbackMessage = {
    ...{ kind: 'callback', id: ports.ids.messageId() },
    ...{ callbackId: id, name, outcome: 'heartbeat', payload },
    ...(link === 1 ? {} : { link }),
  };
  await sendMessage(ports, { runId, message, idempotencyKey: undefined, what });
  return runId;
}

interface Verified {
  readonly claims: CallbackClaims;
  readonly run: RunItem;
}

/** Whether there is such a run is not told to holders of a forged token. */
async function verify(ports: ClientPorts, store: Store, token: string): Promise<Verified> {
  const read = readToken(token);
  if (read === undefined) throw new InvalidTokenError('it is none');
  const { runId, link, id, expiresAtMs } = read.claims;
  const [first] = await retryUnavailable(ports.clock, () => store.loadRecords(runId, 0, 1, link));
  const [started] = first === undefined ? [] : readableEntries(unlessLocked(runId, [first]));
  const seed = started?.kind === 'started' ? seedOf(started, id) : undefined;
  if (seed === undefined || !isGenuine(read, seed)) {
    throw new InvalidTokenError('it is forged, or its run is not there any more');
  }
  if (expiresAtMs !== undefined && ports.clock.nowMs() >= expiresAtMs) {
    throw new InvalidTokenError(`it expired at ${new Date(expiresAtMs).toISOString()}`);
  }
  const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
  if (run === undefined) throw new RunNotFoundError(runId);
  if ((run.link ?? 1) !== link) throw new InvalidTokenError('it expired when its run continued as new');
  return { claims: read.claims, run };
}

/**
 * By the schema that the run's own code gave, which a replay finds. Where that code is not known, or has not come to the
 * callback yet, the run checks the value when it takes it.
 */
async function checkValue(ports: ClientPorts, claims: CallbackClaims, payload: Encoded): Promise<void> {
  if (!claims.hasSchema || ports.registry === undefined) return;
  const { runId, id, name } = claims;
  const answerQuery = await ports.openQueries();
  const answer = await retryUnavailable(ports.clock, () => answerQuery({ runId, name, callbackId: id, args: payload }));
  if (answer.kind === 'failed') throw toError(answer.error);
}

/** As JSON has it: a text, or an object with a message. */
function toFailure(error: unknown): Error {
  if (typeof error === 'string') return new Error(error);
  if (isError(error) || typeof error !== 'object' || error === null) return toError(error);
  const [name, message] = [readQuietly(error, 'name'), readQuietly(error, 'message')];
  if (typeof message !== 'string') return toError(error);
  const failure = new Error(message);
  if (typeof name === 'string') failure.name = name;
  return failure;
}

/** An error comes back as what it is; from anything else one is made. */
function encodeFailure(what: string, error: unknown, { limits }: Store): Encoded {
  const encoded = encodeError(toFailure(error), what);
  const bytes = encodedBytes(encoded);
  if (bytes <= limits.inputBytes) return encoded;
  throw new PayloadTooLargeError(`${what} has ${bytes} bytes, the limit is ${limits.inputBytes}: make it shorter`);
}

/**
 * Another call has put its message first. If that was not accepted yet, it is now; and if it says the same, this call has
 * done what it was to do.
 */
async function acceptTheOther(
  ports: ClientPorts,
  store: Store,
  message: CallbackMessage,
  { runId, name }: CallbackClaims,
): Promise<void> {
  const what = `callback "${name}"`;
  const [found] = await retryUnavailable(ports.clock, () => store.loadMessages(runId, [message.id]));
  const other = found?.kind === 'callback' ? found : undefined;
  const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
  if (run === undefined) throw new RunNotFoundError(runId);
  const isUsed = other === undefined || run.inboxIds.includes(message.id);
  if (isUsed || (await isInJournal(ports, store, runId, message.id))) throw new CallbackDoneError(name);
  if (isClosed(run.status)) throw new RunEndedError(runId, run.status, what);
  await acceptMessage(ports, { runId, message: other, idempotencyKey: message.digest, what });
  if (!saysTheSame(other, message)) throw new CallbackDoneError(name);
}

function saysTheSame(other: CallbackMessage, { outcome, payload }: CallbackMessage): boolean {
  return other.outcome === outcome && JSON.stringify(other.payload) === JSON.stringify(payload);
}
