/** The updates of the run item: what each operation of docs/protocol.md writes when its condition holds. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { dueAtEnd } from '../ports/due-at-end.ts';
import { entriesText } from '../ports/entries-text.ts';
import { isToStop, type UpdateAnswer } from '../ports/message.ts';
import type { WorkflowList } from '../ports/paused-workflows.ts';
import type { ChangePool, JoinLine } from '../ports/pool.ts';
import type { RunShows } from '../ports/run-item.ts';
import type { RetryRun } from '../ports/retry-run.ts';
import type { ContinueRun, FinishRun, ReleaseLease, RenewLease, SettleEnd, TakeLease } from '../ports/store.ts';
import type { PauseRun } from '../ports/pause-run.ts';
import type { AcceptMessage } from './conditions.ts';
import { expression } from './expression.ts';
import type { Expression } from './expression.ts';
import { content, number, text, texts } from './item.ts';
import {
  type AttributeName,
  deletedShardOf,
  dueShardOf,
  heldShardOf,
  lettersFormat,
  schemaVersion,
  tailFormat,
} from './schema.ts';
import { toSnapshotText, toStoredValue, toTailText } from './stored-run.ts';

type Assignments = Partial<Record<AttributeName, AttributeValue | undefined>>;

/** Operation 3. With the constant 0 the update needs no branch, and where it is 0 already no index is written. */
export function acceptUpdate(runId: string, { messageId, kind, letter }: AcceptMessage): Expression {
  const isLetter = letter !== undefined;
  return expression(
    (isLetter
      ? 'SET #letters = list_append(if_not_exists(#letters, :none), :letters), #format = if_not_exists(#tailFormat, :lettersFormat), '
      : 'SET ') +
      '#inboxIds = list_append(#inboxIds, :messageIds), #wakes = #wakes + :one, #dueAtMs = :zero' +
      (kind === 'terminate' ? ', #isToTerminate = :one' : '') +
      (kind === 'cancel' ? ', #isToCancel = :one' : '') +
      (isToStop(kind) ? ', #dueShard = :dueShard REMOVE #pausedAtMs' : ''),
    {
      ':messageIds': texts([messageId]),
      ':one': number(1),
      ':zero': number(0),
      ...(isToStop(kind) ? { ':dueShard': text(dueShardOf(runId)) } : {}),
      ...(isLetter ? { ':letters': texts([JSON.stringify(letter)]), ':none': texts([]) } : {}),
      ...(isLetter ? { ':lettersFormat': number(lettersFormat) } : {}),
    },
  );
}

/** Operation 26. When it is due stays; without the shard it is in the index no more. */
export function pauseUpdate({ pausedAtMs }: PauseRun): Expression {
  return expression('SET #pausedAtMs = :pausedAtMs, #wakes = #wakes + :one REMOVE #dueShard', {
    ':pausedAtMs': number(pausedAtMs),
    ':one': number(1),
  });
}

/** Operation 27. */
export function resumeUpdate(runId: string): Expression {
  return expression('SET #dueShard = :dueShard, #wakes = #wakes + :one REMOVE #pausedAtMs', {
    ':dueShard': text(dueShardOf(runId)),
    ':one': number(1),
  });
}

/** Operation 28. Of another item. */
export function workflowListUpdate({ version, workflows }: WorkflowList): Expression {
  return assign({
    format: number(schemaVersion),
    listVersion: number(version),
    workflows: text(JSON.stringify(workflows)),
  });
}

/** Operation 37. The first one also counts the joinCount from 0. */
export function poolUpdate({ version, state, nonce }: ChangePool): Expression {
  return assign({
    format: number(schemaVersion),
    poolVersion: number(version + 1),
    pool: text(JSON.stringify(state)),
    nonce: text(nonce),
    ...(version === 0 ? { joinCount: number(0), turns: { M: {} } } : {}),
  });
}

