/** The status of a run. */

export type OpenStatus = 'pending' | 'running' | 'suspended' | 'paused' | 'blocked';
export type ClosedStatus = 'completed' | 'failed' | 'cancelled' | 'terminated';
/** A run is open until it is completed, failed, cancelled or terminated. */
export type RunStatus = OpenStatus | ClosedStatus;

const CLOSED: ReadonlySet<RunStatus> = new Set<RunStatus>(['completed', 'failed', 'cancelled', 'terminated']);

/** Whether a run of that status takes no more turns. */
export function isClosed(status: RunStatus): status is ClosedStatus {
  return CLOSED.has(status);
}
