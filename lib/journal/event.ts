/**
 * What a journal is made of: entries in the order in which they happened.
 *
 * An entry is either a command that the code asked for, or an event that was delivered to it. Each event is followed
 * by the patches that the code took, and by the commands which it led to. On replay the events are fed again, and the
 * commands are compared (I4, I8).
 * All of this is stored: a change here adds a golden file, and never edits one.
 */
import type { Encoded } from '../core/encoded.ts';
import type { OnParentClose, RecordedOperation } from '../core/operation.ts';
import type { RunLimits } from '../core/run-limits.ts';
import type { ClosedStatus } from '../core/run-status.ts';
import type { StreamUses } from '../core/stream-uses.ts';
import type { StreamWritten, WriteRequested } from './stream-entries.ts';

/** Commands are numbered from 1 within a run, in the order in which the code asked for them. */
export type CommandId = number;

interface Requested {
  readonly id: CommandId;
  /** Of the step or the signal; of a timer what it is for: `sleep`, `timeout`, ... */
  readonly name: string;
  /** How many random numbers the code drew since the command before. Absent: none, in a journal that has a seed. */
  readonly draws?: number;
}

export interface StepRequested extends Requested {
  readonly kind: 'step';
  /** What the author gave to tell this step from others of its name. */
  readonly key?: string;
  /** A digest of the arguments of a `defineStep` that has no key. Absent: there were none. */
  readonly args?: string;
  /** What the engine does to another run, in place of a body of the author's. */
  readonly operation?: RecordedOperation;
  /** What goes in and comes out is not shown. */
  readonly sensitive?: true;
}

export interface SleepRequested extends Requested {
  readonly kind: 'sleep';
  readonly dueAtMs: number;
}

export interface ReceiveRequested extends Requested {
  readonly kind: 'receive';
}

/** A callback was made. Its token follows from what is recorded here and from the run's seed. */
export interface CallbackRequested extends Requested {
  readonly kind: 'callback';
  /** When its token expires. Absent: never. */
  readonly expiresAtMs?: number;
  /** A value is checked by a schema. */
  readonly hasSchema?: true;
  /** Where the HTTP API took callbacks without credentials then. Absent: nowhere. */
  readonly publicUrl?: string;
}

export type RecordedCommand = StepRequested | SleepRequested | ReceiveRequested | CallbackRequested;

/** The code asked `patched` for the first time, at the journal's end: from here on this run takes the new branch. */
export interface PatchApplied {
  readonly kind: 'patched';
  readonly patch: string;
}

/** What the code did in answer to one event: a command that it issued, a patch that it applied, or values that it wrote. */
export type CommandEntry = RecordedCommand | PatchApplied | WriteRequested;

/** The first event of every run. */
export interface Started {
  readonly kind: 'started';
  readonly atMs: number;
  /** The version of the code that took the first turn. */
  readonly version: string;
  /**
   * A secret that cannot be guessed: the run's random numbers and the idempotency keys of its steps follow from it.
   * Journals of before there were seeds have none: there they follow from the run's id.
   */
  readonly seed?: string;
  /** Those limits of its code that differ from DEFAULT_RUN_LIMITS: they stay the run's own, whatever is set later (I4). */
  readonly limits?: Partial<RunLimits>;
  /** When the run's time is up. Absent: never, or, in a journal of before, when the timer is due that its first command is. */
  readonly deadlineAtMs?: number;
  /**
   * Of a link after the first: message ids of the signals that no code of the link before has received. They come again
   * after this entry, in this order. Absent: none.
   */
  readonly carries?: readonly string[];
  /** Of a link after the first: children that were open, and what becomes of each when the run ends. Absent: none. */
  readonly children?: Readonly<Record<string, OnParentClose>>;
  /** Of a link after the first: how much is in the streams of the run. Absent: nothing. */
  readonly streams?: StreamUses;
  /** Of a fork: which commands other runs have recorded, in the order of their positions. Absent: none. */
  readonly forks?: readonly Fork[];
  /** The pool in which the run has a place until its end. Absent: it needs none. */
  readonly pool?: string;
}

/** A part of the journal that another run has recorded. */
export interface Fork {
  /** The run, and the link of it, that has recorded the commands before `at`, and after those of the fork before. */
  readonly runId: string;
  /** Absent: the first. */
  readonly link?: number;
  /** The first command that is not of that run. */
  readonly at: CommandId;
  /** Takes the place of `seed` from that command on. */
  readonly seed: string;
}

