/**
 * What one turn knows while it goes on: its lease, what was accepted, what is not recorded yet, which steps are running.
 *
 * Tested by: test/engine/turns.test.ts, test/invariants/i2-one-writer.test.ts
 */
import type { Encoded } from '../core/encoded.ts';
import type { TransactionWrite } from '../core/transaction/write.ts';
import type { CommandId, JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Message } from '../ports/message.ts';
import type { TurnSnapshots } from '../ports/observer.ts';
import type { JournalBase, RunItem, RunShows, SnapshotPoint } from '../ports/run-item.ts';
import type { Shown } from '../scheduler/shown-by-code.ts';
import { Alarm } from './alarm.ts';
import type { AttemptEvent } from './attempt.ts';
import { Attempts } from './attempts.ts';
import type { Early } from './begin-early.ts';
import { AutoResetEvent } from './auto-reset-event.ts';
import type { Creation } from './create-run.ts';
import type { Ending } from './finish.ts';
import { LeaseRenewer } from './lease-renewer.ts';
import { type LinkBefore, readLinkBefore } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import type { Engine } from './settings.ts';
import { toShows } from './shows.ts';
import { RunPlace } from './pools/run-place.ts';
import { TurnPlaces } from './pools/turn-places.ts';
import type { SeenPools } from './pools/visit-pool.ts';
import type { MessagesById } from './read-ahead.ts';
import type { Place } from './solitude.ts';
import type { StrayErrors } from './stray-errors.ts';
import { StreamBuffer } from './stream-buffer.ts';
import type { PausedWorkflows } from './paused-workflows.ts';
import { Unwritten } from './unwritten.ts';
import { takeOrHold } from './take-or-hold.ts';
import { emptyHead, type JournalHead, type WarmRun, type WarmRuns } from './warm-runs.ts';

/** A body that begins later than this before the end of its turn is too likely to be cut off. */
const LAST_BEGIN_MS = 5_000;
const LAST_BEGIN_PART = 0.1;

/** A lease that was just taken, and what the turns of the process share. */
interface TurnParts {
  readonly engine: Engine;
  readonly place: Place;
  readonly warmRuns: WarmRuns;
  readonly pausedWorkflows: PausedWorkflows;
  readonly seenPools: SeenPools;
  readonly run: RunItem;
  readonly nonce: string;
  readonly beganAtMs: number;
  readonly expiresAtMs: number;
  readonly endsByMs: number;
  readonly creation?: Creation;
}

export class Turn {
  readonly engine: Engine;
  /** What this worker kept from its last turn of the run, if no record can have been written since. */
  readonly warm: WarmRun | undefined;
  readonly runId: string;
  /** The run item as it was when the lease was taken. */
  readonly run: RunItem;
  readonly epoch: number;
  readonly beganAtMs: number;
  readonly nonce: string;
  readonly lease: LeaseRenewer;
  readonly attempts: Attempts;
  /** What the bodies of steps have written to streams. */
  readonly streams: StreamBuffer;
  readonly places: TurnPlaces;
  readonly runPlace: RunPlace;
  readonly pausedWorkflows: PausedWorkflows;
  /** Set when there may be something to do. */
  readonly wakeUp = new AutoResetEvent();
  /** Sets `wakeUp` at a time. */
  readonly alarm: Alarm;
  /** When the turn has to end, and from when on it begins no more bodies. */
  readonly endsByMs: number;
  beginsByMs: number;
  /** Of the first turn in the process that starts the run: that turn creates it. */
  readonly creation: Creation | undefined;

