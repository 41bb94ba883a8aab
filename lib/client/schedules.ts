/** Schedules that are made at run time. Each is a run of lull's own workflow: creating one starts it, all else are its updates. */
import { describeValue } from '../core/describe-value.ts';
import { LullError } from '../core/errors.ts';
import {
  InvalidArgumentError,
  RunEndedError,
  RunIdTakenError,
  RunNotBegunError,
  RunNotFoundError,
  ScheduleExistsError,
  ScheduleNotFoundError,
  UpdateFailedError,
} from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import type { Update } from '../core/update.ts';
import type { Workflow } from '../core/workflow.ts';
import * as calls from '../schedule/schedule-calls.ts';
import {
  newScheduleState,
  SCHEDULE_WORKFLOW,
  type ScheduleAnswer,
  scheduleNameOf,
  type ScheduleOverlap,
  scheduleRunId,
  type ScheduleSpec,
  type ScheduleState,
  type ShownSchedule,
  timesOf,
} from '../schedule/schedule-state.ts';
import type { ClientPorts } from './client-ports.ts';
import type { RunSummary } from './describe-run.ts';
import { listPage, type RunPage } from './list-runs.ts';
import { checkOptions, toEpochMs } from './options.ts';
import type { Run } from './run.ts';
import { checkScheduleName, type ScheduleOptions, toSpec } from './schedule-options.ts';
import { startRun } from './start-run.ts';

/** A schedule, as lists show it. */
export interface ScheduleSummary {
  readonly name: string;
  /** The workflow's name. */
  readonly workflow: string;
  readonly schedule: string;
  readonly timezone: string;
  readonly paused: boolean;
  /** When it starts the next run. Absent while it is paused, and when no time will come any more. */
  readonly nextAt?: Date;
  /** The run that was started last, by a time or by `trigger`. */
  readonly lastRunId?: string;
  /** Why the run that was due last could not be started. Absent if it was. */
  readonly lastError?: string;
}

/** A schedule. */
export interface ScheduleDescription extends ScheduleSummary {
  readonly input: unknown;
  readonly overlap: ScheduleOverlap;
  readonly catchUpMs: number;
  readonly createdAt: Date;
}

/** The span of time of a backfill. */
export interface BackfillOptions {
  /** From here on: a Date, or a text as `sleepUntil` takes it. */
  readonly since: Date | string;
  /** Before this time. */
  readonly until: Date | string;
}

/** How a call is made. */
export interface ScheduleCallOptions {
  /** Calls with the same key are one call. */
  readonly idempotencyKey?: string | undefined;
}

/** Some schedules of a list. */
export interface SchedulePage {
  readonly schedules: readonly ScheduleSummary[];
  /** Leads to the next page; absent on the last one. */
  readonly cursor?: string;
}

/** An input that may be undefined may be left out. */
type TypedOptions<In> = Omit<ScheduleOptions<In>, 'workflow' | 'input'> &
  (undefined extends In ? { readonly input?: In } : { readonly input: In });

/**
 * Schedules that are made, changed and deleted at run time. They need nothing but the engine: a schedule is a run that
 * sleeps until the next time. Each time starts one run, whose id is made of the schedule's name and the time
 * (`nightly-2026-11-30T08:00:00Z`), and which finds the time in `runInfo().scheduledAt`.
 *
 * An unknown name is a ScheduleNotFoundError.
 */