/** An event of a step, with what may be sensitive. */
interface OfSensitiveStep {
  /** Its step is: the value or the error is not shown. */
  readonly sensitive?: true;
}

export interface StepCompleted extends OfSensitiveStep {
  readonly kind: 'step-completed';
  readonly id: CommandId;
  readonly atMs: number;
  readonly value: Encoded;
}

/** The step has failed for good: `error` is what its awaiter gets, a StepFailedError. */
export interface StepFailed extends OfSensitiveStep {
  readonly kind: 'step-failed';
  readonly id: CommandId;
  readonly atMs: number;
  readonly error: Encoded;
}

/** An attempt has failed, and another one follows. */
export interface StepRetrying extends OfSensitiveStep {
  readonly kind: 'step-retrying';
  readonly id: CommandId;
  readonly atMs: number;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly error: Encoded;
  readonly retryAtMs: number;
}

/** The details of a heartbeat, kept for later attempts. Not every heartbeat is recorded. */
export interface StepHeartbeat extends OfSensitiveStep {
  readonly kind: 'step-heartbeat';
  readonly id: CommandId;
  readonly atMs: number;
  readonly details: Encoded;
}

export interface SleepCompleted {
  readonly kind: 'sleep-completed';
  readonly id: CommandId;
  readonly atMs: number;
}

/** What came from outside. */
interface FromOutside {
  readonly messageId: string;
  readonly atMs: number;
  /** It was accepted, and came when no code took it any more: after the end, or with the request to terminate. */
  readonly unread?: true;
}

export interface SignalReceived extends FromOutside {
  readonly kind: 'signal-received';
  readonly name: string;
  readonly payload: Encoded;
}

interface OfCallback extends FromOutside {
  /** The position of the callback's command, for which the code may not have asked yet. */
  readonly id: CommandId;
  readonly name: string;
  /** The link of the run that made it. Absent: the first. */
  readonly link?: number;
}

export interface CallbackCompleted extends OfCallback {
  readonly kind: 'callback-completed';
  readonly value: Encoded;
}

export interface CallbackFailed extends OfCallback {
  readonly kind: 'callback-failed';
  readonly error: Encoded;
}

/** The work on it goes on. */
export interface CallbackHeartbeat extends OfCallback {
  readonly kind: 'callback-heartbeat';
  readonly details: Encoded;
}

export interface UpdateReceived extends FromOutside {
  readonly kind: 'update-received';
  readonly name: string;
  readonly args: Encoded;
}

export interface CancelRequested extends FromOutside {
  readonly kind: 'cancel-requested';
  readonly reason: string;
}

/** Another run has ended, of which this run is the parent, or which it watches. */
export interface RunEnded extends FromOutside {
  readonly kind: 'run-ended';
  readonly runId: string;
  readonly workflow: string;
  readonly status: ClosedStatus;
  /** The result, the error, or the reason. */
  readonly value: Encoded;
}

/** Ends the run at once; no workflow code sees it, but for the undos of its steps. */
export interface TerminateRequested extends FromOutside {
  readonly kind: 'terminate-requested';
  readonly reason: string;
  /** The steps that have completed are undone before the run ends. */
  readonly undo?: true;
}

/** The journal came to a limit: the code is asked to stop, as if it were cancelled, and the run fails by that (I10). */
export interface LimitReached {
  readonly kind: 'limit-reached';
  readonly atMs: number;
  /** The setting, as in `maxJournalEvents`. */
  readonly limit: string;
  /** The reason that the code gets. */
  readonly reason: string;
}

/** The run's time is up: the code is asked to stop, as if it were cancelled, and the run fails by that. */
export interface DeadlinePassed {
  readonly kind: 'deadline-passed';
  readonly atMs: number;
  /** The reason that the code gets. */
  readonly reason: string;
}

/** The code is stopped for good, by an error that it can take no more; its steps are undone, and the run fails by that error. */
export interface CodeStopped {
  readonly kind: 'code-stopped';
  readonly atMs: number;
  readonly error: Encoded;
}

/** The run continues as new: this link of it is over, and the next one has a journal of its own. The last event of a link. */
export interface Continued {
  readonly kind: 'continued';
  readonly atMs: number;
  /** Of the next link. */
  readonly input: Encoded;
  /** Message ids of the signals that no code has received, in the order of their delivery. */
  readonly carries: readonly string[];
}

