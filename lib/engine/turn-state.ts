/** What one turn knows while it goes on: its lease, what was accepted, what is not written yet, what is running. */
import type { CommandId, JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Message } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import type { AttemptEvent } from './attempt.ts';
import { AutoResetEvent } from './auto-reset-event.ts';
import type { Ending } from './finish.ts';
import { emptyJournal } from './journal-length.ts';
import type { LiveMemory } from './live-memory.ts';
import { startLeaseRenewer, type LeaseRenewer } from './lease-renewer.ts';
import type { Engine } from './settings.ts';
import type { Place } from './solitude.ts';
import type { StrayErrors } from './stray-errors.ts';
import { takeRun } from './take-run.ts';
import type { JournalHead, WarmRun, WarmRuns } from './warm-runs.ts';

export interface Turn {
  readonly engine: Engine;
  /** What this worker kept from its last turn of the run, if nothing can have been written since. */
  readonly warm: WarmRun | undefined;
  readonly runId: string;
  /** The run item as it was when the lease was taken. */
  readonly run: RunItem;
  readonly epoch: number;
  readonly beganAtMs: number;
  readonly nonce: string;
  readonly lease: LeaseRenewer;
  readonly attempts: Attempts;
  /** Rings when there may be something to do. */
  readonly wakeUp: AutoResetEvent;
  /** When the turn has to end by itself, and from when on it begins no body any more. */
  readonly endsByMs: number;
  readonly beginsByMs: number;

  /** What this turn has seen of the run item's `wakes` and `inboxIds`. */
  wakesSeen: number;
  inboxIds: readonly string[];
  /** Whoever had the lease before did not give it back, and no fence is written yet. */
  takesOver: boolean;
  /** No other turn goes on in this process until this one ends: the worker before this one was lost. */
  isAlone: boolean;
  /** The record that says so, also while its answer is still to come. */
  aloneRecord: JournalRecord | undefined;
  /** While it is alone: the steps whose begin is in the journal. */
  readonly announced: Set<CommandId>;
  /** The first record of the journal is of this turn. */
  startsRun: boolean;
  /** Recorded events that were fed to the code again. */
  replayedEvents: number;
  /** The number of the last record, and the ids of the messages that are in the journal. */
  journal: JournalHead;
  /** Delivered and asked for, not yet recorded. */
  unwritten: JournalEntry[];
  /** Loaded and not yet delivered, in the order of acceptance. */
  readonly inbox: Message[];
  /** In the journal; their items can go. */
  readonly received: Set<string>;
  /** How steps ended, in the order in which they did. */
  readonly stepResults: AttemptEvent[];
  /** How the workflow's code has ended, as it is to be written; undefined as long as it goes on. */
  ending: Ending | undefined;
  /** The run item as it was last seen, if something was accepted by then; taken up with the next inbox. */
  newerRun: RunItem | undefined;
  /** When the table was last asked for the run item. */
  inboxCheckedAtMs: number;
  /** A step, or an attempt of one, has ended since the turn last looked. */
  stepEnded: boolean;

  /** Takes note of the run item as the table had it after `askedAtMs`. */
  noteRunItem(run: RunItem, askedAtMs: number): void;

  /** Waits until no other turn goes on in this process. */
  beAlone(): Promise<'alone' | 'too-late'>;
  /** Leaves the run's memory to the next turn on this worker. */
  keepWarm(memory: LiveMemory): void;
  /** Takes what the run's code leaves behind from here on. */
  watch(strays: StrayErrors): void;
  /** Stops all that goes on beside the turn. */
  end(): void;
}

type Refusal = 'not-found' | 'closed' | 'leased' | 'not-due' | 'pinned-elsewhere';
type StartTurnResult =
  { readonly kind: 'begun'; readonly turn: Turn } | { readonly kind: 'refused'; readonly reason: Refusal };

