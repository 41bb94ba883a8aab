/**
 * The conditions of the writes of docs/protocol.md. Each bears the name of what must hold, and says which race it prevents.
 *
 * Relies on: DynamoDB checks the condition and writes as one, for one item. No write spans two.
 */
import type { ChangePool } from '../ports/pool.ts';
import { MOST_LETTERS } from '../ports/letters.ts';
import type { AcceptedKind, Message } from '../ports/message.ts';
import type { RenewLease, SettleEnd, TakeLease } from '../ports/store.ts';
import type { PauseRun, ResumeRun } from '../ports/pause-run.ts';
import type { RetryRun } from '../ports/retry-run.ts';
import type { HoldRun } from '../ports/paused-workflows.ts';
import { and, expression } from './expression.ts';
import type { Expression } from './expression.ts';
import { number, text } from './item.ts';
import { latestRunFormat, heldShardOf, workflowShardOf } from './schema.ts';

/** Two starts with one id: the second finds the run of the first. */
export const runIsNew: Expression = expression('attribute_not_exists(#pk)');

/** Two workers at one journal: the second learns that it was overtaken (I2). */
export const recordIsNew: Expression = expression('attribute_not_exists(#pk)');

/** A worker that comes late with a record that is behind a base: its run was purged, and there is another one of that id. */
export function recordIsOfThatTurn(nonce: string): Expression {
  return expression('#nonce = :nonce', { ':nonce': text(nonce) });
}

/** Two messages with one idempotency key: the second must not take the place of the first, which may be accepted. */
export function messageIsNewOrTheSame(digest: string): Expression {
  return expression(
    'attribute_not_exists(#pk) OR ' +
      '(#messageDigest = :digest AND attribute_not_exists(#received) AND attribute_not_exists(#claimedBy))',
    { ':digest': text(digest) },
  );
}

/**
 * A worker that answers an update for the second time, or after the purge; a worker of before a takeover, whose request is
 * late.
 */
export function updateIsOpenToMe(epoch: number): Expression {
  return and(
    updateIsOpen,
    expression('(attribute_not_exists(#claimedBy) OR #claimedBy <= :epoch)', { ':epoch': number(epoch) }),
  );
}

/** A worker that took over and an earlier worker's answer, which came before. */
export const updateIsOpen: Expression = expression('attribute_exists(#pk) AND attribute_not_exists(#answer)');

/** A worker's delete of a message that is gone already: an update would make the item anew. */
export const messageIsThere: Expression = expression('attribute_exists(#pk)');

/**
 * A write that comes after the end, or after the purge: an update without a condition would make the item anew. And a
 * worker of an old version at a run that a newer one has written.
 */
export const runIsOpen: Expression = expression('attribute_exists(#openStatus) AND #format <= :latestFormat', {
  ':latestFormat': number(latestRunFormat),
});

/** What is to be accepted. */
export interface AcceptMessage {
  readonly messageId: string;
  readonly inboxLimit: number;
  readonly kind: AcceptedKind;
  readonly letter?: Message | undefined;
}

const hasRoomForLetter = expression('(attribute_not_exists(#letters) OR size(#letters) < :mostLetters)', {
  ':mostLetters': number(MOST_LETTERS),
});

/** A message that comes while the run ends; the same one twice at once; more of them than the run can hold, or reads. */
export function runIsOpenAndInboxHasRoom({ messageId, inboxLimit, kind, letter }: AcceptMessage): Expression {
  const room = expression('NOT contains(#inboxIds, :messageId) AND size(#inboxIds) < :inboxLimit', {
    ':messageId': text(messageId),
    ':inboxLimit': number(inboxLimit),
  });
  return and(
    runIsOpen,
    room,
    ...(kind === 'signal' ? [expression('attribute_not_exists(#unreadSignals)')] : []),
    ...(letter === undefined ? [] : [hasRoomForLetter]),
  );
}

/** Two workers that are woken at once; a wake that was repeated, comes when all is done, or while the run is paused. */
export function runIsFreeAndDue(runId: string, { nowMs, dueByMs, pin, gone, paused = [] }: TakeLease): Expression {
  return and(
    runIsOpen,
    ...(pin === undefined ? [] : [runIsPinnedHereOrNowhere(pin, gone)]),
    ...(paused.length === 0 ? [] : [runIsOfNone(paused, runId)]),
    isFreeAndDue({ nowMs, dueByMs }),
  );
}

