/**
 * The port to the table. Each method is one request, or two, with one named condition at most.
 *
 * The operations are those of docs/protocol.md. A condition that fails is an answer, never an exception:
 * the methods throw only errors of the outside world: StoreUnavailableError (worth another try, the write may or may
 * not have happened) and ItemTooLargeError. Reads that decide something are strongly consistent; the two indexes
 * (`listDue`, `listRuns`) are not.
 */
import type { Attributes } from '../core/attributes.ts';
import type { Encoded } from '../core/encoded.ts';
import type { JournalRecord, RecordToRemove } from '../journal/record.ts';
import type { ContentLimits } from './content-limits.ts';
import type { FirstTurn } from './first-turn.ts';
import type { AcceptMessageResult, PutMessageResult } from './sending.ts';
import type { AcceptedKind, DeleteMessages, LoadedMessage, Message, UpdateAnswer } from './message.ts';
import type {
  ChangeWorkflowListResult,
  HoldRun,
  HoldRunResult,
  PutRunBackResult,
  WorkflowList,
} from './paused-workflows.ts';
import type { DeleteRunResult, PurgeResult } from './run-removal.ts';
import type { RetryRun, RetryRunResult } from './retry-run.ts';
import type { RunPage, RunQuery } from './run-query.ts';
import type { PauseRun, PauseRunResult, ResumeRun } from './pause-run.ts';
import type { StreamValues } from './stream-values.ts';
import type { JournalHolder, TailToWrite } from './tail.ts';
import type { PoolStore } from './pool-store.ts';
import type { TransactRecord, TransactResult } from './transact.ts';
import type { ClosedStatus } from '../core/run-status.ts';
import type {
  AfterEnd,
  Blocked,
  ForkPoint,
  JournalUse,
  Lease,
  RunItem,
  RunShows,
  StartedBy,
  StoredValue,
} from './run-item.ts';

export interface Store extends PoolStore {
  /** How large values may be here. */
  readonly limits: ContentLimits;

  /**
   * Operation 1. Condition RunIsNew: no run of that id. Status pending, wakes 0, epoch 0, inboxIds []. With a `firstTurn` epoch
   * 1, and the run is as that says; repeated with the same nonce, it is created.
   */
  createRun(run: NewRun): Promise<CreateRunResult>;

  readRun(runId: string): Promise<RunItem | undefined>;

  /** A value too large for the run item, under a key of its own: the same key means the same value. */
  putValue(runId: string, key: string, value: Encoded): Promise<void>;
  readValue(runId: string, key: string): Promise<Encoded | undefined>;
  deleteValue(runId: string, key: string): Promise<void>;

  /**
   * Operation 2. The sender repeats with the same id. Without a digest there is no condition. With one, condition
   * MessageIsNewOrTheSame: nothing under its id that has another digest, or is in the journal.
   */
  putMessage(runId: string, message: Message): Promise<PutMessageResult>;

  /**
   * Operation 3. Condition RunIsOpenAndInboxHasRoom. One update: inboxIds += id, wakes += 1, dueAtMs = 0. An id that is in
   * the inbox already is not added again (the answer is accepted). All but signals are accepted too where `unreadSignals`
   * says that there are too many signals. A request to cancel or to terminate ends a pause. With a `letter`, letters += the
   * message, if there is room for it: it was not put.
   */
  accept(
    runId: string,
    messageId: string,
    inboxLimit: number,
    kind?: AcceptedKind,
    letter?: Message,
  ): Promise<AcceptMessageResult>;

  /** Operation 5, operation 11. `keepDigests`: they are in the journal; a digest stays, and says so, until the run is purged. */
  deleteMessages(runId: string, messageIds: readonly string[], options?: DeleteMessages): Promise<void>;

  /**
   * Operation 6. Condition RunIsFreeAndDue: open, not paused, no lease or one that expired at or before `nowMs`, dueAtMs <= dueByMs (now and
   * some slack: a wake may come a moment early), with `paused`, RunIsOfNone of these workflows, and, with `pin`, RunIsPinnedHereOrNowhere. Sets the lease, epoch += 1, status running (from pending, suspended or
   * blocked), and ends a hold; gives the item as it was before. On failure nothing is written.
   *
   * Repeated by the owner that holds the lease, it is taken all the same: the first answer may have been lost. Then
   * `before` also has what was accepted since, and of a lease that was taken over it only knows when it expired.
   */
  take(runId: string, take: TakeLease): Promise<TakeLeaseResult>;