/** Takes the lease (operation 6). */
export async function beginTurn(
  engine: Engine,
  { warmRuns, place }: { readonly warmRuns: WarmRuns; readonly place: Place },
  { runId, deadlineAtMs }: { readonly runId: string; readonly deadlineAtMs: number },
): Promise<StartTurnResult> {
  const nonce = engine.newNonce();
  const nowMs = engine.clock.nowMs();
  const lease = { owner: nonce, expiresAtMs: nowMs + engine.leaseMs };
  const taking = await takeRun(engine, runId, { lease, nowMs, dueByMs: nowMs + engine.wakeSlackMs });
  if (taking.kind === 'refused') return taking;
  // Of a short time limit the margin takes a quarter at most, or no step would ever begin.
  const endsByMs = deadlineAtMs - Math.min(engine.deadlineMarginMs, (deadlineAtMs - nowMs) / 4);
  const run = taking.before;
  return {
    kind: 'begun',
    turn: createTurn({
      engine,
      warmRuns,
      place,
      run,
      nonce,
      beganAtMs: nowMs,
      expiresAtMs: lease.expiresAtMs,
      endsByMs,
    }),
  };
}

/** A body that begins later than this before the end of its turn is too likely to be cut off. */
const LAST_BEGIN_MS = 5_000;
const LAST_BEGIN_PART = 0.1;

interface Taken {
  readonly engine: Engine;
  readonly place: Place;
  readonly warmRuns: WarmRuns;
  readonly run: RunItem;
  readonly nonce: string;
  readonly beganAtMs: number;
  readonly expiresAtMs: number;
  readonly endsByMs: number;
}

function createTurn({ engine, warmRuns, place, run, nonce, beganAtMs, expiresAtMs, endsByMs }: Taken): Turn {
  const { runId } = run;
  const epoch = run.epoch + 1;
  const wakeUp = new AutoResetEvent();
  const stepResults: AttemptEvent[] = [];
  const onStepResult = (event: AttemptEvent): void => {
    stepResults.push(event);
    if (event.kind !== 'step-heartbeat') turn.stepEnded = true;
    wakeUp.set();
  };
  const onRenewal = (item: RunItem | undefined, askedAtMs: number): void => {
    if (item !== undefined) turn.noteRunItem(item, askedAtMs);
    if (item === undefined || turn.newerRun !== undefined) wakeUp.set();
  };
  const lease = startLeaseRenewer({ ...engine, runId, epoch, expiresAtMs, onRenewal });
  const attempts = createAttempts(engine, runId, { beganAtMs, endsByMs }, onStepResult);
  const warm = warmRuns.take(run);
  let watched: StrayErrors | undefined;
  const turn: Turn = {
    engine,
    warm,
    runId,
    run,
    epoch,
    beganAtMs,
    nonce,
    lease,
    attempts,
    wakeUp,
    endsByMs,
    beginsByMs: endsByMs - Math.min(LAST_BEGIN_MS, (endsByMs - beganAtMs) * LAST_BEGIN_PART),
    wakesSeen: run.wakes,
    inboxIds: run.inboxIds,
    takesOver: run.lease !== undefined,
    isAlone: false,
    aloneRecord: undefined,
    announced: new Set(),
    startsRun: false,
    replayedEvents: 0,
    journal: warm?.journal ?? { recordNumber: 0, messageIds: new Set(), ...emptyJournal() },
    unwritten: [],
    inbox: [],
    received: new Set(),
    stepResults,
    ending: undefined,
    newerRun: undefined,
    inboxCheckedAtMs: beganAtMs,
    stepEnded: false,
    noteRunItem: (item, askedAtMs) => {
      turn.inboxCheckedAtMs = Math.max(turn.inboxCheckedAtMs, askedAtMs);
      // Of two answers the later one may be the older one.
      if (item.wakes > (turn.newerRun?.wakes ?? turn.wakesSeen)) turn.newerRun = item;
    },
    beAlone: () => place.beAlone(endsByMs),
    keepWarm: (memory) => {
      warmRuns.keep(runId, { epoch, journal: turn.journal, memory });
    },
    watch: (strays) => {
      watched?.unwatch();
      watched = strays;
      strays.watch();
    },
    end: () => {
      watched?.unwatch();
      lease.stop();
      attempts.abortAllExcept(new Map());
    },
  };
  return turn;
}

/** Takes up what was accepted since. */
export function refreshFrom(turn: Turn, run: RunItem): void {
  turn.newerRun = undefined;
  turn.wakesSeen = run.wakes;
  turn.inboxIds = run.inboxIds;
}
