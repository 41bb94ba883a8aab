/** The times of a schedule of a cloud; an expression that cannot be followed is a mistake of its template. */
import { type ScheduleTimes, readSchedule as readTimes } from '../../schedule/schedule-times.ts';
import { toError } from '../../core/to-error.ts';
import { CloudError } from '../cloud-error.ts';

/** A rate counts from `startedAtMs`: the first time is one period later. Raises a CloudError. */
export function readSchedule(expression: string, timezone: string, startedAtMs: number): ScheduleTimes {
  try {
    return readTimes(expression, timezone, startedAtMs);
  } catch (error) {
    const { message } = toError(error);
    throw new CloudError(message.includes('cannot be followed') ? 'NOT_SUPPORTED' : 'INVALID_TEMPLATE', message, {
      cause: error,
    });
  }
}
