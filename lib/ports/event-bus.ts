/** The port to the bus of life-cycle events: that runs have started, have ended, or are blocked. */
import type { Attributes } from '../core/attributes.ts';
import type { ClosedStatus } from '../core/run-status.ts';

/** What happened to a run. Nothing of inputs and results is in it. */
export interface LifecycleEvent {
  /** The same each time that this event is put, so that consumers can drop repeats. */
  readonly id: string;
  readonly kind: LifecycleEventKind;
  readonly atMs: number;
  readonly run: LifecycleRun;
  /** Why the run failed, or is blocked. */
  readonly error?: LifecycleError;
  /** Why it was cancelled or terminated: `''` without a reason. At most 1,000 characters. */
  readonly reason?: string;
}

/** What can happen to a run: it starts, is blocked, or ends in one of four ways. */
export type LifecycleEventKind = 'started' | 'blocked' | ClosedStatus;

/** The run, as it was then. */
export interface LifecycleRun {
  readonly runId: string;
  readonly workflow: string;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
  readonly attributes: Attributes;
  /** The run whose child it is. */
  readonly parentRunId?: string;
  /** The time that it is for, where a schedule has started it. */
  readonly scheduledAtMs?: number;
  /** How often it was tried again after it had failed. Absent: never. */
  readonly retries?: number;
}

/** An error without its stack, its cause, and what code has put on it. */
export interface LifecycleError {
  readonly name: string;
  /** At most 1,000 characters. */
  readonly message: string;
  readonly code?: string;
}

/**
 * A bus of life-cycle events, for `events` of `createWorkerHandler`. The end of a run is put until `put` gives true, at growing
 * intervals for a day; its start, and that it is blocked, once.
 *
 * @example
 * ```ts no-run
 * import { createWorkerHandler, type EventBus } from 'lull/lambda';
 *
 * const bus: EventBus = {
 *   async put({ kind, run }) {
 *     const response = await fetch('https://audit.example/runs', { method: 'POST', body: `${run.runId} is ${kind}` });
 *     return response.ok;
 *   },
 * };
 * export const handler = createWorkerHandler([], { events: bus });
 * ```
 */
export interface EventBus {
  /** Says whether the bus has it; one that throws has not. It takes a few seconds at most: the end of a turn waits for it. */
  put(event: LifecycleEvent): Promise<boolean>;
}