/** Operation 38. */
export function joinUpdate({ next }: JoinLine): Expression {
  return expression(
    'SET #joinCount = #joinCount + :one' + (next === undefined ? '' : `, #turns.g${next.group} = :turn`),
    { ':one': number(1), ...(next === undefined ? {} : { ':turn': number(next.turn) }) },
  );
}

/** Operation 41. As a message that is accepted. */
export const makeDueUpdate: Expression = expression('SET #wakes = #wakes + :one, #dueAtMs = :zero', {
  ':one': number(1),
  ':zero': number(0),
});

/** Operation 29. When it is due stays. */
export function holdUpdate(runId: string, workflow: string): Expression {
  return assign({ dueShard: text(heldShardOf(workflow, runId)) });
}

/** Operation 30. */
export function putBackUpdate(runId: string): Expression {
  return assign({ dueShard: text(dueShardOf(runId)) });
}

/** Operation 6. It changes no attribute of an index, but of a held run. */
export function takeUpdate(runId: string, { lease: { owner, expiresAtMs }, pin }: TakeLease): Expression {
  return expression(
    'SET #leaseOwner = :owner, #leaseExpiresAtMs = :expiresAtMs, #epoch = #epoch + :one, #dueShard = :dueShard, ' +
      '#priorLeaseExpiresAtMs = if_not_exists(#leaseExpiresAtMs, :zero)' +
      (pin === undefined ? '' : ', #pinnedTo = :pin'),
    {
      ':owner': text(owner),
      ':expiresAtMs': number(expiresAtMs),
      ':dueShard': text(dueShardOf(runId)),
      ':one': number(1),
      ':zero': number(0),
      ...(pin === undefined ? {} : { ':pin': text(pin) }),
    },
  );
}

/** Operation 13. */
export function renewUpdate({ expiresAtMs, base, shows }: RenewLease): Expression {
  return assign({ leaseExpiresAtMs: number(expiresAtMs), ...toBase(base), ...toShown(shows) });
}

/** What is absent stays as it is. */
function toBase(base: RenewLease['base']): Assignments {
  if (base === undefined) return {};
  const { record, ...rest } = base;
  return { baseRecord: number(record), base: text(JSON.stringify(rest)) };
}

/** Operation 14. Of a paused run the condition says that the turn has heard of it: the pause stays as it is. */
export function releaseUpdate(
  runId: string,
  { status, isPaused, isHeldBack, inboxIds, lettersSeen, dueAtMs, needsWake, blocked, ...rest }: ReleaseLease,
): Expression {
  const { unreadSignals, journal, snapshot, base, placeWaits, tail, shows } = rest;
  const changes = {
    ...NO_LEASE,
    ...(isPaused ? {} : { dueShard: text(dueShardOf(runId)) }), // it may have been held, after its lease had expired
    openStatus: text(status),
    inboxIds: texts(inboxIds),
    dueAtMs: dueAtMs === undefined ? undefined : number(dueAtMs),
    needsWake: needsWake && number(1),
    blockedReason: blocked && text(blocked.reason),
    blockedSinceMs: blocked && number(blocked.sinceMs),
    blockedCode: blocked?.code === undefined ? undefined : text(blocked.code),
    blockedRecorded: blocked?.sides && text(blocked.sides.recorded),
    blockedRequested: blocked?.sides && text(blocked.sides.requested),
    blockedVersion: blocked?.version === undefined ? undefined : text(blocked.version),
    blockedTryAtMs: blocked?.tryAtMs === undefined ? undefined : number(blocked.tryAtMs),
    unreadSignals: unreadSignals === undefined ? undefined : number(unreadSignals),
    journalEvents: journal && number(journal.events),
    journalBytes: journal && number(journal.bytes),
    ...(snapshot && { snapshot: text(toSnapshotText(snapshot)) }),
    ...toBase(base),
    placeWaits: placeWaits && text(JSON.stringify(placeWaits)),
    ...toTail(tail),
    // Else it may not have been taken up yet.
    ...(status === 'suspended' && !isPaused && !isHeldBack ? { goesOnFrom: undefined } : {}),
    ...toShown(shows),
  };
  return assign(changes, lettersGone(inboxIds, lettersSeen));
}