function isFreeAndDue({ nowMs, dueByMs }: Pick<TakeLease, 'nowMs' | 'dueByMs'>): Expression {
  return expression(
    'attribute_not_exists(#pausedAtMs) AND ' +
      '(attribute_not_exists(#leaseExpiresAtMs) OR #leaseExpiresAtMs <= :now) AND #dueAtMs <= :dueBy',
    { ':now': number(nowMs), ':dueBy': number(dueByMs) },
  );
}

/** A run whose workflow is paused. One that was asked to stop is taken all the same. */
function runIsOfNone(paused: readonly string[], runId: string): Expression {
  const shards = paused.map((workflow, index) => [`:paused${index}`, text(workflowShardOf(workflow, runId))] as const);
  return expression(
    `(NOT #workflowShard IN (${shards.map(([name]) => name).join(', ')}) ` +
      'OR attribute_exists(#isToTerminate) OR attribute_exists(#isToCancel))',
    Object.fromEntries(shards),
  );
}

/**
 * A worker that learned of the pause and comes late: another one has the run, or it was asked to stop; or the id is that of
 * another workflow's run. That the workflow is paused still is in no condition: see operation 30.
 */
export function runIsToBeHeld(runId: string, { workflow, ...when }: HoldRun): Expression {
  return and(
    runIsOpen,
    expression(
      '#workflowShard = :workflowShard AND attribute_not_exists(#isToTerminate) AND attribute_not_exists(#isToCancel)',
      { ':workflowShard': text(workflowShardOf(workflow, runId)) },
    ),
    isFreeAndDue(when),
  );
}

/** A sweeper that comes late: the run was taken, paused, or asked to stop. */
export function runIsHeld(runId: string, workflow: string): Expression {
  return and(runIsOpen, expression('#dueShard = :heldShard', { ':heldShard': text(heldShardOf(workflow, runId)) }));
}

/** Two who change the list at once; a change that the network carries out late. */
export function listIsAsSeen(version: number): Expression {
  return version === 0
    ? expression('attribute_not_exists(#pk)')
    : expression('#listVersion = :seenVersion', { ':seenVersion': number(version) });
}

/**
 * Two workers that see the same free place; one who frees the place of a lost worker while the next worker of its run takes
 * it; one who goes past those who have joined the line since it was found empty.
 */
export function poolIsAsSeen({ version, joinCount }: ChangePool): Expression {
  if (version === 0) return expression('attribute_not_exists(#pk)');
  const isSameVersion = expression('#poolVersion = :seenVersion', { ':seenVersion': number(version) });
  if (joinCount === undefined) return isSameVersion;
  return and(isSameVersion, expression('#joinCount = :seenJoinCount', { ':seenJoinCount': number(joinCount) }));
}

/** A pool is made by the first worker that asks it for a place, before any run can wait in it. */
export const poolIsThere: Expression = expression('attribute_exists(#pk)');

/**
 * A pause that the network carries out late, when the run was resumed; a request to stop that is accepted between the look
 * of the one who pauses and the pause: it would wait for the resume.
 */
export function runIsAsSeen({ wakesSeen }: PauseRun): Expression {
  return and(
    runIsOpen,
    expression('attribute_not_exists(#pausedAtMs) AND attribute_not_exists(#isToTerminate) AND #wakes = :wakesSeen', {
      ':wakesSeen': number(wakesSeen),
    }),
  );
}

/** A resume that the network carries out late, when the run was paused again. */
export function runIsPausedAsSeen({ wakesSeen }: ResumeRun): Expression {
  return and(
    runIsOpen,
    expression('attribute_exists(#pausedAtMs) AND #wakes = :wakesSeen', { ':wakesSeen': number(wakesSeen) }),
  );
}

/**
 * A run that is pinned to the code that began it, and a worker of other code. And one that learns late that this code is
 * gone: meanwhile the run may be pinned to code that is there.
 */
function runIsPinnedHereOrNowhere(pin: string, gone = pin): Expression {
  return expression('(attribute_not_exists(#pinnedTo) OR #pinnedTo IN (:pin, :gone))', {
    ':pin': text(pin),
    ':gone': text(gone),
  });
}

/** A worker that was taken over while it slept; a renewal on its way while the lease is given back. */
function leaseIsMine(epoch: number): Expression {
  return and(runIsOpen, expression('attribute_exists(#leaseOwner) AND #epoch = :epoch', { ':epoch': number(epoch) }));
}