  /** What this turn has seen of the run item's `wakes` and `inboxIds`. */
  wakesSeen: number;
  inboxIds: readonly string[];
  /** Of the run item as it was last seen. */
  letters: RunItem['letters'];
  /** The worker that had the lease before did not release it, and no fence is written yet. */
  takesOver: boolean;
  /** No other turn goes on in this process until this one ends: the worker before this one was lost. */
  isAlone = false;
  /** The record that says so, also while its answer is still to come. */
  aloneRecord: JournalRecord | undefined;
  /** While it is alone: the steps whose begin is in the journal. */
  readonly announced = new Set<CommandId>();
  /** This turn wrote the first record of the journal. */
  startsRun = false;
  /** Recorded events that were fed to the code again. */
  replayedEvents = 0;
  /** The number of the last record, and the ids of the messages that are in the journal. */
  journal: JournalHead;
  /** Delivered and asked for, not yet recorded. */
  readonly unwritten = new Unwritten();
  /** The run's snapshot, as the run item has it; undefined too if it was dropped. */
  snapshot: SnapshotPoint | undefined;
  /** What this turn has written since, and no release has told of yet. */
  newSnapshot: SnapshotPoint | undefined;
  /** The run's base, as the run item has it. */
  base: JournalBase | undefined;
  /** What became of snapshots in this turn. */
  snapshots: TurnSnapshots | undefined;
  /** The journal's tail has what only the next write of the run item, or the next record, stores. */
  isHolding = false;
  /** A record was to be put under the next number, and may be yet: what comes next is put too. */
  isNumberUsed = false;
  /** Undefined: all that was delivered before this round is recorded. */
  early: Early | undefined;
  /** Loaded and not yet delivered, in the order of acceptance. */
  readonly inbox: Message[] = [];
  /** Of the messages that had been accepted when the lease was taken, while the journal is read. */
  readAhead: Promise<MessagesById> | undefined;
  /** Updates that were refused, with what their validators have thrown, to be answered after the next commit. */
  readonly refusals = new Map<string, Encoded>();
  /** Updates that have their answer. They are in no journal, and leave the inbox. */
  readonly answered = new Set<string>();
  /** Of the link before, and what comes again after a retry. They are here already: nothing is to be loaded or deleted. */
  readonly carried = new Set<string>();
  /** In the journal; their items can be deleted. */
  readonly received = new Set<string>();
  /** How steps ended, in the order in which they did. */
  readonly stepResults: AttemptEvent[] = [];
  /** What is to be written together with such an end: of transactions. */
  readonly writes = new WeakMap<JournalEntry, readonly TransactionWrite[]>();
  /** How the workflow's code has ended, as it is to be written; undefined as long as it goes on. */
  ending: Ending | undefined;
  /** The run item as it was last seen, where that was after the lease was taken. */
  newestRun: RunItem | undefined;
  /** The newest run item, if it has messages that this turn has not seen. `loadInbox` refreshes the turn from it. */
  newerRun: RunItem | undefined;
  /** When the table was last asked for the run item. */
  inboxCheckedAtMs: number;
  /** What the engine does to another run was refused for the payload key: the run is to be blocked. */
  keyAway: Error | undefined;
  /** A step, or an attempt of one, has ended since the last check of the inbox. */
  stepEnded = false;
  /** The run's workflow is paused, as this round of the turn has it, and the run is not asked to stop. */
  isHeldBack = false;

  /** Life-cycle events that are being put. The turn is over when the bus has answered. */
  readonly eventsOnTheirWay: Promise<boolean>[] = [];

  /** What the run's code shows, as of the last commit; undefined if it has set nothing. */
  shown: Shown | undefined;
  /** What a renewal has written of it last. */
  #renewedShown: Shown | undefined;

  #linkBefore: { readonly read: LinkBefore | undefined } | undefined;
  readonly #warmRuns: WarmRuns;
  readonly #place: Place;
  /** Errors of the run's code that nothing has handled: watched from the load of the run to the end of the turn. */
  #strays: StrayErrors | undefined;

  constructor(parts: TurnParts) {
    const { engine, warmRuns, place, run, nonce, beganAtMs, expiresAtMs, endsByMs } = parts;
    const { runId } = run;
    const epoch = run.epoch + 1;
    this.engine = engine;
    this.pausedWorkflows = parts.pausedWorkflows;
    this.warm = warmRuns.take(run);
    this.runId = runId;
    this.run = run;
    this.epoch = epoch;
    this.beganAtMs = beganAtMs;
    this.nonce = nonce;
    this.lease = new LeaseRenewer({
      ...engine,
      runId,
      epoch,
      expiresAtMs,
      isInTable: () => this.isInTable,
      shows: () => this.#showsToRenew(),
      onRenewal: (item, askedAtMs) => {
        this.#onRenewal(item, askedAtMs);
      },
    });
    this.streams = new StreamBuffer({
      clock: engine.clock,
      flushMs: engine.streamFlushMs,
      onFirst: (dueAtMs) => {
        this.alarm.wakeBy(dueAtMs);
      },
      onFull: () => {
        this.wakeUp.set();
      },
    });
    this.attempts = new Attempts({
      streams: this.streams,
      engine,
      runId,
      turn: { beganAtMs, endsByMs, epoch, isStarters: parts.creation !== undefined },
      onStepResult: (event, writes) => {
        this.#onStepResult(event, writes);
      },
      onKeyAway: (error) => {
        this.keyAway = error;
        this.wakeUp.set();
      },
    });
    this.places = new TurnPlaces(this, parts.seenPools);
    this.runPlace = new RunPlace(this, parts.seenPools);
    this.alarm = new Alarm(engine.clock, this.wakeUp);
    this.endsByMs = endsByMs;
    this.beginsByMs = endsByMs - Math.min(LAST_BEGIN_MS, (endsByMs - beganAtMs) * LAST_BEGIN_PART);
    this.creation = parts.creation;
    this.wakesSeen = run.wakes;
    this.inboxIds = run.inboxIds;
    this.letters = run.letters;
    this.takesOver = run.lease !== undefined;
    this.journal = this.warm?.journal ?? emptyHead();
    this.inboxCheckedAtMs = beganAtMs;
    ({ snapshot: this.snapshot, base: this.base } = run);
    this.#warmRuns = warmRuns;
    this.#place = place;
  }

  /** What the link takes over from the one before it; undefined for the first one. Throws a LullError `JOURNAL_DAMAGED`. */
  async linkBefore(): Promise<LinkBefore | undefined> {
    this.#linkBefore ??= { read: await readLinkBefore(this.engine.store, this.run) };
    return this.#linkBefore.read;
  }

