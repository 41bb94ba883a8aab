/**
 * What of a journal a replay is fed with that only reads the run.
 *
 * Tested by: test/engine/queries.test.ts
 */
import { isPlainTerminate } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { type Standing, standingEntries } from '../journal/standing.ts';

/** What came when no code took it any more changed nothing that the code keeps. */
export function seenByCode(records: readonly JournalRecord[]): Standing {
  const standing = standingEntries(records.flatMap((record) => record.entries));
  const { entries } = standing;
  const end = entries.findIndex(isPlainTerminate);
  const seen = (end === -1 ? entries : entries.slice(0, end)).filter((entry) => !('unread' in entry));
  return { ...standing, entries: seen };
}