  /**
   * Operation 7. All records of a link (default: the first) with a number above `after`, in order. With `atMost`, the first of
   * them: one at least, and as many as one request gives. A caller that has read the run item before saves a read: it has some.
   */
  loadRecords(
    runId: string,
    after: number,
    atMost?: number,
    link?: number,
    run?: JournalHolder,
  ): Promise<JournalRecord[]>;

  /**
   * Operation 8, operation 10. Condition RecordIsNew. On failure gives the record that is there. With `values`, operation 34:
   * what the record says was written to streams, and the record, all or none.
   */
  putRecord(runId: string, record: JournalRecord, link?: number, values?: StreamValues[]): Promise<PutRecordResult>;

  /** Operation 43. Behind the run's base, the last one first. Condition, of each: RecordIsOfThatTurn. */
  removeRecords(runId: string, records: readonly RecordToRemove[], link?: number): Promise<void>;

  /** Operation 35. What has places from there on, in order, as one request gives it. None: there are none yet. Consistent. */
  readStream(runId: string, name: string, from: number): Promise<readonly StreamValues[]>;

  /** Operation 31. A record and the writes of its transaction, all or none. Conditions RecordIsNew and those of the writes. */
  transact(runId: string, transaction: TransactRecord): Promise<TransactResult>;

  /**
   * Operation 23. Condition NothingAcceptedSince. The next link: its input, status pending, due now, no lease, pinned to no
   * version; what was created when, and what it shows, stays. Repeated for the same link, it is done.
   */
  continueRun(runId: string, next: ContinueRun): Promise<ContinueRunResult>;

  /**
   * Operation 9. Those of the ids whose payload is there, in the order of the ids; of an update that has its answer, that it
   * has. What is among the letters of the run item, as the caller has it, is not asked for.
   */
  loadMessages(runId: string, messageIds: readonly string[], letters?: readonly Message[]): Promise<LoadedMessage[]>;

  /**
   * Operation 20. After a takeover, before an update is decided on. Condition UpdateIsOpen: it is there and has no answer.
   * From here on only this epoch and later ones can answer it.
   */
  claimUpdate(runId: string, messageId: string, epoch: number): Promise<ClaimUpdateResult>;

  /**
   * Operation 21. Condition UpdateIsOpenToMe: it is there, has no answer, and no later epoch has claimed it. Sets the answer,
   * and drops the payload. Repeated, it is done.
   */
  answerUpdate(runId: string, answer: AnswerUpdate): Promise<AnswerUpdateResult>;

  /** Operation 22. */
  readAnswer(runId: string, messageId: string): Promise<ReadAnswerResult>;

  /**
   * Operation 13. Condition LeaseIsMine (open, leased, epoch): a renewal that comes after the release must not revive the lease;
   * one that comes after a later one does not shorten it. The item as it is now tells what was accepted meanwhile.
   */
  renew(runId: string, renewal: RenewLease): Promise<RenewLeaseResult>;

  /** Operation 14. Condition NothingAcceptedSince: open, epoch mine, wakes as seen. Repeated, it is done. */
  release(runId: string, release: ReleaseLease): Promise<ReleaseLeaseResult>;

  /** Operation 15. Condition NothingAcceptedSince. Repeated with the same status and end, it is done. */
  finish(runId: string, finish: FinishRun): Promise<FinishRunResult>;

  /**
   * Operation 17. Deletes every item of a closed run, the run item last (condition RunIsClosed); an open run is left alone, and so is
   * one that is not due by `dueByMs`: the id may belong to a newer run than the caller has read.
   *
   * A message that it finds may be between its sender's put and accept, a value to which the run does not refer may be
   * the input of a start: the next run of the id is not to miss them. So the run is postponed for as long as such requests
   * may take, what is on its way is deleted, and the rest goes the next time.
   */
  purge(runId: string, dueByMs: number): Promise<PurgeResult>;

  /**
   * Operation 24. Deletes a closed run whose end is settled, with all that belongs to it. From then on it is as if it were
   * not there, but that its id is not free: until 15 minutes after its end, and after the delete where something may be on
   * its way. Repeated, it goes on where it was cut short.
   */
  deleteRun(runId: string, nowMs: number): Promise<DeleteRunResult>;

  /**
   * Operation 16. Run ids with dueAtMs <= dueByMs from the index of the due, page by page, oldest first within a shard. `begin`,
   * 0 <= begin < 1, says with which shard to begin (default: the first): a reader that never comes to the last shard
   * varies it.
   */
  listDue(dueByMs: number, begin?: number): AsyncIterable<readonly string[]>;

  /**
   * Operation 18. Condition RunIsOpenAndHasRoomForWatcher. One update: watchers += id, wakes += 1, so that a worker that is
   * about to finish the run looks at it again. A watcher that is there already is not added again.
   */
  watch(runId: string, watcherId: string, limit: number): Promise<WatchRunResult>;