export interface Schedules {
  /**
   * Creates a schedule. The name has 1 to 64 letters, digits, `_`, `.` or `-`. Creating it again with the same values
   * changes nothing; with other values it is a ScheduleExistsError: delete it first. Raises an InvalidArgumentError, an
   * UnknownWorkflowError, an InvalidInputError.
   */
  create<In, R>(
    name: string,
    options: TypedOptions<In> & { readonly workflow: Workflow<In, R, never> },
  ): Promise<ScheduleDescription>;
  create(name: string, options: ScheduleOptions & { readonly workflow: string }): Promise<ScheduleDescription>;
  /** All schedules. What changed within the last second may be missing. */
  list(): AsyncIterable<ScheduleSummary>;
  /** A page of the list. */
  listPage(options?: {
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }): Promise<SchedulePage>;
  describe(name: string): Promise<ScheduleDescription>;
  /** Lets it start nothing until it is resumed. Runs go on. */
  pause(name: string): Promise<ScheduleDescription>;
  /** Goes on; what was missed meanwhile is made up for as far as `catchUp` says. */
  resume(name: string): Promise<ScheduleDescription>;
  /** Starts a run now, whatever goes on and also if it is paused. Gives the run's id. */
  trigger(name: string, options?: ScheduleCallOptions): Promise<string>;
  /**
   * Starts the runs of all times from `since` on and before `until`, at once, whatever goes on; a time that has had its run
   * gets no second one. Gives the ids. More than 1,000 times are an InvalidArgumentError, and nothing is started.
   */
  backfill(name: string, options: BackfillOptions & ScheduleCallOptions): Promise<readonly string[]>;
  /** Ends the schedule. Runs that it has started go on. */
  delete(name: string): Promise<void>;
}

/** What schedules are made of. */
export interface SchedulePorts {
  readonly ports: ClientPorts;
  run(id: string): Run<unknown>;
  /** Makes a call that begins and ends here. */
  call<T>(operation: (ports: ClientPorts) => Promise<T>): Promise<T>;
}

const OPEN = ['pending', 'running', 'suspended', 'paused', 'blocked'] as const;

export class SchedulesOfClient implements Schedules {
  readonly #doors: SchedulePorts;

  constructor(doors: SchedulePorts) {
    this.#doors = doors;
  }

