/** What a task of a run at rest waits for, as its code says it. Times are epoch milliseconds, places as in `checkout.ts:12:5`. */

import type { TaskFrame } from './task-frame.ts';

/** One thing that a task waits for: a command of the run, another task, or the end of another run. */
export type WaitedFor =
  | { readonly kind: 'command'; readonly id: number }
  | { readonly kind: 'task'; readonly id: string }
  | { readonly kind: 'run'; readonly runId: string };

export interface TaskState {
  readonly id: string;
  readonly name: string;
  /** The task in whose code it was created. Undefined: that of the workflow's body, and the handlers of updates. */
  readonly parentId: string | undefined;
  /** Undefined: it does not wait, its code has not gone on yet. */
  readonly sinceMs: number | undefined;
  /** Empty: it waits for something that other tasks do, such as to release a lock. */
  readonly waitsFor: readonly WaitedFor[];
  /** The calls that its code is in, as the author wrote them, the outermost first: `timeout()`, `lock.acquire()`. */
  readonly calls: readonly string[];
  /** The lines of the author's code in which it waits, the innermost first. Empty where the platform cannot say. */
  readonly lines: readonly string[];
  /** Where they were asked for: the generator functions in which it waits, the innermost first, where they were compiled. */
  readonly frames?: readonly TaskFrame[];
  /** The time limits around it: positions of their timers. */
  readonly limits: readonly number[];
}
