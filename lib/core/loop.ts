/**
 * The event loop of the run whose code is running, as `api` sees it: asyncio's loop, as a record of its parts. The
 * scheduler implements them.
 *
 * Which loop is current is the one variable that changes in the pure zone. Workflow code runs without a gap between
 * two awaits, so a plain variable, set around it, is exact. It is a property of the global object, so that two copies
 * of this module in one bundle share it.
 */
import type { AttributeChanges } from './attributes.ts';
import type { Awaitable, Coroutine } from './awaitable.ts';
import type { CallSite } from './call-site.ts';
import type { CallbackCommand, DurableCommand } from './command.ts';
import { WorkflowCodeError } from './errors.ts';
import type { Encoded } from './encoded.ts';
import type { EndedRun } from './ended-run.ts';
import type { ADD_WATCHER, Future } from './future.ts';
import type { Job, Watcher } from './job.ts';
import type { LogLevel } from './logger.ts';
import type { RunInfo } from './run-info.ts';
import type { MessageHandlers } from './message-handlers.ts';
import { mayChange } from './reading.ts';
import type { Task } from './task.ts';

export interface Loop {
  readonly info: RunInfo;
  readonly clock: RunClock;
  readonly random: RandomSource;
  readonly log: RunLog;
  readonly ready: ReadyJobs;
  readonly tasks: Tasks;
  readonly failures: FailedFutures;
  readonly commands: Commands;
  readonly callbacks: Callbacks;
  readonly continuation: Continuation;
  readonly signals: Signals;
  readonly runEnds: RunEndings;
  readonly values: Values;
  readonly patches: PatchAnswers;
  readonly awaitables: Awaitables;
  readonly predicates: Predicates;
  readonly handlers: MessageHandlers;
  readonly display: Display;
  readonly streams: StreamWrites;
  /** Undefined in a run that only goes on. */
  readonly awaits: Awaits | undefined;
}

export interface RunClock {
  /** The run's own time: that of the event delivered last. Epoch milliseconds. */
  nowMs(): number;
}

export interface RandomSource {
  /** 0 <= x < 1, from the run's own seed. */
  next(): number;
}

export interface RunLog {
  write(level: LogLevel, values: readonly unknown[]): void;
}

export interface ReadyJobs {
  /** asyncio's `call_soon`. */
  enqueue(job: Job): void;
  /** asyncio's `call_later(0, ...)`: after everything that is ready now or becomes ready in this round. */
  enqueueNextRound(job: Job): void;
}

export interface Tasks {
  /** A shielded task cannot be cancelled; the end of the run does not cancel what it creates until it is done. */
  create<T>(awaitable: Awaitable<T>, options?: { name?: string; isShielded?: boolean }): LoopTask<T>;
  /** Undefined in a callback. */
  current(): LoopTask<unknown> | undefined;
  /** All tasks that are not done, in the order in which they were created. */
  all(): Set<LoopTask<unknown>>;
  /** For messages: `in task "Task-1", after step "charge"`. */
  codeLocation(): string;
}

/** A task, with what only combinators may do with it. */
export interface LoopTask<T> extends Task<T> {
  [ADD_WATCHER](watcher: Watcher): void;
  /** Cancels on behalf of a timeout or a task group in the task's own code: a shield does not keep that away. */
  cancelFromInside(): void;
  /** Takes such a request back; returns how many requests of either kind are left. */
  uncancelFromInside(): number;
  /** Throws an open request to cancel once more, at the next await: an error has taken its place. */
  cancelAgain(): void;
}

/** Futures that failed and whose error nothing has taken yet. */
export interface FailedFutures {
  add(future: Future<unknown>): void;
  delete(future: Future<unknown>): void;
}

export interface Commands {
  /** Issues a durable command. Cancelling the future withdraws it. */
  begin(command: DurableCommand): Future<unknown>;
}

export interface Continuation {
  /** The input of a next link in stored form, checked as that of a start is. */
  prepare(input: unknown): Encoded;
  /** Lets the body be left, and the run continue with that input. The future never has a result. */
  begin(input: Encoded): Future<never>;
}

export interface Callbacks {
  /** Issues the command of a callback. Cancelling its future withdraws it. */
  begin(command: CallbackCommand, target: CallbackTarget): BegunCallback;
}

/** What hears of heartbeats, and knows which values will do. */
export interface CallbackTarget {
  /** Throws an InvalidInputError for a value that its schema refuses. */
  check(value: unknown): void;
  heartbeat(details: unknown): void;
}

export type BegunCallback =
  /** `publicUrl`: of the API where callbacks are completed, if it lets in everybody. */
  | {
      readonly kind: 'begun';
      readonly future: Future<unknown>;
      readonly token: string;
      readonly publicUrl: string | undefined;
    }
  /** There are too many commands: the future has the error. */
  | { readonly kind: 'refused'; readonly future: Future<unknown> };