  /** Operation 19. Condition EndIsNotSettled: what was left to do after the end is done. No error if it was done before. */
  settleEnd(runId: string, settle: SettleEnd): Promise<void>;

  /**
   * Operation 25. Condition RunHasFailedAsSeen: failed in this epoch, with nothing left to do but for the event bus, and due
   * when it was seen to be. The run is open again and due at once; how it had ended is gone from the item. Repeated, it is done.
   */
  retryRun(runId: string, retry: RetryRun): Promise<RetryRunResult>;

  /**
   * Operation 26. Condition RunIsAsSeen: open, not paused, not to be terminated, and nothing accepted since it was seen. It
   * leaves the index of the due, and no worker takes it; when it would be due stays.
   */
  pauseRun(runId: string, pause: PauseRun): Promise<PauseRunResult>;

  /** Operation 27. Condition RunIsPausedAsSeen: open, paused, and nothing accepted since it was seen. It is due as before. */
  resumeRun(runId: string, resume: ResumeRun): Promise<PauseRunResult>;

  /** Operation 28. Consistent. */
  readWorkflowList(): Promise<WorkflowList>;

  /** Operation 28. Condition ListIsAsSeen: its version is the one before this one. */
  changeWorkflowList(list: WorkflowList): Promise<ChangeWorkflowListResult>;

  /**
   * Operation 29. Condition RunIsToBeHeld: open, of this workflow, not paused, free and due as for a take, not asked to
   * stop. Its entry of the index of the due goes to those of held runs; all else stays.
   */
  holdRun(runId: string, hold: HoldRun): Promise<HoldRunResult>;

  /** Operation 30. Condition RunIsHeld, of this workflow: its entry of the index goes back to the others. Repeated, it is done. */
  putRunBack(runId: string, workflow: string): Promise<PutRunBackResult>;

  /** Operation 30. Ids of held runs of a workflow, page by page. Not consistent. */
  listHeld(workflow: string): AsyncIterable<readonly string[]>;

  /** Newest first, from the index by workflow. */
  listRuns(query: RunQuery): Promise<RunPage>;
}

export type { DeleteMessages } from './message.ts';

/** A method of a Store. */
export type StoreOperation = Exclude<keyof Store, 'limits'>;

export interface NewRun {
  readonly runId: string;
  readonly workflow: string;
  readonly createdAtMs: number;
  readonly input: StoredValue;
  readonly inputDigest: string;
  /** 0 for at once. */
  readonly dueAtMs: number;
  readonly notBeforeMs?: number;
  /** When its time is up. */
  readonly deadlineAtMs?: number;
  readonly needsWake?: true;
  readonly startedBy?: StartedBy;
  /** The time that it is for, where a schedule starts it. */
  readonly scheduledAtMs?: number;
  readonly attributes?: Attributes;
  readonly goesOnFrom?: ForkPoint;
  /** What the starter has done of its first turn. */
  readonly firstTurn?: FirstTurn;
}

export type CreateRunResult =
  | { readonly kind: 'created' }
  | { readonly kind: 'exists'; readonly run: RunItem }
  /** A run of that id was deleted a moment ago: the id is free by then. */
  | { readonly kind: 'deleted'; readonly freeAtMs: number };

export interface TakeLease {
  readonly lease: Lease;
  readonly nowMs: number;
  readonly dueByMs: number;
  /** Take it only if it is pinned to this version or to none, and pin it. Undefined: wherever it is pinned. */
  readonly pin?: string;
  /** This version is gone: a run that is pinned to it may be taken too, and is then pinned to `pin`. */
  readonly gone?: string;
  /** Workflows that are paused: a run of theirs is not taken, unless it was asked to stop. Default: none. */
  readonly paused?: readonly string[];
}

export type ClaimUpdateResult = { readonly kind: 'claimed' | 'answered' | 'gone' };

export interface AnswerUpdate {
  readonly messageId: string;
  /** Of the worker that answers. */
  readonly epoch: number;
  readonly answer: UpdateAnswer;
}

/** `lost`: a later epoch decides. `gone`: the run was purged. */
export type AnswerUpdateResult = { readonly kind: 'answered' | 'lost' | 'gone' };

export type ReadAnswerResult =
  | { readonly kind: 'answered'; readonly answer: UpdateAnswer }
  /** It waits, or is being carried out. */
  | { readonly kind: 'open' }
  | { readonly kind: 'gone' };

export type PutRecordResult = { readonly kind: 'put' } | { readonly kind: 'exists'; readonly record: JournalRecord };

