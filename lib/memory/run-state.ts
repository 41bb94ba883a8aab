/**
 * What each operation of docs/protocol.md does to a run in memory: from the state before to the answer, and to the
 * state after where it writes. No `after` means that the condition failed, so nothing was written.
 */
import { dueAtEnd } from '../ports/due-at-end.ts';
import { MOST_LETTERS } from '../ports/letters.ts';
import type { AcceptedKind, Message } from '../ports/message.ts';
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import { isClosed, type OpenStatus } from '../core/run-status.ts';
import {
  isRetried,
  isToTell,
  mayBeHeld,
  needsNoWake,
  openStatusOf,
  pinnedElsewhere,
  type RunItem,
} from '../ports/run-item.ts';
import type { RetryRun, RetryRunResult } from '../ports/retry-run.ts';
import type {
  ContinueRun,
  ContinueRunResult,
  FinishRun,
  FinishRunResult,
  NewRun,
  ReleaseLease,
  ReleaseLeaseResult,
  RenewLease,
  RenewLeaseResult,
  SettleEnd,
  TakeLease,
  TakeLeaseResult,
  WatchRunResult,
} from '../ports/store.ts';
import type { AcceptMessageResult } from '../ports/sending.ts';
import type { PauseRun, PauseRunResult, ResumeRun } from '../ports/pause-run.ts';
import type { MakeDueResult } from '../ports/pool.ts';
import { FIRST_EPOCH, type FirstTurn } from '../ports/first-turn.ts';
import type { DeleteRunResult, PurgeResult } from '../ports/run-removal.ts';
import type { HoldRun, HoldRunResult, PutRunBackResult } from '../ports/paused-workflows.ts';

/** The run as it is shown, and what only the store knows of it. */
export interface RunState {
  readonly run: RunItem;
  /** The status that it had when its lease was given. */
  readonly restingStatus: OpenStatus;
  /** Only the run item is left, and keeps the id until it is due. */
  readonly isDeleted?: true;
  /** When the lease before this one expired, if this one was a takeover. */
  readonly priorLeaseExpiresAtMs?: number;
}

export interface Transition<Answer> {
  readonly answer: Answer;
  readonly after?: RunState;
}

/** Operation 1. */
export function createRunState({ firstTurn, ...run }: NewRun): RunState {
  const created: RunItem = { ...run, status: 'pending', epoch: 0, wakes: 0, inboxIds: [] };
  return firstTurn === undefined ? { run: created, restingStatus: 'pending' } : afterFirstTurn(created, firstTurn);
}

function afterFirstTurn({ dueAtMs: _dueAtMs, ...created }: RunItem, { then, ...firstTurn }: FirstTurn): RunState {
  const run = { ...created, firstTurn, epoch: FIRST_EPOCH };
  if (then.kind === 'goes-on') {
    const { lease } = then;
    return { run: { ...run, status: 'running', dueAtMs: 0, lease }, restingStatus: 'pending' };
  }
  if (then.kind === 'rests') {
    const { dueAtMs, needsWake, shows } = then;
    const wake = { ...(dueAtMs === undefined ? {} : { dueAtMs }), ...(needsWake && { needsWake }) };
    return { run: { ...run, ...wake, ...shows, status: 'suspended' }, restingStatus: 'suspended' };
  }
  const { status, result, endedAtMs, shows } = then;
  return { run: { ...run, ...shows, status, result, endedAtMs, ...dueAtEnd(then) }, restingStatus: 'pending' };
}