export interface Signals {
  /** Takes the next buffered signal of that name; `{ found: false }` if there is none. */
  take(name: string): { readonly found: true; readonly payload: unknown } | { readonly found: false };
  /** How many signals of that name are buffered. */
  count(name: string): number;
  /** Wakes the next receiver of that name, after one that was woken and cannot take its signal. */
  wakeNext(name: string): void;
}

/** The ends of other runs. */
export interface RunEndings {
  /** Done when the run of that id has ended, and this run has learned of it. */
  wait(runId: string): Future<EndedRun>;
}

/** Values on their way out of the run, at the call that sends them. */
export interface Values {
  /** `what` names the value in the UnserializableValueError of one that cannot be stored. */
  encode(value: unknown, what: string): Encoded;
  /** The same for what was thrown, which always can be stored: in part, if there is no other way. */
  encodeError(thrown: unknown, what: string): Encoded;
  /** The same for what is to be recorded, and may be the input of a next link: a PayloadTooLargeError if it is too large. */
  encodeToKeep(value: unknown, what: string): Encoded;
  /** The value, made anew. */
  decode(encoded: Encoded): unknown;
}

export interface PatchAnswers {
  /** Whether this run takes the new branch. */
  patched(patch: string): boolean;
  /** Blocks a run that took the old branch, which the code no longer has. */
  deprecate(patch: string): void;
}

export interface Awaitables {
  /** Whether `where` is asked for: a run that only goes on has no use for it until something was forgotten. */
  readonly keepsCallSites: boolean;
  /**
   * Remembers an awaitable until it is awaited. An eager one (`gather`) runs without being awaited, and only its result
   * is lost.
   */
  created(awaitable: object, what: string, where?: CallSite, options?: { readonly isEager: boolean }): void;
  awaited(awaitable: object): void;
  /** Marks what is given to a task or a block as awaited. A coroutine that was given away before is an error. */
  consume(awaitable: object): void;
}

/** The tasks that wait until a predicate holds, in the order in which they began to wait. */
export interface Predicates {
  /** Whether none is in line, and none has gone on since the run was last at rest. */
  mayGoOnAtOnce(): boolean;
  /** The task that runs goes on, since its predicate holds. */
  wentOn(): void;
  join(predicate: () => unknown): WaitingPredicate;
  /** It was called, and its predicate holds no more: it keeps its place. */
  waitOn(waiter: WaitingPredicate): void;
  leave(waiter: WaitingPredicate): void;
}

export interface WaitingPredicate {
  /** Done when the task is to ask again. */
  readonly called: Future<void>;
  /** What the predicate threw when it was asked. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** Learns what tasks wait for, and where. */
export interface Awaits {
  /** The author has made a call that can be awaited, such as `queue.get()`. */
  made(awaitable: object, what: string, where: CallSite | undefined): void;
  /** The coroutine of such a call, which is awaited now. */
  during<T>(awaitable: object, coroutine: Coroutine<T>): Coroutine<T>;
  /** The code that runs awaits a future. */
  awaited(): void;
  /** The future is done when these are, or some of them. */
  dependsOn(future: Future<unknown>, parts: Iterable<Future<unknown>>): void;
}

/** What the run writes to its streams. */
export interface StreamWrites {
  /** Throws a PayloadTooLargeError, or a WorkflowCodeError `STREAM_FULL`. */
  write(name: string, value: Encoded): void;
}

/** What the run shows of itself. */
export interface Display {
  /** What cannot be stored, or is too large, is an error. */
  setStatus(value: unknown): void;
  /** Checked, but for their size. */
  setAttributes(changes: AttributeChanges): void;
}

const SLOT = Symbol.for('lull.loop');
const slot = globalThis as { [SLOT]?: Loop | undefined };

/**
 * The loop of the run whose code is running right now, for a call that may change the run: code that may only read is
 * refused. `call` names the caller for the error.
 */
export function currentLoop(call: string): Loop {
  const loop = currentLoopToRead(call);
  mayChange(call);
  return loop;
}

/** The same, for a call that changes nothing. */
export function currentLoopToRead(call: string): Loop {
  const loop = slot[SLOT];
  if (loop === undefined) {
    throw new WorkflowCodeError(
      'NOT_IN_A_RUN',
      `${call} was called where no run is going on: it belongs in a workflow, called by the engine ` +
        `(not in a step's body, a module's top level, or a callback of setTimeout)`,
    );
  }
  return loop;
}

/** Refuses a call on an object of another run, and any call outside of a run: no replay would repeat it. */
export function checkOwnLoop(loop: Loop, call: string): void {
  if (currentLoop(call) === loop) return;
  throw new WorkflowCodeError(
    'NOT_IN_A_RUN',
    `${call} was called on an object that was made in another run: it holds state of that run alone. ` +
      `Make it inside the workflow, not in a variable of the module`,
  );
}

/** The current loop, or undefined outside of a run. */
export function currentLoopOrNone(): Loop | undefined {
  return slot[SLOT];
}

/** Runs code of the run with its loop current. */
export function withLoop<T>(loop: Loop, code: () => T): T {
  const before = slot[SLOT];
  slot[SLOT] = loop;
  try {
    return code();
  } finally {
    slot[SLOT] = before;
  }
}
