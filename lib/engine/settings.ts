/**
 * The options and settings of an engine. Every limit has a name, a default and an override (I10).
 *
 * Tested by: test/invariants/i10-engine.test.ts, test/docs/limits.test.ts
 */
import type { CallSiteKeepers } from './call-sites.ts';
import { callStepBody, type StepCommand } from '../core/command.ts';
import type { StepContext } from '../core/step.ts';
import type { WorkflowRegistry } from '../core/workflow-registry.ts';
import { DEFAULT_RUN_LIMITS, type RunLimits } from '../core/run-limits.ts';
import type { Logger } from '../core/logger.ts';
import type { Pin } from './take-run.ts';
import type { Interceptor } from '../ports/interceptor.ts';
import type { Interceptors } from './interceptors.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { Observe } from '../ports/observer.ts';
import { LONGEST_WAKE_DELAY_MS } from '../ports/limits.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { RunOperations } from '../ports/run-operations.ts';
import type { Store } from '../ports/store.ts';
import type { RunFrames } from '../scheduler/run-frames.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';

export interface EngineOptions extends Partial<EngineSettings> {
  /** Runs are pinned to the version that began them. Default: any worker takes the turn. */
  readonly pin?: Pin | undefined;
  /** Calls the body of a step. Default: just that; a testing kit may call something else in its place. */
  readonly callBody?: (command: StepCommand, context: StepContext) => unknown;
  /** Hooks of the author around turns and steps. Default: none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Where events go that say that runs have started, have ended, or are blocked. Default: nowhere. */
  readonly events?: EventBus | undefined;
  /** Called with each event of the engine, for metrics and traces. Default: nothing is. */
  readonly observe?: Observe;
  /** Lets the event loop turn once, within a long replay. Default: a replay is one piece, as virtual time has it. */
  readonly turnOfTheLoop?: (() => Promise<void>) | undefined;
  /** Lets errors show that code has left behind, before its run is released without a record. Default: `turnOfTheLoop`. */
  readonly errorsToShow?: (() => Promise<void>) | undefined;
  /** Where the HTTP API takes callbacks without credentials, without a slash at its end. Default: nowhere. */
  readonly publicUrl?: string | undefined;
  /** Stores runs at rest, where the code is compiled for that. Default: each run is replayed. */
  readonly frames?: RunFrames | undefined;
  readonly registry: WorkflowRegistry;
  /** Reaches other runs on behalf of a run. */
  readonly operations: RunOperations;
  readonly store: Store;
  readonly wakes: WakeQueue;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes an id that no other turn has. */
  readonly newNonce: () => string;
  /**
   * Makes the seed of a run that begins: a text that cannot be guessed, of 128 random bits or more. It is recorded, and
   * a run keeps the first one in its journal.
   */
  readonly newSeed: (run: RunItem) => string;
  /** For the jitter of retries: 0 <= x < 1. */
  readonly random: () => number;
}