/** Operation 3. */
export function acceptMessage(
  before: RunState | undefined,
  asked: { messageId: string; inboxLimit: number; kind: AcceptedKind; letter: Message | undefined },
): Transition<AcceptMessageResult> {
  const { messageId, inboxLimit, kind, letter } = asked;
  if (!before) return { answer: { kind: 'not-found' } };
  const { run } = before;
  if (isClosed(run.status)) return { answer: { kind: 'closed', run } };
  const answer = { kind: 'accepted', leased: needsNoWake(run, kind) } as const;
  if (run.inboxIds.includes(messageId)) return { answer };
  const isClosedForIt = kind === 'signal' && run.unreadSignals !== undefined;
  if (isClosedForIt || run.inboxIds.length >= inboxLimit) return { answer: { kind: 'full', run } };
  const { letters = [] } = run;
  if (letter !== undefined && letters.length >= MOST_LETTERS) return { answer: { kind: 'put-first' } };
  const inItem = letter === undefined ? {} : { letters: [...letters, letter] };
  const accepted = { ...run, inboxIds: [...run.inboxIds, messageId], ...inItem, wakes: run.wakes + 1, dueAtMs: 0 };
  if (kind === 'terminate') return { answer, after: goingOn(before, { ...accepted, isToTerminate: true }) };
  if (kind === 'cancel') return { answer, after: goingOn(before, { ...accepted, isToCancel: true }) };
  return { answer, after: { ...before, run: accepted } };
}

/** It is paused no more, and held no more. */
function goingOn(before: RunState, { pausedAtMs: _pausedAtMs, ...run }: RunItem): RunState {
  return { ...before, run: { ...notHeld(run), status: openStatusOf(run, before.restingStatus) } };
}

function notHeld({ isHeld: _isHeld, ...run }: RunItem): RunItem {
  return run;
}

/** Operation 41. */
export function makeRunDue(before: RunState | undefined): Transition<MakeDueResult> {
  if (!before || isClosed(before.run.status)) return { answer: { kind: 'gone' } };
  const { run } = before;
  const kind = run.lease === undefined ? 'due' : 'leased';
  const answer = { kind: run.pausedAtMs === undefined ? kind : 'away' } as const;
  return { answer, after: { ...before, run: { ...run, wakes: run.wakes + 1, dueAtMs: 0 } } };
}

/** Operation 29. */
export function holdRun(before: RunState | undefined, hold: HoldRun): Transition<HoldRunResult> {
  const { run } = before ?? {};
  if (!before || !run || isClosed(run.status) || run.workflow !== hold.workflow || !mayBeHeld(run)) return notDone;
  if (run.pausedAtMs !== undefined || !isFreeAndDue(run, hold)) return notDone;
  return { answer: { kind: 'held' }, after: { ...before, run: { ...run, isHeld: true } } };
}

/** Operation 30. */
export function putRunBack(before: RunState | undefined, workflow: string): Transition<PutRunBackResult> {
  if (before?.run.isHeld !== true || before.run.workflow !== workflow) return notDone;
  const run = notHeld(before.run);
  return { answer: { kind: 'done', run }, after: { ...before, run } };
}

const notDone = { answer: { kind: 'refused' } } as const;

function isFreeAndDue({ lease, dueAtMs = Infinity }: RunItem, { nowMs, dueByMs }: Omit<HoldRun, 'workflow'>): boolean {
  return (lease === undefined || lease.expiresAtMs <= nowMs) && dueAtMs <= dueByMs;
}

/** Operation 26. */
export function pauseRun(
  before: RunState | undefined,
  { wakesSeen, pausedAtMs }: PauseRun,
): Transition<PauseRunResult> {
  if (!before) return { answer: { kind: 'not-found' } };
  const { run } = before;
  const isAsSeen = !isClosed(run.status) && run.pausedAtMs === undefined && run.wakes === wakesSeen;
  if (!isAsSeen || run.isToTerminate) return { answer: { kind: 'changed', run } };
  const paused: RunItem = { ...notHeld(run), status: 'paused', pausedAtMs, wakes: run.wakes + 1 };
  return { answer: { kind: 'done', run: paused }, after: { ...before, run: paused } };
}

/** Operation 27. */
export function resumeRun(before: RunState | undefined, { wakesSeen }: ResumeRun): Transition<PauseRunResult> {
  if (!before) return { answer: { kind: 'not-found' } };
  const { run } = before;
  if (isClosed(run.status) || run.pausedAtMs === undefined || run.wakes !== wakesSeen) {
    return { answer: { kind: 'changed', run } };
  }
  const after = goingOn(before, { ...run, wakes: run.wakes + 1 });
  return { answer: { kind: 'done', run: after.run }, after };
}