/** Operation 15. It may end while it is paused: then it comes back into the index, to be purged. */
export function finishUpdate(runId: string, finish: FinishRun): Expression {
  const { status, result, endedAtMs, tail, shows } = finish;
  const { afterEnd, dueAtMs, purgeAtMs } = dueAtEnd(finish);
  return assign({
    ...NO_LEASE,
    openStatus: undefined,
    closedStatus: text(status),
    [result.kind === 'inline' ? 'result' : 'resultKey']: toStoredValue(result),
    endedAtMs: number(endedAtMs),
    inboxIds: texts([]),
    letters: undefined,
    dueShard: text(dueShardOf(runId)),
    dueAtMs: dueAtMs === undefined ? undefined : number(dueAtMs),
    pausedAtMs: undefined,
    isToTerminate: undefined,
    isToCancel: undefined,
    snapshot: undefined,
    ...(afterEnd === undefined ? {} : { afterEnd: text(afterEnd) }),
    ...(purgeAtMs === undefined ? {} : { purgeAtMs: number(purgeAtMs) }),
    ...toTail(tail),
    ...NO_REST,
    ...toShown(shows),
  });
}

/** Operation 18. */
export function watchUpdate(watcherId: string): Expression {
  return expression('SET #watchers = list_append(if_not_exists(#watchers, :none), :watchers), #wakes = #wakes + :one', {
    ':none': texts([]),
    ':watchers': texts([watcherId]),
    ':one': number(1),
  });
}

/** Operation 19. */
export function settleUpdate({ purgeAtMs, emitAtMs }: SettleEnd): Expression {
  const dueAtMs = emitAtMs ?? purgeAtMs;
  return assign({
    afterEnd: emitAtMs === undefined ? undefined : text('emit'),
    dueAtMs: dueAtMs === undefined ? undefined : number(dueAtMs),
    ...(emitAtMs === undefined ? { purgeAtMs: undefined } : {}),
  });
}

/** Operation 23. When it was created, and how many messages were accepted, stays. */
export function continueUpdate(
  runId: string,
  { link, isPaused, input, inboxIds, lettersSeen, deadlineAtMs, shows }: ContinueRun,
): Expression {
  const isInline = input.kind === 'inline';
  const changes = {
    ...NO_LEASE,
    openStatus: text('pending'),
    ...(isPaused ? {} : { dueShard: text(dueShardOf(runId)) }),
    link: number(link),
    input: isInline ? toStoredValue(input) : undefined,
    inputKey: isInline ? undefined : toStoredValue(input),
    inboxIds: texts(inboxIds),
    dueAtMs: number(0),
    deadlineAtMs: deadlineAtMs === undefined ? undefined : number(deadlineAtMs),
    pinnedTo: undefined,
    snapshot: undefined,
    ...NO_TAIL,
    ...NO_REST,
    ...toShown(shows),
  };
  return assign(changes, lettersGone(inboxIds, lettersSeen));
}

/** Operation 25. The newest code goes on with it, as with a run that was never pinned. */
export function retryUpdate({ goesOnFrom, retries }: RetryRun): Expression {
  const { deadlineAtMs } = goesOnFrom;
  return assign({
    openStatus: text('suspended'),
    closedStatus: undefined,
    endedAtMs: undefined,
    result: undefined,
    resultKey: undefined,
    afterEnd: undefined,
    purgeAtMs: undefined,
    dueAtMs: number(0),
    deadlineAtMs: deadlineAtMs === undefined ? undefined : number(deadlineAtMs),
    pinnedTo: undefined,
    snapshot: undefined,
    retries: number(retries),
    goesOnFrom: text(JSON.stringify(goesOnFrom)),
  });
}

const NO_MESSAGE: Assignments = { message: undefined, messageHead: undefined, claim: undefined };