export type TakeLeaseResult =
  | { readonly kind: 'taken'; readonly before: RunItem; readonly keyAway?: Error } // the payload key cannot be used
  | { readonly kind: 'refused'; readonly reason: 'not-found' | 'leased' | 'paused' }
  | { readonly kind: 'refused'; readonly reason: 'closed'; readonly run: RunItem }
  | { readonly kind: 'refused'; readonly reason: 'not-due'; readonly run: RunItem }
  /** Free and due, and of a workflow that is paused. */
  | { readonly kind: 'refused'; readonly reason: 'workflow-paused'; readonly run: RunItem }
  /** Free and due, and pinned to another version. */
  | { readonly kind: 'pinned'; readonly to: string };

export interface ReleaseLease extends TailToWrite {
  readonly epoch: number;
  readonly wakesSeen: number;
  readonly status: 'pending' | 'suspended' | 'blocked';
  /** The run is paused, as the turn has seen it: not all that came is delivered. */
  readonly isPaused?: true;
  /** Its workflow is: the same, but the run is in the index of the due. */
  readonly isHeldBack?: true;
  /** The next timer; undefined removes the run from the index of the due. */
  readonly dueAtMs: number | undefined;
  readonly needsWake?: true;
  /** Ids that stay in the inbox: none, except for a blocked run. Of letters that were seen, theirs stay. */
  readonly inboxIds: readonly string[];
  /** The ids of the letters in the run item, in order, as the turn has seen it. Default: there were none. */
  readonly lettersSeen?: readonly string[] | undefined;
  readonly blocked?: Blocked;
  /** Closes the run for signals until its next release. */
  readonly unreadSignals?: number;
  readonly journal?: JournalUse;
  readonly placeWaits?: RunItem['placeWaits'];
  /** What is absent stays as it is. */
  readonly snapshot?: RunItem['snapshot'];
  readonly base?: RunItem['base'];
  readonly shows?: RunShows;
}

export interface FinishRun extends TailToWrite {
  readonly epoch: number;
  readonly wakesSeen: number;
  readonly status: ClosedStatus;
  readonly result: StoredValue;
  readonly endedAtMs: number;
  /** Becomes `dueAtMs`: when the sweeper is to purge the run. Undefined: never. With something left to do it is kept as it is. */
  readonly purgeAtMs: number | undefined;
  /** What is left to do: then the run is due at once. */
  readonly afterEnd?: AfterEnd;
  /** What is absent stays as it is. */
  readonly shows?: RunShows;
}

export type WatchRunResult =
  | { readonly kind: 'watching' }
  | { readonly kind: 'closed'; readonly run: RunItem }
  /** It has as many watchers as a run item has room for. */
  | { readonly kind: 'full' }
  | { readonly kind: 'not-found' };

export interface SettleEnd {
  /** Of the run as it ended: a run of that id that was started later has another one. */
  readonly endedAtMs: number;
  readonly purgeAtMs: number | undefined;
  /** The event bus has not taken the end: the run is due then, and the bus is all that is left (`emit`). */
  readonly emitAtMs?: number;
}

export type ReleaseLeaseResult =
  | { readonly kind: 'done' }
  /** A message was accepted since: the item as it is now. The turn reads its inbox, and goes on. */
  | { readonly kind: 'accepted-since'; readonly run: RunItem }
  /** Taken over, or closed: the turn ends. */
  | { readonly kind: 'lost' };

/** As for a release. */
export type FinishRunResult = ReleaseLeaseResult;
export type ContinueRunResult = ReleaseLeaseResult;

export interface ContinueRun {
  readonly epoch: number;
  readonly wakesSeen: number;
  /** The next link, from 2. */
  readonly link: number;
  /** The run is paused, as the turn has seen it. */
  readonly isPaused?: true;
  readonly input: StoredValue;
  /** Ids that stay in the inbox, for the next link. Of letters that were seen, theirs stay. */
  readonly inboxIds: readonly string[];
  /** As of a release. */
  readonly lettersSeen?: readonly string[] | undefined;
  /** Of the run as a whole. */
  readonly deadlineAtMs: number | undefined;
  /** What is absent stays as it is. */
  readonly shows?: RunShows;
}

export interface RenewLease {
  readonly epoch: number;
  readonly expiresAtMs: number;
  /** Of a later record than the one that is there, or nothing is written. */
  readonly base?: RunItem['base'];
  /** What is absent stays as it is. */
  readonly shows?: RunShows;
}

export type RenewLeaseResult =
  | { readonly kind: 'renewed'; readonly run: RunItem }
  /** Taken over, released, or closed. */
  | { readonly kind: 'lost' };
