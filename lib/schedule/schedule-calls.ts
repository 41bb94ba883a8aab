/** What the run of a schedule can be asked from outside. */
import { query } from '../api/query.ts';
import { update } from '../api/update.ts';
import type { ScheduleAnswer, ScheduleSpec } from './schedule-state.ts';

/** Of a name that a deleted schedule had: `created` takes it again. */
export const createAgain = update<ScheduleSpec, CreateAnswer>('create');
export const pause = update<void, ScheduleAnswer>('pause');
export const resume = update<void, ScheduleAnswer>('resume');
/** Returns the run's id. */
export const trigger = update<void, string>('trigger');
/** Returns the ids of the runs. */
export const backfill = update<{ readonly sinceMs: number; readonly untilMs: number }, readonly string[]>('backfill');
export const deleteSchedule = update<void, void>('delete');
export const askSchedule = query<ScheduleAnswer>('schedule');

export interface CreateAnswer {
  readonly kind: 'created' | 'same' | 'differs';
  readonly schedule: ScheduleAnswer;
}
