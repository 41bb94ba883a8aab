/**
 * What a failed condition means: the answer, from the run item as it was when the condition failed.
 *
 * A request may have happened although it was reported as failed; the client repeats it, and the repeat fails against the
 * first one's own doing. So each of these first asks whether the item shows what was wanted.
 *
 * Undefined: the item does not say why. It was read later, because the store does not return it, and has changed
 * since: worth another try.
 */
import { isClosed } from '../core/run-status.ts';
import { MOST_LETTERS } from '../ports/letters.ts';
import { isRetried, mayBeHeld, needsNoWake, pinnedElsewhere } from '../ports/run-item.ts';
import type { RetryRun, RetryRunResult } from '../ports/retry-run.ts';
import type {
  AnswerUpdateResult,
  ClaimUpdateResult,
  ContinueRun,
  FinishRun,
  ReleaseLeaseResult,
  ReleaseLease,
  RenewLease,
  RenewLeaseResult,
  TakeLease,
  TakeLeaseResult,
  WatchRunResult,
} from '../ports/store.ts';
import type { AcceptMessageResult, PutMessageResult } from '../ports/sending.ts';
import type { PauseRunResult } from '../ports/pause-run.ts';
import type { AcceptMessage, WatchRun } from './conditions.ts';
import { findNumber, findText, type Item } from './item.ts';
import { isClaimed, isReceived } from './stored-content.ts';
import type { StoredRun } from './stored-run.ts';

/** Operation 2. One with the same digest that is not received would not have been refused: it was put in between. */
export function whyNotPut(there: Item | undefined, digest: string | undefined): PutMessageResult | undefined {
  if (!there) return undefined;
  if (findText(there, 'messageDigest') !== digest) return { kind: 'differs' };
  if (isReceived(there)) return { kind: 'received' };
  return isClaimed(there) ? { kind: 'put' } : undefined; // the very message is there
}

/** Operation 20. */
export function whyNotClaimed(there: Item | undefined): ClaimUpdateResult {
  return { kind: there ? 'answered' : 'gone' };
}

/** Operation 21. What is there already is the answer: this request's own, or the same. */
export function whyNotAnswered(there: Item | undefined, epoch: number): AnswerUpdateResult | undefined {
  if (!there) return { kind: 'gone' };
  if (findText(there, 'answer') !== undefined) return { kind: 'answered' };
  return (findNumber(there, 'claimedBy') ?? 0) > epoch ? { kind: 'lost' } : undefined;
}

/** Operation 3. An id that is in the inbox was accepted, by this request or by one before it. */
export function whyNotAccepted(
  stored: StoredRun | undefined,
  { messageId, inboxLimit, kind, letter }: AcceptMessage,
): AcceptMessageResult | undefined {
  if (!stored) return { kind: 'not-found' };
  const { run } = stored;
  if (isClosed(run.status)) return { kind: 'closed', run };
  if (run.inboxIds.includes(messageId)) return { kind: 'accepted', leased: needsNoWake(run, kind) };
  const isClosedForIt = kind === 'signal' && run.unreadSignals !== undefined;
  if (isClosedForIt || run.inboxIds.length >= inboxLimit) return { kind: 'full', run };
  return letter !== undefined && (run.letters?.length ?? 0) >= MOST_LETTERS ? { kind: 'put-first' } : undefined;
}

/** Operation 26, operation 27. */
export function whyNotPaused(stored: StoredRun | undefined): PauseRunResult {
  return stored ? { kind: 'changed', run: stored.run } : { kind: 'not-found' };
}

