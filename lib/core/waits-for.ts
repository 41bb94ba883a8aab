/** What a run waits for, as data that goes over the wire. The tasks of a run are a tree: of each, those that its code has created. */

import type { TaskFrame } from './task-frame.ts';

/** What all await points have. */
interface AwaitBase {
  /** Since when it is waited for. */
  readonly since?: Date;
  /** When it is over at the latest: by its own time, or by a time limit around it. */
  readonly until?: Date;
}

/** The last heartbeat that is recorded. Not every heartbeat is. */
export interface LastHeartbeat {
  readonly at: Date;
  readonly details?: unknown;
}

/** A step that has no result yet. */
export interface StepAwait extends AwaitBase {
  readonly kind: 'step';
  readonly name: string;
  readonly stepId: string;
  readonly key?: string;
  /** Of a step that the engine carries out: what it does, to which other run or function. */
  readonly operation?: { readonly kind: string; readonly runId?: string; readonly functionName?: string };
  /** The attempt that is made now, or comes next, from 1. */
  readonly attempt: number;
  /** When that comes, where it is to wait. */
  readonly retryAt?: Date;
  /** What the attempt before failed with, as in `Error: busy`. Not of a sensitive step. */
  readonly lastError?: string;
  readonly heartbeat?: LastHeartbeat;
}

/** A time. `name` is the call that waits for it: `sleep`, `poll`, ... */
export interface SleepAwait extends AwaitBase {
  readonly kind: 'sleep';
  readonly name: string;
  readonly until: Date;
}

/** A signal that is to be received. */
export interface SignalAwait extends AwaitBase {
  readonly kind: 'signal';
  readonly name: string;
}

/** A callback that is to be completed. */
export interface CallbackAwait extends AwaitBase {
  readonly kind: 'callback';
  readonly name: string;
  readonly heartbeat?: LastHeartbeat;
}

/** The end of another run, mostly a child. */
export interface RunAwait extends AwaitBase {
  readonly kind: 'run';
  readonly runId: string;
}

/** Another task of the run. */
export interface TaskAwait extends AwaitBase {
  readonly kind: 'task';
  readonly taskId: string;
  readonly name: string;
}

/** Something that other tasks of the run do: release a lock, put into a queue, set an event. */
export interface CallAwait extends AwaitBase {
  readonly kind: 'call';
  /** As in `lock.acquire()`; of a future: `a future`. */
  readonly call: string;
}

/** One thing that is waited for. */
export type AwaitPoint = StepAwait | SleepAwait | SignalAwait | CallbackAwait | RunAwait | TaskAwait | CallAwait;

/** A task, with what it waits for. */
export interface WaitingTask {
  /** `1` is the workflow's body. */
  readonly id: string;
  readonly name: string;
  /** Several where it waits for one or all of them. Empty: it goes on now. */
  readonly awaits: readonly AwaitPoint[];
  /** The calls that it is in, as the author wrote them, the outermost first: `timeout()`, `gather()`. */
  readonly calls: readonly string[];
  /** The line of the author's code at which it waits, as in `checkout.ts:12:5`. Absent where the platform cannot say. */
  readonly at?: string;
  /** The lines that have called that one, the innermost first. */
  readonly calledFrom?: readonly string[];
  /**
   * The generator functions in which it waits, the innermost first, with the variables that they still need: where `locals` were
   * asked for, of code that was compiled for frames.
   */
  readonly frames?: readonly TaskFrame[];
  /** The tasks that its code has created and that have not ended. */
  readonly tasks: readonly WaitingTask[];
}

/** What a run waits for. */
export type WaitsFor =
  | {
      /** The run's code was replayed for it. */
      readonly from: 'code';
      readonly tasks: readonly WaitingTask[];
      /** How many tasks are left out: at most 1,000 are shown. */
      readonly omitted?: number;
    }
  | {
      /** The journal alone says it. Some of it the code may have given up: a timer whose race is over, say. */
      readonly from: 'journal';
      readonly awaits: readonly AwaitPoint[];
      /** How many are left out: at most 1,000 are shown. */
      readonly omitted?: number;
      /** Why the code was not asked. */
      readonly because: string;
    };
