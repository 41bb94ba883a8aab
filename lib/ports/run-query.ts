/** Which runs a list has, a page at a time. */
import type { Attributes } from '../core/attributes.ts';
import type { RunStatus } from '../core/run-status.ts';
import type { RunRow } from './run-item.ts';

export interface RunQuery {
  /** One index partition set per name: newest first over all of them. At least one. */
  readonly workflows: readonly string[];
  readonly statuses?: readonly RunStatus[];
  /** Created at or after, and before. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Runs that show all of these, with these values. The run item of each run is read for it. */
  readonly attributes?: Attributes;
  /** A page may have fewer, and go on: then many runs were looked at that are not asked for. */
  readonly limit: number;
  /** The rows need not have what the runs show: those of closed runs are then read from the index alone. */
  readonly withoutShows?: true;
  /** Where the page before ended. */
  readonly cursor?: string;
}

export interface RunPage {
  readonly runs: readonly RunRow[];
  /** Absent on the last page. */
  readonly cursor?: string;
}
