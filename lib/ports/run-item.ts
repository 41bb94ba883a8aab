/** The run item: the lease of a run, the messages that were accepted for it, when it is due. */
import type { Attributes } from '../core/attributes.ts';
import type { Encoded } from '../core/encoded.ts';
import type { FirstTurn } from './first-turn.ts';
import { type AcceptedKind, isToStop, type Message } from './message.ts';
import type { OpenStatus, RunStatus } from '../core/run-status.ts';
import type { Waiter } from './pool.ts';
import type { Tail } from './tail.ts';

/** An input or a result: inline when it is small, else in its own item under `key`. */
export type StoredValue =
  { readonly kind: 'inline'; readonly value: Encoded } | { readonly kind: 'item'; readonly key: string };

/** The right of one worker to run a run's turn, for a while. */
export interface Lease {
  /** The nonce of the turn that holds it. */
  readonly owner: string;
  readonly expiresAtMs: number;
}

/** Why a run is blocked, and since when: see I8. */
export interface Blocked {
  /** What the code could not replay, both sides shown. At most 300 characters; the worker's log has the whole. */
  readonly reason: string;
  readonly sinceMs: number;
  /** Of the error: `NONDETERMINISM`, `WORKERS_LOST`, `JOURNAL_DAMAGED`, ... */
  readonly code?: string;
  /** What the journal has where the code does not follow, and what the code does there. At most 150 characters each. */
  readonly sides?: { readonly recorded: string; readonly requested: string };
  /** The version of the code that blocked it: other code need not wait for the run's next retry. */
  readonly version?: string;
  /** Workers were lost in its code: the same code is not run again before then. */
  readonly tryAtMs?: number;
}

/** How long a journal is: its entries, and their stored form. */
export interface JournalUse {
  readonly events: number;
  readonly bytes: number;
}

/** What a run waits for in a pool: with what it needs to find itself in the line. */
export interface PlaceWait {
  readonly pool: string;
  readonly waiter: Omit<Waiter, 'runId'>;
}

/** The run whose code started this one, and the step that did. */
export interface StartedBy {
  readonly runId: string;
  /** Tells it from all other steps of the run, also of its earlier links: a digest of its idempotency key. */
  readonly step: string;
  /** The run is a child: its parent learns of its end. */
  readonly isParent: boolean;
}

/**
 * What is left to do for a run that has ended: to tell its parent and its watchers, and to ask the children that are open
 * to stop. Where there is an event bus, each of them is also to put the end there; `emit` is that alone: the run can be
 * tried again, or deleted, all the same.
 */
export type AfterEnd = 'tell' | 'tell-and-stop-children' | 'emit';

/** Whether other runs are still to learn of the end. */
export function isToTell(afterEnd: AfterEnd | undefined): boolean {
  return afterEnd !== undefined && afterEnd !== 'emit';
}

/** What a run shows of itself: what its code has set, and the attributes of its start. */
export interface RunShows {
  readonly customStatus?: Encoded;
  readonly attributes?: Attributes;
}

