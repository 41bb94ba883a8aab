/**
 * The limits that a run's own code can come to (I10). They are counted by the code's doing, so a replay comes to them
 * at the same place; for that a run keeps those with which it was started (I4).
 */
export interface RunLimits {
  /** Tasks that are alive at once, beside the workflow's own. */
  readonly maxTasks: number;
  /** Steps, timers and receives that are pending at once; and how many of them one event may lead to. */
  readonly maxPendingCommands: number;
  /** What code does between two events without waiting for anything. */
  readonly maxCallbacksPerEvent: number;
  /** Streams that it writes to, in all. */
  readonly maxStreams: number;
  /** Values in each of them. */
  readonly maxStreamEntries: number;
  /** Their stored form together, in each of them. */
  readonly maxStreamBytes: number;
}

/**
 * Never changed: the journal of a run names only those of its limits that differ from these.
 *
 * Callbacks: cancelling ten thousand tasks at once takes some fifty thousand; and a small Lambda gets to this one, and
 * to its error, within seconds, well before its lease is over.
 */
export const DEFAULT_RUN_LIMITS: RunLimits = {
  maxTasks: 10_000,
  maxPendingCommands: 10_000,
  maxCallbacksPerEvent: 250_000,
  maxStreams: 10,
  maxStreamEntries: 100_000,
  maxStreamBytes: 10_000_000,
};
