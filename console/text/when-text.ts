/** When a schedule starts runs, as it was written. */
import type { ScheduleRow } from '../../lib/cli/engine/answers.ts';

export function whenText({ schedule, timezone }: Pick<ScheduleRow, 'schedule' | 'timezone'>): string {
  return timezone === 'UTC' || schedule.startsWith('rate') ? schedule : `${schedule} ${timezone}`;
}