  async create(name: string, options: ScheduleOptions): Promise<ScheduleDescription> {
    const spec = await toSpec(this.#doors.ports, checkScheduleName(name), options);
    const started = (): ScheduleDescription => toDescription(name, first(spec));
    if (await this.#start(name, spec)) return started();
    try {
      const { kind, schedule } = await this.#ask(name, calls.createAgain, spec);
      if (kind !== 'differs') return toDescription(name, schedule);
      throw new ScheduleExistsError(name, ', with other values: delete it first, or choose another name');
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      if (await this.#start(name, spec)) return started();
      throw new ScheduleExistsError(name, ': it has ended, and its name is free again a quarter of an hour later');
    }
  }

  async *list(): AsyncGenerator<ScheduleSummary, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.listPage({ limit: 1_000, cursor });
      yield* page.schedules;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  async listPage(
    options: { readonly limit?: number | undefined; readonly cursor?: string | undefined } = {},
  ): Promise<SchedulePage> {
    checkOptions('schedules.listPage', options, ['limit', 'cursor']);
    const filter = { workflow: SCHEDULE_WORKFLOW, status: OPEN };
    const { runs, cursor }: RunPage = await listPage(this.#doors.ports, { ...filter, ...options });
    const schedules = runs.flatMap((run) => toSummary(run));
    return { schedules, ...(cursor === undefined ? {} : { cursor }) };
  }

  async describe(name: string): Promise<ScheduleDescription> {
    const run = this.#doors.run(scheduleRunId(checkScheduleName(name)));
    const answer = await orNotFound(name, async () => {
      const { status, input } = await run.describe();
      if (isClosed(status)) throw new ScheduleNotFoundError(name);
      try {
        return await run.query(calls.askSchedule);
      } catch (error) {
        if (error instanceof RunNotBegunError) return first((input as ScheduleState).spec);
        throw error;
      }
    });
    if (answer.deleted === true) throw new ScheduleNotFoundError(name);
    return toDescription(name, answer);
  }

  async pause(name: string): Promise<ScheduleDescription> {
    return toDescription(name, await this.#ask(name, calls.pause, undefined));
  }

  async resume(name: string): Promise<ScheduleDescription> {
    return toDescription(name, await this.#ask(name, calls.resume, undefined));
  }

  async trigger(name: string, options: ScheduleCallOptions = {}): Promise<string> {
    checkOptions('schedules.trigger', options, ['idempotencyKey']);
    return await this.#ask(name, calls.trigger, undefined, options);
  }

  async backfill(name: string, options: BackfillOptions & ScheduleCallOptions): Promise<readonly string[]> {
    checkOptions('schedules.backfill', options, ['since', 'until', 'idempotencyKey']);
    const { since, until, idempotencyKey } = options;
    const [sinceMs, untilMs] = [toEpochMs('since', since), toEpochMs('until', until)];
    if (sinceMs === undefined || untilMs === undefined) {
      throw new InvalidArgumentError('a backfill needs its span of time: give since and until');
    }
    if (untilMs <= sinceMs) {
      throw new InvalidArgumentError(
        `until cannot be ${describeValue(until)}, which is not after since, ${describeValue(since)}`,
      );
    }
    return await this.#ask(name, calls.backfill, { sinceMs, untilMs }, { idempotencyKey });
  }

  async delete(name: string): Promise<void> {
    await this.#ask(name, calls.deleteSchedule, undefined);
  }

  /** False if the name is taken. */
  async #start(name: string, spec: ScheduleSpec): Promise<boolean> {
    const { workflow, schedule, timezone } = spec;
    try {
      await this.#doors.call((ports) =>
        startRun(ports, {
          workflow: SCHEDULE_WORKFLOW,
          input: {
            ...newScheduleState(spec),
            nextAtMs: firstTime(spec)?.getTime(),
            createdBy: ports.ids.messageId(),
          } satisfies ScheduleState,
          // The attributes are what a list shows of it before its first turn.
          options: { id: scheduleRunId(name), attributes: { workflow, schedule, timezone } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof RunIdTakenError) return false;
      throw error;
    }
  }

  async #ask<I, R>(
    name: string,
    update: Update<I, R>,
    input: I,
    { idempotencyKey }: ScheduleCallOptions = {},
  ): Promise<R> {
    const run = this.#doors.run(scheduleRunId(checkScheduleName(name)));
    return await orNotFound(name, async () => {
      try {
        return (await run.update(update.name, input, { idempotencyKey })) as R;
      } catch (error) {
        // What its handler throws is what this call raises.
        if (error instanceof UpdateFailedError && error.cause instanceof LullError) throw error.cause;
        throw error;
      }
    });
  }
}

/** The run of a schedule is none of its callers' business. */
async function orNotFound<T>(name: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RunNotFoundError || error instanceof RunEndedError) throw new ScheduleNotFoundError(name);
    throw error;
  }
}

/** How a schedule stands that its run has not seen yet. */
function first(spec: ScheduleSpec): ScheduleAnswer {
  return { spec, paused: false, nextAt: firstTime(spec) };
}

function firstTime(spec: Pick<ScheduleSpec, 'schedule' | 'timezone' | 'createdAtMs'>): Date | undefined {
  const nextMs = timesOf(spec).nextAfter(spec.createdAtMs);
  return nextMs === undefined ? undefined : new Date(nextMs);
}

function toDescription(name: string, { spec, ...shown }: ScheduleAnswer): ScheduleDescription {
  const { workflow, input, schedule, timezone, overlap, catchUpMs, createdAtMs } = spec;
  const more = { input, overlap, catchUpMs, createdAt: new Date(createdAtMs) };
  return { ...toRow(name, { workflow, schedule, timezone }, shown), ...more };
}

function toRow(
  name: string,
  { workflow, schedule, timezone }: Pick<ScheduleSummary, 'workflow' | 'schedule' | 'timezone'>,
  { paused, nextAt, lastRunId, lastError }: ShownSchedule,
): ScheduleSummary {
  return {
    name,
    workflow,
    schedule,
    timezone,
    paused,
    ...(nextAt === undefined ? {} : { nextAt }),
    ...(lastRunId === undefined ? {} : { lastRunId }),
    ...(lastError === undefined ? {} : { lastError }),
  };
}

/** None of a schedule that was deleted. */
function toSummary({ id, attributes = {}, customStatus, createdAt }: RunSummary): ScheduleSummary[] {
  const spec = {
    workflow: String(attributes['workflow']),
    schedule: String(attributes['schedule']),
    timezone: String(attributes['timezone']),
  };
  const shown = customStatus as ShownSchedule | undefined;
  if (shown?.deleted === true) return [];
  const nextAt = shown === undefined ? firstTime({ ...spec, createdAtMs: createdAt.getTime() }) : undefined;
  return [toRow(scheduleNameOf(id), spec, shown ?? { paused: false, nextAt })];
}