export interface EngineSettings extends RunLimits {
  /** Names the code, for `runInfo().version`. */
  readonly version: string;
  /** How long a lease lasts. A dead worker's run is taken over after it, at the next sweep. */
  readonly leaseMs: number;
  /** A wake may come this much before its time. */
  readonly wakeSlackMs: number;
  /** How old the list of paused workflows may be by which a worker takes turns: so long after a pause new turns may begin. */
  readonly workflowListMaxAgeMs: number;
  /** A timer that is due within this time is waited for in place: cheaper than to suspend and resume. */
  readonly hotWaitMs: number;
  /** Before it begins further steps, and after the end of one, a turn checks for accepted messages if it has not for so long. */
  readonly inboxCheckAfterStepMs: number;
  /** While its steps run, a turn checks for accepted messages so often. */
  readonly inboxCheckWithinStepMs: number;
  /** What readOnly steps in a row have given is recorded after so long at the latest. */
  readonly maxUnwrittenMs: number;
  /** What a step's body writes to a stream is in the table after so long at the latest. */
  readonly streamFlushMs: number;
  /** No wake is sent for a timer that is further away: the sweeper sends it. SQS takes 900 s at most. */
  readonly longestWakeDelayMs: number;
  /** The turn ends by itself this long before the invocation's time limit. */
  readonly deadlineMarginMs: number;
  /** Steps of one run whose bodies run at the same time; others wait for their turn. */
  readonly maxStepsInFlight: number;
  /** A step that was running when a worker was lost so often has failed: it may be what kills them. */
  readonly maxInterruptions: number;
  /** Workers lost in a run's code with nothing to show for it: then the run is blocked, if the last one was alone with it. */
  readonly maxLostTurns: number;
  /** Encoded size of one value: a step's result, a run's result. Default: as much as the store takes. */
  readonly maxValueBytes: number;
  /** Encoded entries in one record; more go into further records. */
  readonly maxRecordBytes: number;
  /** Entries of a run's journal: then its code is asked to stop, and has a tenth more for it. */
  readonly maxJournalEvents: number;
  /** Encoded entries of a run's journal: the same. */
  readonly maxJournalBytes: number;
  /** Signals that a run has been given and has not read: no more are accepted until it has. */
  readonly maxUnreadSignals: number;
  /** A result up to this size is in the run item itself. */
  readonly maxInlineBytes: number;
  /** Runs that are kept in memory between turns, so that the next turn reads no journal. */
  readonly maxWarmRuns: number;
  /** What those runs hold in memory together: an estimate from their tasks, what is pending, and their journals. */
  readonly maxWarmBytes: number;
  /** A snapshot of a run is written when so many records have come since the last one. */
  readonly snapshotRecords: number;
  /** And if it has no more than these hundredths of the bytes of its journal. */
  readonly maxSnapshotPercent: number;
  /** Of so many runs that are restored from snapshots, one is replayed too, and compared. 0: none is. */
  readonly snapshotsPerAudit: number;
  /** Coroutines that are never awaited are errors, not warnings. */
  readonly strict: boolean;
  /** For tests: rebuild the run from its journal before each event, and wait for no timer in place. */
  readonly rebuildAtEveryAwait: boolean;
}

/** `maxValueBytes` is for the store to say. */
export const DEFAULT_SETTINGS: Omit<EngineSettings, 'maxValueBytes'> = {
  version: 'unversioned',
  leaseMs: 30_000,
  wakeSlackMs: 500,
  workflowListMaxAgeMs: 5_000,
  hotWaitMs: 1_000,
  inboxCheckAfterStepMs: 1_000,
  inboxCheckWithinStepMs: 5_000,
  maxUnwrittenMs: 10_000,
  streamFlushMs: 500,
  longestWakeDelayMs: LONGEST_WAKE_DELAY_MS,
  deadlineMarginMs: 3_000,
  maxStepsInFlight: 500,
  maxInterruptions: 10,
  maxLostTurns: 2,
  maxRecordBytes: 300_000,
  maxJournalEvents: 50_000,
  maxJournalBytes: 50_000_000,
  maxUnreadSignals: 1_000,
  ...DEFAULT_RUN_LIMITS,
  maxInlineBytes: 200,
  maxWarmRuns: 200,
  maxWarmBytes: 25_000_000,
  snapshotRecords: 20,
  maxSnapshotPercent: 50,
  snapshotsPerAudit: 100,
  strict: false,
  rebuildAtEveryAwait: false,
};

/** Calls the body that the author wrote. */
export const callOwnBody = (command: StepCommand, context: StepContext): unknown => callStepBody(command, context);

/** The options with every setting filled in. */
export type Engine = Required<Omit<EngineOptions, 'interceptors'>> & {
  /** Undefined: there are none. */
  readonly interceptors: Interceptors | undefined;
  readonly callSiteKeepers: CallSiteKeepers;
};
