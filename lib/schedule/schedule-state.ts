/** What a schedule is, and what its run hands from one link to the next. */
import { readSchedule } from './schedule-times.ts';

/** What to do at a time while a run that the schedule has started goes on. */
export type ScheduleOverlap = 'skip' | 'allow' | 'cancel-other' | 'buffer-one';

/** What a schedule was created with. */
export interface ScheduleSpec {
  /** The workflow's name. */
  readonly workflow: string;
  readonly input: unknown;
  /** In EventBridge's words. */
  readonly schedule: string;
  /** Of IANA. */
  readonly timezone: string;
  readonly overlap: ScheduleOverlap;
  readonly catchUpMs: number;
  /** Of all of the above: two schedules with the same one are the same. */
  readonly digest: string;
  /** A rate counts from here. */
  readonly createdAtMs: number;
}

/** The input of each link of a schedule's run. Stored in users' tables: what is added later may be absent. */
export interface ScheduleState {
  readonly spec: ScheduleSpec;
  /** All times up to here are settled: their runs are started, or left out. */
  readonly seenMs: number;
  /** As it was known last. */
  readonly nextAtMs?: number | undefined;
  readonly isPaused: boolean;
  /** Runs that it has started and that went on when it looked last. */
  readonly active: readonly string[];
  /** The time of the run that is to be started when those have ended. */
  readonly waitingMs?: number | undefined;
  readonly lastRunId?: string | undefined;
  /** Why the last run that was due could not be started. */
  readonly lastError?: string | undefined;
  readonly deletedAtMs?: number | undefined;
  /** Tells the call that created it from all others: the start is repeated by its own call alone. */
  readonly createdBy?: string;
}

export function newScheduleState(spec: ScheduleSpec): ScheduleState {
  return { spec, seenMs: spec.createdAtMs, isPaused: false, active: [] };
}

/** What the run shows as its status, for lists. */
export interface ShownSchedule {
  readonly paused: boolean;
  readonly nextAt?: Date | undefined;
  readonly lastRunId?: string | undefined;
  readonly lastError?: string | undefined;
  readonly deleted?: true;
}

/** What the run answers when it is asked how the schedule stands. */
export interface ScheduleAnswer extends ShownSchedule {
  readonly spec: ScheduleSpec;
}

export const SCHEDULE_WORKFLOW = 'lull.schedule';

/** No other run has such an id. */
export function scheduleRunId(name: string): string {
  return `${SCHEDULE_WORKFLOW}:${name}`;
}

export function scheduleNameOf(runId: string): string {
  return runId.slice(SCHEDULE_WORKFLOW.length + 1);
}

/** The run of that time: the same, however often it is started. */
export function tickRunId(name: string, atMs: number): string {
  return `${name}-${new Date(atMs).toISOString().replace(/\.\d{3}Z$/, 'Z')}`;
}

/** A rate counts in whole seconds, which is what the id of a run shows. */
export function timesOf({
  schedule,
  timezone,
  createdAtMs,
}: Pick<ScheduleSpec, 'schedule' | 'timezone' | 'createdAtMs'>) {
  return readSchedule(schedule, timezone, Math.floor(createdAtMs / 1_000) * 1_000);
}