/** Operation 6. */
export function takeLease(before: RunState | undefined, take: TakeLease): Transition<TakeLeaseResult> {
  if (!before) return refused('not-found');
  const { run } = before;
  const { lease, nowMs, dueByMs, pin, paused = [] } = take;
  if (isClosed(run.status)) return { answer: { kind: 'refused', reason: 'closed', run } };
  const leased = run.lease !== undefined && run.lease.expiresAtMs > nowMs;
  const due = run.dueAtMs !== undefined && run.dueAtMs <= dueByMs;
  const elsewhere = pinnedElsewhere(run, take);
  const isPaused = run.pausedAtMs !== undefined;
  const isHeldBack = paused.includes(run.workflow) && mayBeHeld(run);
  if (!isPaused && !isHeldBack && !leased && due && elsewhere === undefined) {
    const { priorLeaseExpiresAtMs: _, ...state } = before;
    const pinned = pin === undefined ? {} : { pinnedTo: pin };
    const taken: RunItem = { ...notHeld(run), ...pinned, lease, epoch: run.epoch + 1, status: 'running' };
    const prior = run.lease ? { priorLeaseExpiresAtMs: run.lease.expiresAtMs } : {};
    return { answer: { kind: 'taken', before: run }, after: { ...state, ...prior, run: taken } };
  }
  if (run.lease?.owner === lease.owner) return { answer: { kind: 'taken', before: beforeTheTake(before) } };
  if (isPaused) return refused('paused');
  if (isHeldBack && !leased && due) return { answer: { kind: 'refused', reason: 'workflow-paused', run } };
  if (!leased && due && elsewhere !== undefined) return { answer: { kind: 'pinned', to: elsewhere } };
  return leased ? refused('leased') : { answer: { kind: 'refused', reason: 'not-due', run } };
}

/** The run as it was before its lease was given, but for what was accepted since. */
function beforeTheTake({ run, restingStatus, priorLeaseExpiresAtMs }: RunState): RunItem {
  const { lease: _, ...free } = run;
  const before = { ...free, epoch: run.epoch - 1 };
  if (priorLeaseExpiresAtMs === undefined) return { ...before, status: openStatusOf(before, restingStatus) };
  return { ...before, status: 'running', lease: { owner: 'unknown', expiresAtMs: priorLeaseExpiresAtMs } };
}

function refused(reason: 'not-found' | 'leased' | 'paused'): Transition<TakeLeaseResult> {
  return { answer: { kind: 'refused', reason } };
}

/** Operation 13. */
export function renewLease(
  before: RunState | undefined,
  { epoch, expiresAtMs, base, shows }: RenewLease,
): Transition<RenewLeaseResult> {
  const lease = before?.run.lease;
  if (!before || !lease || before.run.epoch !== epoch) return { answer: { kind: 'lost' } };
  const isLate = base !== undefined && base.record <= (before.run.base?.record ?? 0);
  if (isLate || (base !== undefined && lease.expiresAtMs > expiresAtMs)) {
    return { answer: { kind: 'renewed', run: before.run } };
  }
  const renewed = { ...lease, expiresAtMs: Math.max(lease.expiresAtMs, expiresAtMs) };
  const run = { ...before.run, ...shows, ...(base && { base }), lease: renewed };
  return { answer: { kind: 'renewed', run }, after: { ...before, run } };
}