/** Operation 6. No two turns have one nonce: an owner that finds its own lease was given it by this request. */
export function whyNotTaken(stored: StoredRun | undefined, take: TakeLease): TakeLeaseResult | undefined {
  if (!stored) return { kind: 'refused', reason: 'not-found' };
  const { lease, nowMs, dueByMs, paused = [] } = take;
  const { run, beforeLease } = stored;
  if (isClosed(run.status)) return { kind: 'refused', reason: 'closed', run };
  if (beforeLease && run.lease?.owner === lease.owner) return { kind: 'taken', before: beforeLease };
  if (run.pausedAtMs !== undefined) return { kind: 'refused', reason: 'paused' };
  if (run.lease && run.lease.expiresAtMs > nowMs) return { kind: 'refused', reason: 'leased' };
  if (run.dueAtMs === undefined || run.dueAtMs > dueByMs) return { kind: 'refused', reason: 'not-due', run };
  if (paused.includes(run.workflow) && mayBeHeld(run)) return { kind: 'refused', reason: 'workflow-paused', run };
  const elsewhere = pinnedElsewhere(run, take);
  return elsewhere === undefined ? undefined : { kind: 'pinned', to: elsewhere };
}

/** Operation 13. A lease that lasts longer was renewed by a later request. */
export function whyNotRenewed(
  stored: StoredRun | undefined,
  { epoch, expiresAtMs, base }: RenewLease,
): RenewLeaseResult | undefined {
  if (!stored || isClosed(stored.run.status) || stored.run.epoch !== epoch || !stored.run.lease)
    return { kind: 'lost' };
  const isLater = base === undefined || base.record > (stored.run.base?.record ?? 0);
  return stored.run.lease.expiresAtMs > expiresAtMs || !isLater ? { kind: 'renewed', run: stored.run } : undefined;
}

/** Operation 14. Of one epoch only its owner gives the lease back: where it is gone, it has. */
export function whyNotReleased(
  stored: StoredRun | undefined,
  { epoch, wakesSeen }: ReleaseLease,
): ReleaseLeaseResult | undefined {
  if (!stored || isClosed(stored.run.status) || stored.run.epoch !== epoch) return { kind: 'lost' };
  if (!stored.run.lease) return { kind: 'done' };
  return stored.run.wakes === wakesSeen ? undefined : { kind: 'accepted-since', run: stored.run };
}

/** Operation 23. */
export function whyNotContinued(
  stored: StoredRun | undefined,
  { epoch, wakesSeen, link }: ContinueRun,
): ReleaseLeaseResult | undefined {
  if (!stored || isClosed(stored.run.status) || stored.run.epoch !== epoch) return { kind: 'lost' };
  const { run } = stored;
  if (!run.lease) return { kind: run.link === link ? 'done' : 'lost' };
  return run.wakes === wakesSeen ? undefined : { kind: 'accepted-since', run };
}

/** Operation 15. */
export function whyNotFinished(
  stored: StoredRun | undefined,
  { epoch, wakesSeen, status, endedAtMs }: FinishRun,
): ReleaseLeaseResult | undefined {
  if (stored?.run.epoch !== epoch) return { kind: 'lost' };
  const { run } = stored;
  if (isClosed(run.status)) {
    return { kind: run.status === status && run.endedAtMs === endedAtMs ? 'done' : 'lost' };
  }
  if (!run.lease) return { kind: 'lost' };
  return run.wakes === wakesSeen ? undefined : { kind: 'accepted-since', run };
}

/** Operation 25. */
export function whyNotRetried(stored: StoredRun | undefined, retry: RetryRun, isRepeat: boolean): RetryRunResult {
  if (!stored) return { kind: 'not-found' };
  if (isRepeat && stored.run.epoch > retry.epoch) return { kind: 'done' }; // it has gone on since
  return isRetried(stored.run, retry) ? { kind: 'done' } : { kind: 'changed', run: stored.run };
}

/** Operation 18. A watcher that is there was added by this request, or by one before it. */
export function whyNotWatched(
  stored: StoredRun | undefined,
  { watcherId, limit }: WatchRun,
): WatchRunResult | undefined {
  if (!stored) return { kind: 'not-found' };
  const { run } = stored;
  if (isClosed(run.status)) return { kind: 'closed', run };
  const { watchers = [] } = run;
  if (watchers.includes(watcherId)) return { kind: 'watching' };
  return watchers.length >= limit ? { kind: 'full' } : undefined;
}
