/**
 * The event loop of the run that is going on, as `api` sees it: asyncio's loop, named in the few calls that plain
 * functions need. The scheduler implements it.
 *
 * Which loop is current is the one variable that changes in the pure zone. Workflow code runs without a gap between
 * two awaits, so a plain variable, set around it, is exact. It hangs on the global object, so that two copies of this
 * module in one bundle share it.
 */
import type { Awaitable } from './awaitable.ts';
import type { CallSite } from './call-site.ts';
import type { DurableCommand } from './command.ts';
import { WorkflowCodeError } from './errors.ts';
import type { Future } from './future.ts';
import type { LogLevel } from './logger.ts';
import type { RunInfo } from './run-info.ts';
import type { Task } from './task.ts';

export interface Loop {
  readonly runInfo: RunInfo;
  /** The run's own time: that of the event delivered last. Epoch milliseconds. */
  nowMs(): number;
  /** From the run's own seed: 0 <= x < 1. */
  random(): number;
  log(level: LogLevel, values: readonly unknown[]): void;
  /** Whether this run takes the new branch. */
  patched(patch: string): boolean;
  /** The old branch is gone: a run that took it is held. */
  deprecatePatch(patch: string): void;
  /** asyncio's `call_soon`. */
  callSoon(callback: () => void): void;
  /** asyncio's `call_later(0, ...)`: after all that is ready now and gets ready in this round. */
  callNextRound(callback: () => void): void;
  /** One that is shielded cannot be cancelled, nor can what it creates be by the end of the run, until it is done. */
  createTask<T>(awaitable: Awaitable<T>, options?: { name?: string; isShielded?: boolean }): Task<T>;
  /** By a timeout or a task group in the task's own code: what is shielded is so against others only. */
  cancelFromInside(task: Task<unknown>): void;
  /** Takes such a request back; gives how many of whatever kind are left. */
  uncancelFromInside(task: Task<unknown>): number;
  /** A request that still stands is thrown once more, at the next await: an error has taken its place. */
  cancelAgain(task: Task<unknown>): void;
  currentTask(): Task<unknown> | undefined;
  /** All that are not done, in the order in which they were created. */
  allTasks(): Set<Task<unknown>>;
  /** Asks for a durable operation now. Cancelling the future withdraws it. */
  begin(command: DurableCommand): Future<unknown>;
  /** A future has failed, and nothing has taken its error yet; `seen` forgets it. */
  failed(future: Future<unknown>): void;
  seen(future: Future<unknown>): void;
  /**
   * Remembers an awaitable until it is awaited; `awaited` forgets it. An eager one (`gather`) runs without being
   * awaited, and only its result is lost.
   */
  created(awaitable: object, what: string, where?: CallSite, options?: { readonly isEager: boolean }): void;
  awaited(awaitable: object): void;
  /** The same for what is handed to a task or a block: a coroutine that was handed over before is an error. */
  consume(awaitable: object): void;
  /** The next buffered signal of that name, taken; `{ found: false }` if there is none. */
  takeSignal(name: string): { readonly found: true; readonly payload: unknown } | { readonly found: false };
  /** How many signals of that name are buffered. */
  pendingSignals(name: string): number;
  /** Wakes the next receiver of that name, for one that was woken and cannot take its signal. */
  wakeReceiver(name: string): void;
}

const SLOT = Symbol.for('lull.loop');
const slot = globalThis as { [SLOT]?: Loop | undefined };

/** The loop of the run whose code is running right now. `call` names the caller for the error. */
export function currentLoop(call: string): Loop {
  const loop = slot[SLOT];
  if (loop === undefined) {
    throw new WorkflowCodeError(
      'NOT_IN_A_RUN',
      `${call} was called where no run is going on: it belongs into a workflow, called by the engine ` +
        `(not into a step's body, a module's top level, or a callback of setTimeout)`,
    );
  }
  return loop;
}

/** Refuses a call on what belongs to another run, and any call outside of a run: no replay would repeat it. */
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