/** Operation 14. */
export function releaseLease(before: RunState | undefined, release: ReleaseLease): Transition<ReleaseLeaseResult> {
  if (!before || isClosed(before.run.status) || before.run.epoch !== release.epoch) return { answer: { kind: 'lost' } };
  const { run } = before;
  if (!run.lease) return { answer: { kind: 'done' } };
  if (run.wakes !== release.wakesSeen) return { answer: { kind: 'accepted-since', run } };
  const { status, inboxIds, dueAtMs, needsWake, blocked, unreadSignals, journal, ...others } = release;
  const { snapshot, base, placeWaits, shows } = others;
  const isTakenUp = status === 'suspended' && !release.isPaused && !release.isHeldBack;
  const rest = atRest(run);
  const after: RunItem = {
    ...rest,
    ...(isTakenUp || run.goesOnFrom === undefined ? {} : { goesOnFrom: run.goesOnFrom }),
    ...shows,
    status: openStatusOf(rest, status),
    inboxIds,
    ...lettersLeft(run, release),
    ...tailAfter(run, release),
    ...(dueAtMs === undefined ? {} : { dueAtMs }),
    ...(needsWake ? { needsWake } : {}),
    ...(blocked ? { blocked } : {}),
    ...(unreadSignals === undefined ? {} : { unreadSignals }),
    ...(journal ? { journal } : {}),
    ...(snapshot ? { snapshot } : {}),
    ...(base ? { base } : {}),
    ...(placeWaits ? { placeWaits } : {}),
  };
  return { answer: { kind: 'done' }, after: { run: after, restingStatus: status } };
}

/** Operation 15. */
export function finishRun(before: RunState | undefined, finish: FinishRun): Transition<FinishRunResult> {
  if (!before || before.run.epoch !== finish.epoch) return { answer: { kind: 'lost' } };
  const { run } = before;
  const { status, result, endedAtMs, shows } = finish;
  if (isClosed(run.status)) {
    const mine = run.status === status && run.endedAtMs === endedAtMs;
    return { answer: { kind: mine ? 'done' : 'lost' } };
  }
  if (!run.lease) return { answer: { kind: 'lost' } };
  if (run.wakes !== finish.wakesSeen) return { answer: { kind: 'accepted-since', run } };
  const { pausedAtMs: _pausedAtMs, isToTerminate: _isToTerminate, isToCancel: _isToCancel, ...others } = atRest(run);
  const { snapshot: _snapshot, ...rest } = others;
  const after: RunItem = {
    ...rest,
    ...tailAfter(run, finish),
    ...shows,
    status,
    inboxIds: [],
    result,
    endedAtMs,
    ...dueAtEnd(finish),
  };
  return { answer: { kind: 'done' }, after: { run: after, restingStatus: before.restingStatus } };
}

/** Operation 18. */
export function watchRun(
  before: RunState | undefined,
  { watcherId, limit }: { watcherId: string; limit: number },
): Transition<WatchRunResult> {
  if (!before) return { answer: { kind: 'not-found' } };
  const { run } = before;
  const { watchers = [] } = run;
  if (isClosed(run.status)) return { answer: { kind: 'closed', run: before.run } };
  if (watchers.includes(watcherId)) return { answer: { kind: 'watching' } };
  if (watchers.length >= limit) return { answer: { kind: 'full' } };
  const watched = { ...run, watchers: [...watchers, watcherId], wakes: run.wakes + 1 };
  return { answer: { kind: 'watching' }, after: { ...before, run: watched } };
}

/** Operation 19. */
export function settleEnd(before: RunState | undefined, settle: SettleEnd): Transition<undefined> {
  const { endedAtMs, purgeAtMs, emitAtMs } = settle;
  if (before?.run.afterEnd === undefined || before.run.endedAtMs !== endedAtMs) return { answer: undefined };
  const { afterEnd: _afterEnd, dueAtMs: _dueAtMs, purgeAtMs: _purgeAtMs, ...run } = before.run;
  const settled: RunItem =
    emitAtMs === undefined
      ? { ...run, ...(purgeAtMs === undefined ? {} : { dueAtMs: purgeAtMs }) }
      : { ...before.run, afterEnd: 'emit', dueAtMs: emitAtMs };
  return { answer: undefined, after: { ...before, run: settled } };
}

/** Operation 23. */
export function continueRun(before: RunState | undefined, next: ContinueRun): Transition<ContinueRunResult> {
  if (!before || isClosed(before.run.status) || before.run.epoch !== next.epoch) return { answer: { kind: 'lost' } };
  const { run } = before;
  const { link, input, inboxIds, deadlineAtMs, shows } = next;
  if (!run.lease) return { answer: { kind: run.link === link ? 'done' : 'lost' } };
  if (run.wakes !== next.wakesSeen) return { answer: { kind: 'accepted-since', run } };
  const { pinnedTo: _pinnedTo, deadlineAtMs: _deadlineAtMs, snapshot: _snapshot, ...rest } = atRest(run);
  const after: RunItem = {
    ...rest,
    ...shows,
    status: openStatusOf(rest, 'pending'),
    link,
    input,
    inboxIds,
    ...lettersLeft(run, next),
    dueAtMs: 0,
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
  };
  return { answer: { kind: 'done' }, after: { run: after, restingStatus: 'pending' } };
}

