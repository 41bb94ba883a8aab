/**
 * A run in memory: its coroutines, to which events are delivered. The interface between the scheduler and its driver.
 *
 * Today every live run begins at the start and gets the whole journal. A snapshot may replace the head of the journal
 * one day: nothing here says where a coroutine came from.
 */
import type { Coroutine } from '../core/awaitable.ts';
import type { CallbackClaims } from '../core/callback.ts';
import type { SleepCommand, StepCommand } from '../core/command.ts';
import type { Encoded } from '../core/encoded.ts';
import type { LogLevel } from '../core/logger.ts';
import type { CallbackTarget, RandomSource } from '../core/loop.ts';
import type { RunInfo } from '../core/run-info.ts';
import type { RunLimits } from '../core/run-limits.ts';
import type { StreamsOfRun } from '../core/stream-uses.ts';
import type { TaskFrame } from '../core/task-frame.ts';
import type { TaskState } from '../core/task-state.ts';
import type { Shown } from './shown-by-code.ts';
import type { CallbackRequested, CommandEntry, CommandId, JournalEvent } from '../journal/event.ts';

/** A command that is issued and neither completed nor withdrawn. */
export interface PendingStep {
  readonly kind: 'step';
  readonly id: CommandId;
  readonly command: StepCommand;
  /** When it was issued, or the run was tried again, in the run's own time: its total timeout counts from here. */
  requestedAtMs: number;
  /** Attempts that ended in an error, from the journal. */
  failedAttempts: number;
  /** How often a worker was lost (`taken-over`) while this step may have been running. */
  interruptions: number;
  /** Its body may have run before the run was tried again. Its attempts are counted anew. */
  wasTried: boolean;
  /** How often the end of a worker's invocation has cut its body off (`step-interrupted`). */
  cutOffs: number;
  /** No attempt before this time; 0 if at once. */
  retryAtMs: number;
  lastHeartbeat: Encoded | undefined;
}

export interface PendingSleep {
  readonly kind: 'sleep';
  readonly id: CommandId;
  readonly command: SleepCommand;
  /** The time that the journal has, where the command was recorded before; else the command's. */
  readonly dueAtMs: number;
}

export interface PendingReceive {
  readonly kind: 'receive';
  readonly id: CommandId;
  readonly name: string;
}

export interface PendingCallback {
  readonly kind: 'callback';
  readonly id: CommandId;
  readonly name: string;
  readonly target: CallbackTarget;
}

export type Pending = PendingStep | PendingSleep | PendingReceive | PendingCallback;

export type Outcome =
  | { readonly kind: 'going-on' }
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Its next link has this input. */
  | { readonly kind: 'continued'; readonly input: Encoded }
  | { readonly kind: 'cancelled'; readonly error: unknown } // its body ended so after a request to cancel
  | { readonly kind: 'terminated'; readonly error: unknown }; // after a request to terminate and to undo

/** The run would have had to say where its code made something, and did not keep that: see `keepsCallSites`. */
export interface LackOfCallSites {
  /** Lines that the delivery had written before. */
  readonly linesWritten: number;
}

export interface LiveRun {
  /**
   * Delivers one event and runs until nothing can move. Returns the patches that the code applied meanwhile and the
   * commands that it issued, in order, as they are to be recorded. Commands withdrawn within the same delivery are
   * among them (they keep their position) but not in `pending`. An event for a command that is not pending is an
   * InvariantError. Throws NondeterminismError if the code has no branch for this run (`deprecatePatch`).
   *
   * `recordedUpTo` is for `taken-over` alone: the last command that the journal had before the fence. Later ones were
   * not running when the worker was lost (I3). Replay passes it; default: all.
   */
  deliver(event: JournalEvent, recordedUpTo?: CommandId): CommandEntry[];
  /**
   * What was delivered last does not count, and the run is of no use any more: one with call sites takes its place, which
   * is given the same events.
   */
  lackOfCallSites(): LackOfCallSites | undefined;
  /** By id, in order of issue. */
  readonly pending: ReadonlyMap<CommandId, Pending>;
  /** Grows when a command is pending no more although no event has ended it. */
  withdrawals(): number;
  outcome(): Outcome;
  /** Whether steps are being undone, or would be if the run failed now. */
  undos(): 'none' | 'to-come' | 'under-way';
  /** When the run's time is up; undefined if it has no limit, has ended, or its code was asked to stop for it. */
  deadlineAtMs(): number | undefined;
  /** Signals that no code has received yet. */
  unreadSignals(): number;
  /** Their message ids, in the order in which they were delivered. */
  unreadSignalIds(): readonly string[];
  /** That of the workflow; undefined before the run is begun. */
  bodyCoroutine(): object | undefined;
  /** Tasks that are alive, the workflow's own among them. */
  taskCount(): number;
  /** The run's own time: never goes back. */
  nowMs(): number;
  random(): number;
  /** The queries that have a handler, in alphabetical order. */
  queryNames(): readonly string[];
  /**
   * What the handler of that query returns, which there must be; throws what it throws. Changes nothing: a handler that
   * tries to is a WorkflowCodeError `READ_ONLY`.
   */
  askQuery(name: string, args: unknown): unknown;
  /** What the code has set with `setStatus` and `setAttributes`; undefined if it has set nothing. */
  shown(): Shown | undefined;
  /** How much is in its streams, as of the events that were delivered, with what its code has written since. */
  readonly streams: StreamsOfRun;
  /** Throws an InvalidInputError if the value does not fit the schema of that callback, which is pending. Changes nothing. */
  checkCallback(id: CommandId, value: unknown): unknown;
  /** Whether an update of that name can be delivered: it has a handler, and the workflow's body goes on. */
  handlesUpdate(name: string): boolean;
  /**
   * Throws if that update, for which there is a handler, is refused: what its validator throws, an InvalidInputError, or a
   * WorkflowCodeError `TOO_MANY_TASKS`. Changes nothing.
   */
  checkUpdate(name: string, input: unknown): void;
  /** As `tracesAwaits`, of a run that was restored. */
  traceAwaits(): void;
  /** What its tasks wait for, in the order in which they were created. None without `tracesAwaits`. */
  taskStates(atMost: number): readonly TaskState[];
  /**
   * The same tasks, by id: in which of the author's generator functions each is, with their variables. Empty where the code was
   * not compiled. `secrets`: what sensitive steps gave; what they were given is known here.
   */
  taskFrames(atMost: number, secrets: readonly unknown[]): ReadonlyMap<string, readonly TaskFrame[]>;
  /** The position of the command that was issued last; 0 if none was. */
  lastCommandId(): CommandId;
  /** Where the code is, for error messages: `after step "charge"`, `before its first await`. */
  codeLocation(): string;
}