/** Operation 11, for a message with an idempotency key: another message with that key is refused until the purge. */
export const keepDigestOnly: Expression = assign({ received: number(1), ...NO_MESSAGE });

/** Operation 20. */
export function claimUpdateUpdate(epoch: number): Expression {
  return assign({ claimedBy: number(epoch) });
}

/** Operation 21. The digest stays, as of a message that is in the journal. */
export function answerUpdateUpdate(answer: UpdateAnswer): Expression {
  return assign({ answer: text(JSON.stringify(answer)), received: number(1), ...NO_MESSAGE });
}

/** Operation 24. No list finds the run any more, and its id is kept until then. */
export function deleteUpdate({ workflow, nowMs, freeAtMs }: DeleteUpdate): Expression {
  return assign({
    deletedAtMs: number(nowMs),
    afterEnd: undefined,
    purgeAtMs: undefined,
    dueAtMs: number(freeAtMs),
    workflowShard: text(deletedShardOf(workflow)),
    input: undefined,
    firstNonce: undefined,
    firstEntries: undefined,
    ...NO_TAIL,
    result: undefined,
    customStatus: undefined,
    attributes: undefined,
  });
}

export interface DeleteUpdate {
  readonly workflow: string;
  readonly nowMs: number;
  readonly freeAtMs: number;
}

/** In place of a purge. */
export function postponeUpdate(dueAtMs: number): Expression {
  return assign({ dueAtMs: number(dueAtMs) });
}

/** What is absent stays as it is. */
function toShown({ customStatus, attributes }: RunShows = {}): Assignments {
  return {
    ...(customStatus === undefined ? {} : { customStatus: content(customStatus) }),
    ...(attributes === undefined ? {} : { attributes: text(JSON.stringify(attributes)) }),
  };
}

const NO_TAIL: Assignments = { tail: undefined, tailOf: undefined, tailFormat: undefined };

/** It stays where nothing is said of it. */
function toTail(tail: ReleaseLease['tail']): Assignments {
  if (tail === undefined) return {};
  if (tail === 'in-record') return NO_TAIL;
  const format = number(tailFormat);
  return { tail: text(entriesText(tail.entries)), tailOf: text(toTailText(tail)), tailFormat: format, format };
}

const NO_LEASE: Assignments = {
  leaseOwner: undefined,
  leaseExpiresAtMs: undefined,
  priorLeaseExpiresAtMs: undefined,
};

/** What a release says of the rest until the next turn. */
const NO_REST: Assignments = {
  needsWake: undefined,
  blockedReason: undefined,
  blockedSinceMs: undefined,
  blockedCode: undefined,
  blockedRecorded: undefined,
  blockedRequested: undefined,
  blockedVersion: undefined,
  blockedTryAtMs: undefined,
  unreadSignals: undefined,
  journalEvents: undefined,
  journalBytes: undefined,
  placeWaits: undefined,
  goesOnFrom: undefined,
};

/**
 * Of the letters that the turn has seen, in their order, those that leave the run item. No other came since, or the condition
 * fails.
 */
function lettersGone(inboxIds: readonly string[], seen: readonly string[] = []): readonly string[] {
  const gone = seen.flatMap((id, index) => (inboxIds.includes(id) ? [] : [`#letters[${index}]`]));
  return gone.length === seen.length ? ['#letters'] : gone;
}

/** Sets the attributes that have a value, removes those that are undefined. */
export function assign(assignments: Assignments, alsoRemoved: readonly string[] = []): Expression {
  const entries = Object.entries(assignments);
  const set = entries.flatMap(([name, value]) => (value ? [`#${name} = :${name}`] : []));
  const removed = [...entries.flatMap(([name, value]) => (value ? [] : [`#${name}`])), ...alsoRemoved];
  const clauses = [
    ...(set.length > 0 ? [`SET ${set.join(', ')}`] : []),
    ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
  ];
  const values = entries.flatMap(([name, value]) => (value ? [[`:${name}`, value] as const] : []));
  return expression(clauses.join(' '), Object.fromEntries(values));
}