/** Operation 25. */
export function retryRun(before: RunState | undefined, retry: RetryRun): Transition<RetryRunResult> {
  if (!before) return { answer: { kind: 'not-found' } };
  const { run } = before;
  const isAsSeen = run.status === 'failed' && run.epoch === retry.epoch && run.dueAtMs === retry.purgeAtMs;
  if (!isAsSeen || isToTell(run.afterEnd)) {
    return { answer: isRetried(run, retry) ? { kind: 'done' } : { kind: 'changed', run } };
  }
  const { result: _result, endedAtMs: _endedAtMs, afterEnd: _afterEnd, ...opened } = run;
  const {
    purgeAtMs: _purgeAtMs,
    deadlineAtMs: _deadlineAtMs,
    pinnedTo: _pinnedTo,
    snapshot: _snapshot,
    ...rest
  } = opened;
  const { goesOnFrom, retries } = retry;
  const { deadlineAtMs } = goesOnFrom;
  const after: RunItem = {
    ...rest,
    status: 'suspended',
    dueAtMs: 0,
    retries,
    goesOnFrom,
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
  };
  return { answer: { kind: 'done' }, after: { run: after, restingStatus: 'suspended' } };
}

/** Without what belongs to a turn, or to the rest before it. */
function atRest(run: RunItem): RunItem {
  const { lease: _lease, dueAtMs: _dueAtMs, needsWake: _needsWake, blocked: _blocked, ...others } = notHeld(run);
  const { unreadSignals: _u, journal: _j, goesOnFrom: _g, placeWaits: _p, letters: _l, tail: _t, ...rest } = others;
  return rest;
}

/** Of those that the turn has seen, those of messages that stay in the inbox stay. */
function lettersLeft(
  { letters = [] }: RunItem,
  { inboxIds, lettersSeen = [] }: Pick<ReleaseLease, 'inboxIds' | 'lettersSeen'>,
): Pick<RunItem, 'letters'> {
  const left = letters.filter(({ id }) => lettersSeen.includes(id) && inboxIds.includes(id));
  return left.length === 0 ? {} : { letters: left };
}

/** It stays where nothing is said of it. */
function tailAfter({ tail: before }: RunItem, { tail = before }: Pick<ReleaseLease, 'tail'>): Pick<RunItem, 'tail'> {
  return tail === undefined || tail === 'in-record' ? {} : { tail };
}

/** It has ended, and its time is over. */
export function isToPurge(state: RunState | undefined, dueByMs: number): boolean {
  if (state === undefined || !isClosed(state.run.status) || state.run.afterEnd !== undefined) return false;
  return (state.run.dueAtMs ?? Infinity) <= dueByMs;
}

/** Operation 24. What is in the way; undefined if nothing is. */
export function whyNotDeleted(state: RunState): Exclude<DeleteRunResult, { readonly kind: 'deleted' }> | undefined {
  if (!isClosed(state.run.status)) return { kind: 'open', run: state.run };
  return isToTell(state.run.afterEnd) ? { kind: 'not-settled' } : undefined;
}

/** The value is its input or its result. */
export function refersTo(state: RunState | undefined, key: string): boolean {
  return [state?.run.input, state?.run.result].some((stored) => stored?.kind === 'item' && stored.key === key);
}

/** In place of the purge, if something may be on its way. */
export function postponePurge(before: RunState | undefined, dueByMs: number): Transition<PurgeResult> {
  if (!before) return { answer: { kind: 'skipped' } };
  const dueAtMs = dueByMs + SHORTEST_RETENTION_MS;
  return { answer: { kind: 'postponed', dueAtMs }, after: { ...before, run: { ...before.run, dueAtMs } } };
}