/**
 * The run had failed, and goes on from the step that failed: entries behind `keeps`, before this one, do not stand any
 * more. Their messages come again after it, and so do the ends of steps that were asked for before.
 */
export interface Retried {
  readonly kind: 'retried';
  readonly atMs: number;
  /** From 1, in each journal. */
  readonly number: number;
  /** So many entries of the journal, from its first one. */
  readonly keeps: number;
  /** What the run had failed with, in short. */
  readonly reason: string;
  /** When the time of the run is up now. Absent: never. */
  readonly deadlineAtMs?: number;
  /** Children that had failed, and that were tried again with it: their ends come anew. Absent: none. */
  readonly children?: readonly string[];
  /** How much is in the streams of the run, by entries that do not stand any more too. Absent: nothing. */
  readonly streams?: StreamUses;
  /** The pool in which the run has a place from here to its end. Absent: it needs none. */
  readonly pool?: string;
}

/**
 * What stands before was recorded by another run, up to the command of that position. Entries behind `keeps` are what had
 * come meanwhile for commands before: it comes again after this entry.
 */
export interface Forked {
  readonly kind: 'forked';
  readonly atMs: number;
  /** So many entries of the journal, from its first one. */
  readonly keeps: number;
  readonly runId: string;
  /** Absent: the first. */
  readonly link?: number;
  /** The step before which the other run was forked, as in `charge#3`. */
  readonly before: string;
}

/**
 * The fence of a takeover: the worker before this one died, or lost its lease, while steps may have been running. Or a
 * worker blocked the run while it was running them.
 */
export interface TakenOver {
  readonly kind: 'taken-over';
  readonly atMs: number;
  /** The steps whose bodies the lost worker had begun, where it wrote that down. Absent: any may have been running. */
  readonly begun?: readonly CommandId[];
}

/** The code goes on with nothing else in its worker, since earlier workers were lost. */
export interface TakenAlone {
  readonly kind: 'taken-alone';
  readonly atMs: number;
  /** The version of that code: if its worker is lost too, other code is tried before the run is blocked. */
  readonly version: string;
}

/**
 * A worker that is alone with the run is about to begin the bodies of these steps. None: its turn ends in an error that is
 * not the code's, so that the worker does not count as lost in it.
 */
export interface StepsBegun {
  readonly kind: 'steps-begun';
  readonly atMs: number;
  readonly ids: readonly CommandId[];
}

/** The worker's invocation came to its end while the body was running: it is begun again, and no attempt is used up. */
export interface StepInterrupted {
  readonly kind: 'step-interrupted';
  readonly id: CommandId;
  readonly atMs: number;
}

export type JournalEvent =
  | Started
  | StepCompleted
  | StepFailed
  | StepRetrying
  | StepHeartbeat
  | StreamWritten
  | SleepCompleted
  | SignalReceived
  | UpdateReceived
  | RunEnded
  | CallbackCompleted
  | CallbackFailed
  | CallbackHeartbeat
  | CancelRequested
  | TerminateRequested
  | LimitReached
  | DeadlinePassed
  | CodeStopped
  | Continued
  | Retried
  | Forked
  | TakenOver
  | TakenAlone
  | StepsBegun
  | StepInterrupted;

export type JournalEntry = CommandEntry | JournalEvent;

/** Says whether an entry ends the run at once, with none of its code. */
export function isPlainTerminate(entry: JournalEntry): entry is TerminateRequested {
  return entry.kind === 'terminate-requested' && entry.undo !== true;
}

/** Says whether an event is of the workers and callers alone: no code sees it. */
export function isOfWorkers({ kind }: JournalEntry): boolean {
  return OF_WORKERS.has(kind);
}

const OF_WORKERS: ReadonlySet<JournalEntry['kind']> = new Set([
  'taken-over',
  'taken-alone',
  'steps-begun',
  'retried',
  'forked',
]);

const COMMANDS: ReadonlySet<JournalEntry['kind']> = new Set(['step', 'sleep', 'receive', 'callback']);

/** Says whether an entry is a command of the code's, and not an event. */
export function isRecordedCommand(entry: JournalEntry): entry is RecordedCommand {
  return COMMANDS.has(entry.kind);
}

/** Says whether an entry is what the code issued, and not an event. */
export function isCommandEntry(entry: JournalEntry): entry is CommandEntry {
  return entry.kind === 'patched' || entry.kind === 'write' || isRecordedCommand(entry);
}