/** What is recorded of a callback, beside its name. */
export type CallbackRecord = Pick<CallbackRequested, 'expiresAtMs' | 'hasSchema' | 'publicUrl'>;

export interface CallbackHost {
  /** The token of a callback of this run. */
  token(claims: Omit<CallbackClaims, 'runId' | 'link'>): string;
  /** Where the API takes callbacks without credentials; undefined for nowhere. */
  readonly publicUrl: string | undefined;
  /** What the journal has of a callback at that position, if it has one: it replaces what the code says now. */
  recorded(id: CommandId): CallbackRecord | undefined;
}

export interface LiveRunOptions {
  readonly info: RunInfo;
  /** Makes the coroutine of the workflow's body; called at `started`. */
  readonly body: () => Coroutine<unknown>;
  /** The run's own random numbers: the same in the same order at each replay. */
  readonly random: RandomSource;
  /** Options for steps that set none of their own. */
  readonly stepDefaults?: StepCommand['options'];
  /** The time that the journal has for a sleep of that position, if it has one: it replaces the command's. */
  recordedDueAtMs(id: CommandId): number | undefined;
  /** The input of a next link, checked and in stored form. Default: there can be none. */
  readonly nextInput?: (input: unknown) => Encoded;
  /** The stored form of what code keeps for its next link. Default: it keeps nothing. */
  readonly encodeToKeep?: (value: unknown, what: string) => Encoded;
  /** Which link of its run it is: callbacks of others are not its own. Default: the first. */
  readonly link?: number;
  /** What the host does for callbacks. Default: there can be none. */
  readonly callbacks?: CallbackHost;
  /** Steps that another run has completed, of which this one is a fork: they are not this run's to undo. Default: none. */
  readonly doneByOther?: ReadonlySet<CommandId>;
  /** The patches that the journal has. Default: none. */
  readonly recordedPatches?: ReadonlySet<string>;
  /** Whether the events that are delivered now were delivered before. Default: never. */
  readonly isReplaying?: () => boolean;
  decode(encoded: Encoded): unknown;
  /** Refuses what cannot be stored, and names it: `what`. */
  encode(value: unknown, what: string): Encoded;
  /** Throws what keeps a value from being the run's result. Default: nothing does. */
  readonly checkResult?: (value: unknown) => void;
  /** The same for what was thrown: it never throws. */
  encodeError(thrown: unknown, what: string): Encoded;
  /** An id for a run that the step of that position starts: the same at each replay, and nothing can guess it. */
  newRunId(id: CommandId): string;
  /** What is recorded of a step's arguments; undefined if there are none. */
  digestArguments(args: readonly unknown[]): string | undefined;
  log(level: LogLevel, values: readonly unknown[]): void;
  /** What the code may have alive, and do, at once (I10): the limits with which the run was started. */
  readonly limits?: Partial<RunLimits>;
  /** A coroutine that is never awaited fails the task that created it (true), or is a warning in the log (false). */
  readonly strict: boolean;
  /**
   * Keeps where the code made each thing that can be awaited, for messages about what was forgotten. V8 takes longer for that
   * than all else that a replay does for a step. Default: true.
   */
  readonly keepsCallSites?: boolean;
  /** Remembers what each task waits for and at which line, for `taskStates`. Default: false. */
  readonly tracesAwaits?: boolean;
}