/** A renewal that the network carries out after a later one: the worker counts on what that one was answered. */
export function leaseIsMineAndNoLonger({ epoch, expiresAtMs, base }: RenewLease): Expression {
  const isNoLonger = expression('#leaseExpiresAtMs <= :until', { ':until': number(expiresAtMs) });
  const renewal = and(leaseIsMine(epoch), isNoLonger);
  return base === undefined ? renewal : and(renewal, baseIsLater(base.record));
}

/** A request that the network carries out late, after a later base was named: what the earlier one is made of is gone. */
function baseIsLater(record: number): Expression {
  return expression('(attribute_not_exists(#baseRecord) OR #baseRecord < :record)', { ':record': number(record) });
}

/** A message that is accepted between the worker's last check and its release: no worker would deliver it. */
export function nothingAcceptedSince({ epoch, wakesSeen }: { epoch: number; wakesSeen: number }): Expression {
  return and(leaseIsMine(epoch), expression('#wakes = :wakesSeen', { ':wakesSeen': number(wakesSeen) }));
}

/** A run that ends while another one asks to learn of it; more watchers than the run item has room for. */
export function runIsOpenAndHasRoomForWatcher({ watcherId, limit }: WatchRun): Expression {
  return and(
    runIsOpen,
    expression(
      '(attribute_not_exists(#watchers) OR (NOT contains(#watchers, :watcherId) AND size(#watchers) < :watcherLimit))',
      { ':watcherId': text(watcherId), ':watcherLimit': number(limit) },
    ),
  );
}

/** What is to watch a run. */
export interface WatchRun {
  readonly watcherId: string;
  readonly limit: number;
}

/** Two workers that do what is left after one end; a worker that comes late, when the id is another run's. */
export function endIsNotSettled({ endedAtMs }: SettleEnd): Expression {
  return expression('attribute_exists(#closedStatus) AND attribute_exists(#afterEnd) AND #endedAtMs = :endedAt', {
    ':endedAt': number(endedAtMs),
  });
}

/** A worker that is about to tell other runs of the end. The event bus alone keeps no caller waiting. */
const noRunIsToLearnOfIt: Expression = expression('(attribute_not_exists(#afterEnd) OR #afterEnd = :emit)', {
  ':emit': text('emit'),
});

/**
 * Two callers that try a run again at once; a request that comes late, when the run has failed again; a purge, or a delete,
 * that has begun. And a worker that is about to tell of the end.
 */
export function runHasFailedAsSeen({ epoch, purgeAtMs }: RetryRun): Expression {
  return and(
    expression(
      '#closedStatus = :failed AND #epoch = :epoch AND attribute_not_exists(#deletedAtMs) AND #format <= :latestFormat',
      {
        ':failed': text('failed'),
        ':epoch': number(epoch),
        ':latestFormat': number(latestRunFormat),
      },
    ),
    noRunIsToLearnOfIt,
    purgeAtMs === undefined
      ? expression('attribute_not_exists(#dueAtMs)')
      : expression('#dueAtMs = :seenDueAtMs', { ':seenDueAtMs': number(purgeAtMs) }),
  );
}

/** A sweeper that comes late: the run was purged and its id is in use again, or another sweeper has put it off. */
export function runIsClosedAndAsSeen({ createdOrder, dueAtMs }: { createdOrder: string; dueAtMs: number }): Expression {
  return expression('attribute_exists(#closedStatus) AND #createdOrder = :createdOrder AND #dueAtMs = :seenDueAtMs', {
    ':createdOrder': text(createdOrder),
    ':seenDueAtMs': number(dueAtMs),
  });
}

/** A delete of a run that was started again, or whose parent is not told of its end yet; the second of two deletes. */
export const runIsSettledAndNotDeleted: Expression = and(
  expression('attribute_exists(#closedStatus) AND attribute_not_exists(#deletedAtMs) AND #format <= :latestFormat', {
    ':latestFormat': number(latestRunFormat),
  }),
  noRunIsToLearnOfIt,
);

/** A run that was deleted, and whose id is in use again. */
export function runIsTheOneSeen(createdOrder: string): Expression {
  return expression('#createdOrder = :createdOrder', { ':createdOrder': text(createdOrder) });
}

/** As above, for the other items of a run. */
export function itemIsTheOneSeen(nonce: string): Expression {
  return expression('#nonce = :nonce', { ':nonce': text(nonce) });
}
