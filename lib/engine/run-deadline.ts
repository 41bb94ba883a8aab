/**
 * When a run's time is up, and the event that tells its code so.
 *
 * The deadline is decided once, at the run's start, and recorded in `started`: a timeout that other code gives to the
 * workflow later does not move it (I4). It counts from the run's begin, not from the first turn.
 *
 * Tested by: test/engine/run-timeout.test.ts
 */
import type { DeadlinePassed, JournalEntry } from '../journal/event.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { LiveRun } from '../scheduler/live-run.ts';

/** The smaller one of what the start and the workflow say; undefined if neither says anything. */
export function deadlineOf(run: RunItem, workflowTimeoutMs: number | undefined): number | undefined {
  const { deadlineAtMs = Infinity, notBeforeMs, createdAtMs } = run;
  const ownAtMs = (notBeforeMs ?? createdAtMs) + (workflowTimeoutMs ?? Infinity);
  const atMs = Math.min(deadlineAtMs, ownAtMs);
  return atMs === Infinity ? undefined : atMs;
}

/** When the time of a run is up, as what stands of its journal has it; undefined for never. */
export function deadlineIn(entries: readonly JournalEntry[]): number | undefined {
  return entries.findLast((entry) => entry.kind === 'retried' || entry.kind === 'started')?.deadlineAtMs;
}

/** Undefined if the time is not up, or the code knows it. A timer of the same moment is its code's, and comes after. */
export function passedDeadline(
  live: LiveRun,
  { nowMs, before }: { readonly nowMs: number; readonly before: number },
): DeadlinePassed | undefined {
  const deadlineAtMs = live.deadlineAtMs();
  if (deadlineAtMs === undefined || deadlineAtMs > Math.min(nowMs, before)) return undefined;
  const reason = `the timeout of the run was up: it was to end by ${new Date(deadlineAtMs).toISOString()}`;
  return { kind: 'deadline-passed', atMs: nowMs, reason };
}