export function pickShows({ customStatus, attributes }: RunShows): RunShows {
  return {
    ...(customStatus === undefined ? {} : { customStatus }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

/** A run that had failed is tried again: the next turn records it, as `retried`, and goes on from there. */
export interface RetryPoint {
  readonly kind: 'retry';
  /** Of the `retried`. */
  readonly number: number;
  readonly keeps: number;
  readonly reason: string;
  /** The reason, encrypted: it is empty then. Only a store sees it. */
  readonly sealed?: Encoded;
  readonly deadlineAtMs?: number;
  readonly children?: readonly string[];
}

/** A run begins as a fork of another one: the first turn copies the begin of the other one's journal. */
export interface ForkPoint {
  readonly kind: 'fork';
  readonly runId: string;
  /** Absent: the first. */
  readonly link?: number;
  /** So many entries had the other journal when this one was forked: what came later is left out. */
  readonly entries: number;
  /** The first command that is not copied, and its step, as in `charge#3`. */
  readonly at: number;
  readonly before: string;
}

/** A snapshot of a run: the record that it has seen last, and the lease under which it was written. */
export interface SnapshotPoint {
  readonly record: number;
  readonly epoch: number;
}

/** Keys of values that are snapshots begin so. */
export const SNAPSHOT_KEY_PREFIX = 'frames-';

/** Under which key it is stored: two workers never write the same one. */
export function snapshotKey({ record, epoch }: SnapshotPoint): string {
  return `${SNAPSHOT_KEY_PREFIX}${record}-${epoch}`;
}

/**
 * The base of a run whose workflow has `history: 'unbounded'`: a snapshot that stands for all of its journal up to a record,
 * and is the one copy of it. The records before are archived or dropped.
 */
export interface JournalBase {
  /** The last record that it has seen. That one stays. */
  readonly record: number;
  /** Of the value that it is. No other turn writes one under it. */
  readonly key: string;
  /** How many entries the journal had up to there. */
  readonly events: number;
  /** Of the value that has the newest of the archived records. Absent: they were dropped. */
  readonly archive?: string;
  /** Its own record stays, too, when there is a later base: it stops a worker that was taken over. */
  readonly stays?: true;
  /** Sensitive steps are among what is behind it. */
  readonly hasSecrets?: true;
  /**
   * The lease at whose end it was named: the journal ended with it. As long as no other lease has come since, there is nothing
   * behind it to be read.
   */
  readonly epoch?: number;
  /** So many of the message ids in it, the oldest, were known by then. */
  readonly ids: { readonly count: number; readonly atMs: number };
}

/** At most 1 KB in the table: every take, accept and release pays for its size. What the run shows comes on top. */
export interface RunItem extends RunShows {
  readonly runId: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly createdAtMs: number;
  readonly input: StoredValue;
  /** Tells two inputs apart without loading them: a digest of the input, which begins with its form, as in `2:`. */
  readonly inputDigest: string;
  /** Which link of the run it is, from 2: how often it has continued as new, and one. Absent: the first. */
  readonly link?: number;
  readonly startedBy?: StartedBy;
  /** The time that it is for, where a schedule has started it. */
  readonly scheduledAtMs?: number;
  /** Runs that learn of the end of this one, beside its parent. */
  readonly watchers?: readonly string[];
  /** Of a closed run: it is due until this is done. */
  readonly afterEnd?: AfterEnd;
  /** And when it is to be purged then: its workflow may not be deployed any more. Absent: never, or it is not known. */
  readonly purgeAtMs?: number;
  /** How often it was tried again after it had failed. Absent: never. */
  readonly retries?: number;
  /** Its first turn was taken by the process that started it. With `entries` they are record 1 of its journal, as they are stored. */
  readonly firstTurn?: Omit<FirstTurn, 'then'>;
  /** The last record of its journal, as long as that is no item of its own. */
  readonly tail?: Tail;
  /** What the next turn does before it goes on. Gone when it has suspended, continued or ended the run. */
  readonly goesOnFrom?: RetryPoint | ForkPoint;
  /** The code is not begun before: the run was started with a delay. */
  readonly notBeforeMs?: number;
  /** Its code is asked to stop then, as the start and the workflow say. Absent: they set no timeout, or the start did not know the workflow's. */
  readonly deadlineAtMs?: number;
  /** Counts the leases that were given. A record of a later epoch than a worker's own tells it that it was taken over. */
  readonly epoch: number;
  readonly lease?: Lease;
  /** Counts what was accepted. A turn may only release its lease if it has seen this count. */
  readonly wakes: number;
  /** Ids of accepted messages that are not known to be in the journal, in the order of acceptance. */
  readonly inboxIds: readonly string[];
  /** Those of them that are in the run item themselves, in the order of acceptance. Absent: none. */
  readonly letters?: readonly Message[];
  /** When the run is due: 0 is now, absent is never. Of a closed run: when it is to be purged. */
  readonly dueAtMs?: number;
  /** No wake was sent for `dueAtMs`, which is too far away for the queue: the sweeper sends it ahead of time. */
  readonly needsWake?: true;
  /** Since when it is paused: no worker takes it, and it is not in the index of the due. */
  readonly pausedAtMs?: number;
  /** It was due while its workflow was paused: its entry of the index of the due is among those of held runs. */
  readonly isHeld?: true;
  /** A request to terminate it was accepted: it can be paused no more. */
  readonly isToTerminate?: true;
  /** A request to cancel it was accepted: it is not held back any more when its workflow is paused. */
  readonly isToCancel?: true;
  /** The version of the worker that takes all turns of the run, where runs are pinned to the code that began them. */
  readonly pinnedTo?: string;
  readonly blocked?: Blocked;
  /**
   * No more signals are accepted (I10): so many had been delivered and not been read when the run was last suspended.
   * Absent as long as there is room.
   */
  readonly unreadSignals?: number;
  /** How long the journal was by then. Absent as long as it is far from its limits. */
  readonly journal?: JournalUse;
  /** From which it can go on without the records before. Absent: there is none. */
  readonly snapshot?: SnapshotPoint;
  /** Of a run with an unbounded history: its journal begins behind this. Absent: it is whole. */
  readonly base?: JournalBase;
  /** Where it waited for places in pools by then. Absent: nowhere. */
  readonly placeWaits?: readonly PlaceWait[];
  /** How the run ended: the result, or the error. Closed runs only. */
  readonly result?: StoredValue;
  readonly endedAtMs?: number;
}

/** The version that a run is pinned to, if it is not the one that wants to take it. */
export function pinnedElsewhere(
  { pinnedTo }: RunItem,
  { pin, gone }: { readonly pin?: string; readonly gone?: string },
): string | undefined {
  return pin === undefined || pinnedTo === pin || pinnedTo === gone ? undefined : pinnedTo;
}

/**
 * Says whether the sender of a message need not wake the run: a worker has it and will see, or it waits for its resume, or
 * for that of its workflow.
 */
export function needsNoWake({ lease, pausedAtMs, isHeld }: RunItem, kind: AcceptedKind): boolean {
  return lease !== undefined || ((pausedAtMs !== undefined || isHeld === true) && !isToStop(kind));
}

/** Says whether a pause of its workflow holds the run back: not one that was asked to stop. */
export function mayBeHeld({ isToTerminate, isToCancel }: RunItem): boolean {
  return isToTerminate !== true && isToCancel !== true;
}

/** The status that is shown, where it is open. `restingStatus`: that of its last release. */
export function openStatusOf(
  { lease, pausedAtMs }: Pick<RunItem, 'lease' | 'pausedAtMs'>,
  restingStatus: OpenStatus,
): OpenStatus {
  if (pausedAtMs !== undefined) return 'paused';
  return lease === undefined ? restingStatus : 'running';
}

/** Says whether a request to try the run again, which was sent twice, has been carried out: nothing has happened since. */
export function isRetried(
  { goesOnFrom }: RunItem,
  { goesOnFrom: { number, keeps } }: { readonly goesOnFrom: RetryPoint },
): boolean {
  return goesOnFrom?.kind === 'retry' && goesOnFrom.number === number && goesOnFrom.keeps === keeps;
}

/** What a list shows without reading each run. */
export interface RunRow extends RunShows {
  readonly runId: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
}
