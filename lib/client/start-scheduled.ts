/**
 * Starts a run that a schedule asks for. The run's id is made of the schedule's name and the time it is for, so that a
 * request that comes twice starts one run.
 *
 * Whether the last run still goes on is read from the table and not from an index: under the schedule's own key stands
 * the id of the last run. It is written before that run is started, so a run that goes on is never overlooked.
 */
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { readDate } from '../core/date.ts';
import { describeValue } from '../core/describe-value.ts';
import { isClosed } from '../core/run-status.ts';
import type { Store } from '../ports/store.ts';
import type { CallPorts } from './call-ports.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { checkRunId } from './identifiers.ts';
import { checkChoice, checkOptions } from './options.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { startRun } from './start-run.ts';

/** What a schedule sends, each time. */
export interface ScheduledRequest {
  /** The schedule's name: 1 to 64 characters out of `A-Z a-z 0-9 . _ -`. */
  readonly schedule: string;
  /** The time it is for, such as `2026-11-22T03:00:00Z`: the same when it is sent again. */
  readonly scheduledAt: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** Absent: undefined. */
  readonly input?: unknown;
  /** What to do while the last run of the schedule goes on: start another one, or none. */
  readonly overlap: 'allow' | 'skip';
}

/** What became of a scheduled request. */
export type ScheduledStart =
  | { readonly kind: 'started'; readonly runId: string }
  /** The last run goes on. */
  | { readonly kind: 'skipped'; readonly lastRunId: string };

const KEYS = ['schedule', 'scheduledAt', 'workflow', 'input', 'overlap'];

/** Raises what `client.start` raises, and an InvalidArgumentError for a request that is none. */
export async function startScheduled(ports: CallPorts, request: ScheduledRequest): Promise<ScheduledStart> {
  const { runId, scheduledAtMs } = readTick(request);
  const { schedule, workflow, input, overlap } = request;
  if (overlap === 'skip') {
    const store = await ports.openStore();
    const lastRunId = await findOpenRun(ports, store, schedule);
    if (lastRunId !== undefined && lastRunId !== runId) return { kind: 'skipped', lastRunId };
    await retryUnavailable(ports.clock, () =>
      store.putValue(scheduleKey(schedule), LAST_RUN, encode(runId, 'the id of a run')),
    );
  }
  // Another input under the same id: the schedule was changed between two requests for one time.
  await startRun(ports, {
    workflow,
    definition: ports.registry?.get(workflow),
    input,
    options: { id: runId, onConflict: 'use-existing' },
    scheduledAtMs,
  });
  return { kind: 'started', runId };
}

const LAST_RUN = 'last-run';

const SCHEDULE_NAME_LIMIT = 64;

/** No run has such an id. */
function scheduleKey(schedule: string): string {
  return `schedule/${schedule}`;
}

async function findOpenRun(ports: CallPorts, store: Store, schedule: string): Promise<string | undefined> {
  return retryUnavailable(ports.clock, async () => {
    const stored = await store.readValue(scheduleKey(schedule), LAST_RUN);
    if (stored === undefined) return undefined;
    const lastRunId = String(decode(stored));
    const run = await store.readRun(lastRunId);
    return run === undefined || isClosed(run.status) ? undefined : lastRunId;
  });
}

function readTick(request: ScheduledRequest): { readonly runId: string; readonly scheduledAtMs: number } {
  checkOptions('a schedule', request, KEYS);
  const { schedule, scheduledAt, overlap } = request;
  if (typeof schedule !== 'string' || schedule.length > SCHEDULE_NAME_LIMIT || !/^[\w.-]+$/.test(schedule)) {
    throw new InvalidArgumentError(
      `a schedule's name cannot be ${describeValue(schedule)}: give 1 to ${SCHEDULE_NAME_LIMIT} characters out of ` +
        'A-Z, a-z, 0-9 and . _ -',
    );
  }
  // In UTC: it is a part of the run's id, in which no plus sign can be.
  const time: ReturnType<typeof readDate> =
    typeof scheduledAt === 'string' && scheduledAt.endsWith('Z') ? readDate(scheduledAt) : { problem: 'it is no time' };
  if (!('ms' in time)) {
    throw new InvalidArgumentError(
      `schedule "${schedule}" is for no time: scheduledAt is ${describeValue(scheduledAt)}, and should be like ` +
        '2026-11-22T03:00:00Z',
    );
  }
  if ((overlap as unknown) === undefined)
    throw new InvalidArgumentError(`schedule "${schedule}" has no overlap: 'allow' or 'skip'`);
  checkChoice('overlap', overlap, ['allow', 'skip']);
  return { runId: checkRunId(`${schedule}:${scheduledAt}`), scheduledAtMs: time.ms };
}