  /** Takes note of the run item as the table had it after `askedAtMs`. */
  noteRunItem(item: RunItem, askedAtMs: number): void {
    this.inboxCheckedAtMs = Math.max(this.inboxCheckedAtMs, askedAtMs);
    // Of two answers the later one may be the older one.
    if (item.wakes > (this.newerRun?.wakes ?? this.wakesSeen)) this.newerRun = item;
  }

  /** From here on the turn has seen what was accepted by the time of this item. */
  refreshFrom(run: RunItem): void {
    this.newerRun = undefined;
    this.newestRun = run;
    this.wakesSeen = run.wakes;
    this.inboxIds = run.inboxIds;
    this.letters = run.letters;
  }

  /** For what lets the run go: those of messages that stay in the inbox stay, too. */
  get lettersSeen(): readonly string[] | undefined {
    return this.letters?.map(({ id }) => id);
  }

  /** False: this turn is still to create it, or was not able to. */
  get isInTable(): boolean {
    return this.creation === undefined || this.creation.result?.kind === 'created';
  }

  /** As the run item was last seen. */
  get isPaused(): boolean {
    return (this.newestRun ?? this.run).pausedAtMs !== undefined;
  }

  /** Only what is under way comes to its end. */
  get doesNothingNew(): boolean {
    return this.isPaused || this.isHeldBack;
  }

  /** What the run item is to show from its release on. */
  shows(): { readonly shows?: RunShows } {
    return this.shown === undefined ? {} : { shows: toShows(this.run, this.shown) };
  }

  /** Of a renewal that fails the release will write it. */
  #showsToRenew(): RunShows | undefined {
    if (this.isHolding || this.shown === this.#renewedShown) return undefined;
    this.#renewedShown = this.shown;
    return this.shows().shows;
  }

  /** Waits until no other turn goes on in this process. */
  beAlone(): Promise<'alone' | 'too-late'> {
    return this.#place.beAlone(this.endsByMs);
  }

  noteSnapshot(noted: TurnSnapshots): void {
    this.snapshots = { ...this.snapshots, ...noted };
  }

  /** Leaves the run's memory to the next turn on this worker. */
  keepWarm(memory: LiveMemory): void {
    this.#warmRuns.keep(this.runId, { epoch: this.epoch, journal: this.journal, memory });
  }

  /** From here on errors that the run's code does not handle are this turn's. */
  watch(strays: StrayErrors): void {
    this.#strays?.unwatch();
    this.#strays = strays;
    strays.watch();
  }

  /** Stops everything that goes on beside the turn. */
  end(): void {
    this.#strays?.unwatch();
    this.lease.stop();
    this.alarm.stop();
    this.attempts.abortAllExcept(new Map());
  }

  #onStepResult(event: AttemptEvent, writes: readonly TransactionWrite[] = []): void {
    this.stepResults.push(event);
    if (writes.length > 0) this.writes.set(event, writes);
    if (event.kind !== 'step-heartbeat') this.stepEnded = true;
    this.wakeUp.set();
  }

  /** Without an item the lease is lost. */
  #onRenewal(item: RunItem | undefined, askedAtMs: number): void {
    if (item !== undefined) this.noteRunItem(item, askedAtMs);
    if (item === undefined || this.newerRun !== undefined) this.wakeUp.set();
  }
}

type StartTurnResult =
  | { readonly kind: 'begun'; readonly turn: Turn; readonly keyAway: Error | undefined }
  | {
      readonly kind: 'refused';
      readonly reason: 'not-found' | 'leased' | 'not-due' | 'paused' | 'workflow-paused' | 'pinned-elsewhere';
    }
  | { readonly kind: 'refused'; readonly reason: 'closed'; readonly run: RunItem };

/** Takes the lease (operation 6). */
export async function beginTurn(
  engine: Engine,
  shared: Pick<TurnParts, 'warmRuns' | 'place' | 'pausedWorkflows' | 'seenPools'>,
  { runId, deadlineAtMs }: { readonly runId: string; readonly deadlineAtMs: number },
): Promise<StartTurnResult> {
  const nonce = engine.newNonce();
  let nowMs = 0;
  const taken = await takeOrHold(engine, shared.pausedWorkflows, runId, () => {
    nowMs = engine.clock.nowMs();
    return {
      lease: { owner: nonce, expiresAtMs: nowMs + engine.leaseMs },
      nowMs,
      dueByMs: nowMs + engine.wakeSlackMs,
    };
  });
  if (taken.kind === 'refused') return taken;
  // Of a short time limit the margin is a quarter at most, or no step would ever begin.
  const endsByMs = deadlineAtMs - Math.min(engine.deadlineMarginMs, (deadlineAtMs - nowMs) / 4);
  const times = { beganAtMs: nowMs, expiresAtMs: nowMs + engine.leaseMs, endsByMs };
  const turn = new Turn({ engine, ...shared, run: taken.before, nonce, ...times });
  return { kind: 'begun', turn, keyAway: taken.keyAway };
}
