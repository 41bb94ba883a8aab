/** What a schedule is made of, as its caller gives it: checked before anything is written. */
import { UnknownWorkflowError } from '../core/workflow-registry.ts';
import { checkPlainName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { type AnyWorkflow, definitionOf, isWorkflow } from '../core/workflow.ts';
import type { ScheduleOverlap, ScheduleSpec } from '../schedule/schedule-state.ts';
import { readSchedule } from '../schedule/schedule-times.ts';
import type { ClientPorts } from './client-ports.ts';
import { digestInput } from './encode-input.ts';
import { checkChoice, checkOptions } from './options.ts';
import type { StartRequest } from './start-run.ts';
import { validateInput } from './validate-input.ts';

/** What a schedule starts, and when. */
export interface ScheduleOptions<In = unknown> {
  /** A workflow, or the name of one. */
  readonly workflow: AnyWorkflow | string;
  /** Its input, the same each time; checked by the workflow's schema here, where it is known, and at each start. */
  readonly input?: In;
  /**
   * In EventBridge's words: `'rate(1 hour)'`, which counts from the creation; `'cron(0 8 * * ? *)'` (minutes hours day month
   * weekday year, one of the two days `?`); `'at(2027-01-01T09:00:00)'`, once.
   */
  readonly schedule: string;
  /** The IANA time zone of a cron or an `at`, with its summer time: `'Europe/Berlin'`. Default: UTC. */
  readonly timezone?: string | undefined;
  /**
   * What to do at a time while a run that the schedule has started goes on: `'skip'` starts none, `'allow'` another one,
   * `'cancel-other'` asks it to stop, and starts the next when it has ended, `'buffer-one'` starts one when it has ended,
   * however many times come meanwhile. Default: `'skip'`.
   */
  readonly overlap?: ScheduleOverlap | undefined;
  /**
   * A time that was missed, because the schedule was paused or the engine was down, is made up for by so much; what was
   * missed by more is left out. Default: 1 minute. The time for which a schedule waits may always be 5 minutes late: as
   * long as it takes until another worker takes over from one that died.
   */
  readonly catchUp?: Duration | undefined;
}

const LONGEST_NAME = 64;
const SCHEDULE_TEXT_LIMIT = 256;
const OVERLAPS: readonly ScheduleOverlap[] = ['skip', 'allow', 'cancel-other', 'buffer-one'];
const DEFAULT_CATCH_UP_MS = 60_000;
const OPTIONS = ['workflow', 'input', 'schedule', 'timezone', 'overlap', 'catchUp'];

export function checkScheduleName(name: unknown): string {
  checkPlainName(name, 'a schedule');
  if (name.length <= LONGEST_NAME) return name;
  throw new InvalidArgumentError(
    `the name of a schedule cannot be ${describeValue(name)}: give up to ${LONGEST_NAME} characters`,
  );
}

/** Raises what is wrong with the options. */
export async function toSpec(ports: ClientPorts, name: string, options: ScheduleOptions): Promise<ScheduleSpec> {
  checkOptions('schedules.create', options, OPTIONS);
  const { input, schedule, timezone = 'UTC', overlap = 'skip', catchUp = DEFAULT_CATCH_UP_MS } = options;
  const { workflow, definition } = findWorkflow(ports, options.workflow);
  checkChoice('overlap', overlap, OVERLAPS);
  const catchUpMs = toMilliseconds(catchUp, 'catchUp');
  const createdAtMs = ports.clock.nowMs();
  checkTimes(name, schedule, timezone);
  const values = { workflow, schedule, timezone, overlap, catchUpMs };
  const what = `the input of workflow "${workflow}"`;
  const digest = digestInput(what, { ...values, input });
  await validateInput(workflow, input, definition); // what the schema makes of it is made at each start
  return { ...values, input, digest, createdAtMs };
}

function findWorkflow({ registry }: ClientPorts, workflow: unknown): Pick<StartRequest, 'workflow' | 'definition'> {
  if (isWorkflow(workflow)) {
    const definition = definitionOf(workflow);
    return { workflow: definition.name, definition };
  }
  checkPlainName(workflow, 'a workflow');
  if (registry === undefined) return { workflow };
  const definition = registry.find(workflow);
  if (definition === undefined) throw new UnknownWorkflowError(workflow, registry.names());
  return { workflow, definition };
}

function checkTimes(name: string, schedule: unknown, timezone: unknown): void {
  for (const [what, value, longest] of [
    ['the times', schedule, SCHEDULE_TEXT_LIMIT],
    ['the timezone', timezone, 64],
  ] as const) {
    if (typeof value === 'string' && value !== '' && value.length <= longest) continue;
    throw new InvalidArgumentError(
      `${what} of schedule "${name}" cannot be ${describeValue(value)}: give a text of up to ${longest} characters`,
    );
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone as string });
  } catch {
    throw new InvalidArgumentError(
      `the timezone of schedule "${name}" cannot be ${describeValue(timezone)}: give one of IANA, such as Europe/Berlin`,
    );
  }
  readSchedule(schedule as string, timezone as string, 0);
}
