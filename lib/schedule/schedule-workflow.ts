/**
 * A schedule is a run of this workflow: it sleeps until the next time, starts the run of that time, and continues as new
 * now and then. What is asked of the schedule are updates of the run.
 *
 * Each time has one run, whatever crashes: the run's id follows from the schedule's name and the time, and a start that
 * is repeated finds it. The times come from steps, so that a replay has the same ones with another version of the time
 * zones. Journals of this workflow are alive in users' tables: test/golden has one that its code must follow.
 */
import { continueAsNew } from '../api/continue-as-new.ts';
import { createTask } from '../api/create-task.ts';
import { gather } from '../api/gather.ts';
import { getRun } from '../api/get-run.ts';
import { log } from '../api/log.ts';
import { now } from '../api/now.ts';
import { uuid } from '../api/random.ts';
import { runInfo } from '../api/run-info.ts';
import { setAttributes, setStatus } from '../api/show.ts';
import { defineStep } from '../api/step.ts';
import { waitUntil } from '../api/wait-until.ts';
import { makeWorkflow } from '../api/workflow.ts';
import type { Coroutine } from '../core/awaitable.ts';
import { clampText } from '../core/clamp-text.ts';
import { isCancelled, StepFailedError, TimeoutError } from '../core/errors.ts';
import { ScheduleNotFoundError } from '../core/run-errors.ts';
import { toError } from '../core/to-error.ts';
import { findDueTimes, findTimesBetween } from './due-times.ts';
import * as calls from './schedule-calls.ts';
import {
  newScheduleState,
  SCHEDULE_WORKFLOW,
  type ScheduleAnswer,
  scheduleNameOf,
  type ScheduleSpec,
  type ScheduleState,
  type ShownSchedule,
  tickRunId,
} from './schedule-state.ts';
import { codeOf, hasEnded, startForSchedule } from './start-for-schedule.ts';

/** Of a link: then the run continues as new, so that its journal stays short and newer code takes over. */
const MOST_IN_A_LINK = 20;
/** A deleted schedule may be created again under its name at once: for so long its run takes that. */
const KEPT_AFTER_DELETE_MS = 60 * 60_000;
/** After that the run's item is deleted as soon as any run's can be. */
const RETENTION_MS = 15 * 60_000;
/** Runs whose ends the schedule waits for; more are only there after many a trigger. */
const MOST_ACTIVE = 10;
/** Runs that a backfill starts at the same time. */
const STARTED_AT_ONCE = 50;
/** In a rolling deployment a worker may not know the workflow yet that its callers know. */
const UNKNOWN_WORKFLOW_WAITS_MS = [5_000, 10_000, 15_000, 30_000];
/** After an error that no caller has made: of the table, or a time zone that this Node does not know. */
const LOOK_AGAIN_MS = 10 * 60_000;

export const scheduleWorkflow = makeWorkflow<ScheduleState, ScheduleState, void>(
  SCHEDULE_WORKFLOW,
  { retention: RETENTION_MS },
  (state: ScheduleState) => new RunningSchedule(state).run(),
);

// Of these the journal has digests of the arguments: their order and form stay.
const dueTimes = defineStep('due times', findDueTimes);
const timesBetween = defineStep('times between', { retry: false }, findTimesBetween);

type Changing<T> = { -readonly [K in keyof T]: T[K] };

class RunningSchedule {
  readonly #name = scheduleNameOf(runInfo().id);
  readonly #state: Changing<ScheduleState>;
  /** Runs whose ends a task waits for. */
  readonly #watched = new Set<string>();
  /** Counts what the loop has to look at. */
  #changes = 0;
  /** What it has looked at. */
  #settled = -1;
  /** Whether a run is being started by the loop. */
  #isStarting = false;
  /** Updates that are being carried out. */
  #busy = 0;
  /** What was done in this link. */
  #done = 0;

  constructor(state: ScheduleState) {
    this.#state = { ...state };
  }

  *run(): Coroutine<void> {
    this.#listen();
    for (;;) {
      const change = this.#changes;
      if (this.#state.deletedAtMs === undefined) yield* this.#startWhatIsDue();
      if (this.#changes === change) {
        this.#settled = change;
        this.#show();
        if (this.#done >= MOST_IN_A_LINK && this.#busy === 0) yield* continueAsNew(this.#state);
        const isUp = yield* this.#waitForChange(change);
        if (isUp && this.#state.deletedAtMs !== undefined && this.#busy === 0) return;
      }
    }
  }

  // ---- the loop

  *#startWhatIsDue(): Coroutine<void> {
    const state = this.#state;
    if (state.isPaused) return;
    yield* this.#startWaiting();
    try {
      const { schedule, timezone, createdAtMs, catchUpMs } = state.spec;
      const spec = { schedule, timezone, createdAtMs, catchUpMs };
      for (;;) {
        const { due, seenMs, nextAtMs } = yield* dueTimes(spec, state.seenMs, now().getTime());
        for (const atMs of due) {
          if (this.#isStopped()) return;
          yield* this.#startAt(atMs);
          state.seenMs = Math.max(state.seenMs, atMs);
          this.#done += 1;
        }
        if (this.#isStopped()) return;
        state.seenMs = Math.max(state.seenMs, seenMs);
        state.nextAtMs = nextAtMs;
        if (nextAtMs === undefined || nextAtMs > now().getTime() || this.#done >= MOST_IN_A_LINK) return;
      }
    } catch (error) {
      if (isCancelled(error)) throw error;
      this.#fail('its times cannot be worked out', error);
      this.#state.nextAtMs = now().getTime() + LOOK_AGAIN_MS;
    }
  }

  /** True when the time is up. */
  *#waitForChange(change: number): Coroutine<boolean> {
    const { deletedAtMs } = this.#state;
    const untilMs = deletedAtMs === undefined ? this.#state.nextAtMs : deletedAtMs + KEPT_AFTER_DELETE_MS;
    const hasChanged = (): boolean => this.#changes !== change;
    try {
      if (untilMs === undefined) yield* waitUntil(hasChanged);
      else yield* waitUntil(hasChanged, { timeout: Math.max(0, untilMs - now().getTime()) });
      return false;
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      return true;
    }
  }

  #isStopped(): boolean {
    return this.#state.isPaused || this.#state.deletedAtMs !== undefined;
  }

  // ---- runs

  /** The run of a time, or what the schedule does instead while another one goes on. */
  *#startAt(atMs: number): Coroutine<void> {
    const state = this.#state;
    const { overlap } = state.spec;
    if (overlap === 'cancel-other') {
      state.waitingMs = atMs;
      if (yield* this.#startWaiting()) return;
      yield* this.#cancelActive();
      return;
    }
    if (overlap !== 'allow') {
      yield* this.#startWaiting(); // whose turn it is, if the run before has ended at this moment
      yield* this.#forgetEnded();
      if (state.active.length > 0) {
        log.info('a time of a schedule has come while its last run goes on', { schedule: this.#name, overlap });
        if (overlap === 'buffer-one') state.waitingMs ??= atMs;
        this.#watchActive();
        return;
      }
    }
    yield* this.#start(tickRunId(this.#name, atMs), atMs);
  }

  /** Starts the run that waits for the end of others, if they have ended. */
  *#startWaiting(): Coroutine<boolean> {
    const { waitingMs } = this.#state;
    if (waitingMs === undefined) return false;
    yield* this.#forgetEnded();
    if (this.#state.active.length > 0) {
      this.#watchActive();
      return false;
    }
    this.#state.waitingMs = undefined;
    yield* this.#start(tickRunId(this.#name, waitingMs), waitingMs);
    return true;
  }

  /** What is wrong with a start is shown, and does not end the schedule. */
  *#start(runId: string, atMs: number): Coroutine<void> {
    this.#isStarting = true;
    try {
      for (const waitMs of [...UNKNOWN_WORKFLOW_WAITS_MS, undefined]) {
        try {
          yield* startForSchedule(this.#state.spec, runId, atMs);
          this.#hasStarted(runId);
          return;
        } catch (error) {
          if (isCancelled(error)) throw error;
          if (codeOf(error) !== 'UNKNOWN_WORKFLOW' || waitMs === undefined || this.#isStopped()) {
            this.#fail('it could not start a run', error);
            return;
          }
          yield* this.#pauseBefore(waitMs);
        }
      }
    } finally {
      this.#isStarting = false;
    }
  }

  *#pauseBefore(waitMs: number): Coroutine<void> {
    try {
      yield* waitUntil(() => this.#isStopped(), { timeout: waitMs });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }

  #hasStarted(runId: string): void {
    const state = this.#state;
    state.lastRunId = runId;
    state.lastError = undefined;
    if (state.spec.overlap === 'allow') return;
    state.active = [...state.active.filter((id) => id !== runId), runId].slice(-MOST_ACTIVE);
  }

  *#forgetEnded(): Coroutine<void> {
    for (const runId of this.#state.active) {
      if (yield* hasEnded(runId)) this.#forget(runId);
    }
  }

  #forget(runId: string): void {
    this.#state.active = this.#state.active.filter((id) => id !== runId);
  }

  *#cancelActive(): Coroutine<void> {
    for (const runId of this.#state.active) {
      try {
        yield* getRun(runId).cancel(`the next time of schedule "${this.#name}" has come`);
      } catch (error) {
        if (isCancelled(error)) throw error; // else it has ended meanwhile
      }
    }
  }

  #watchActive(): void {
    if (this.#state.waitingMs === undefined) return;
    for (const runId of this.#state.active) {
      if (this.#watched.has(runId)) continue;
      this.#watched.add(runId);
      createTask(this.#awaitEnd(runId), { name: `end of ${runId}` });
    }
  }

  *#awaitEnd(runId: string): Coroutine<void> {
    try {
      yield* getRun(runId).result();
    } catch (error) {
      if (isCancelled(error)) throw error; // else it has ended, however
    }
    this.#watched.delete(runId);
    this.#forget(runId);
    this.#changes += 1;
  }

  #fail(what: string, error: unknown): void {
    const { message } = toError(error);
    log.error(`schedule "${this.#name}": ${what}`, { schedule: this.#name, error });
    this.#state.lastError = clampText(`${what}: ${message}`, 300);
  }

  // ---- what is asked from outside

  #listen(): void {
    calls.askSchedule.handle(() => this.#answer());
    calls.createAgain.handle({ run: (spec) => this.#serve(() => this.#create(spec), { isDeletedToo: true }) });
    calls.pause.handle({ run: () => this.#serve(() => this.#setPaused(true)) });
    calls.resume.handle({ run: () => this.#serve(() => this.#setPaused(false)) });
    calls.trigger.handle({ run: () => this.#serve(() => this.#trigger()) });
    calls.backfill.handle({ run: (span) => this.#serve(() => this.#backfill(span)) });
    calls.deleteSchedule.handle({ run: () => this.#serve(() => this.#delete()) });
  }

  *#serve<T>(carryOut: () => Coroutine<T>, { isDeletedToo = false } = {}): Coroutine<T> {
    this.#busy += 1;
    this.#done += 1;
    try {
      if (!isDeletedToo && this.#state.deletedAtMs !== undefined) throw new ScheduleNotFoundError(this.#name);
      return yield* carryOut();
    } finally {
      this.#busy -= 1;
    }
  }

  *#create(spec: ScheduleSpec): Coroutine<calls.CreateAnswer> {
    const { spec: there, deletedAtMs } = this.#state;
    if (deletedAtMs === undefined) {
      yield* waitUntil(() => this.#settled === this.#changes);
      return { kind: there.digest === spec.digest ? 'same' : 'differs', schedule: this.#answer() };
    }
    const fresh = newScheduleState(spec);
    const seenMs = Math.max(fresh.seenMs, now().getTime());
    Object.assign(
      this.#state,
      { nextAtMs: undefined, waitingMs: undefined, lastRunId: undefined, lastError: undefined },
      fresh,
      { seenMs },
    );
    this.#state.deletedAtMs = undefined;
    const { workflow, schedule, timezone } = spec;
    setAttributes({ workflow, schedule, timezone });
    yield* this.#settle();
    return { kind: 'created', schedule: this.#answer() };
  }

  *#setPaused(isPaused: boolean): Coroutine<ScheduleAnswer> {
    const state = this.#state;
    if (state.isPaused !== isPaused) {
      state.isPaused = isPaused;
      state.nextAtMs = undefined;
      // What was missed in the meantime is caught up with as far as the schedule says.
      if (!isPaused) state.seenMs = Math.max(state.seenMs, now().getTime() - state.spec.catchUpMs - 1);
      yield* this.#settle();
    }
    return this.#answer();
  }

  /** Whatever goes on: a caller asks for it now. */
  *#trigger(): Coroutine<string> {
    const runId = `${this.#name}-${uuid()}`;
    yield* startForSchedule(this.#state.spec, runId, now().getTime());
    this.#hasStarted(runId);
    this.#show();
    return runId;
  }

  *#backfill({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }): Coroutine<readonly string[]> {
    const { spec } = this.#state;
    const { schedule, timezone, createdAtMs } = spec;
    const times = yield* this.#timesBetween({ schedule, timezone, createdAtMs }, sinceMs, untilMs);
    return yield* gather(
      times.map((atMs) => startForSchedule(spec, tickRunId(this.#name, atMs), atMs)),
      { limit: STARTED_AT_ONCE },
    );
  }

  /** Throws what is wrong with the span as it is. */
  *#timesBetween(...span: Parameters<typeof findTimesBetween>): Coroutine<number[]> {
    try {
      return yield* timesBetween(...span);
    } catch (error) {
      throw error instanceof StepFailedError ? (error.cause ?? error) : error;
    }
  }

  *#delete(): Coroutine<void> {
    this.#state.deletedAtMs = now().getTime();
    this.#state.nextAtMs = undefined;
    yield* this.#settle();
    yield* waitUntil(() => !this.#isStarting);
  }

  /** Lets the loop take a change in. */
  *#settle(): Coroutine<void> {
    this.#changes += 1;
    const change = this.#changes;
    yield* waitUntil(() => this.#settled >= change);
  }

  // ---- what is seen from outside

  #answer(): ScheduleAnswer {
    return { spec: this.#state.spec, ...this.#shown() };
  }

  #show(): void {
    setStatus(this.#shown());
  }

  #shown(): ShownSchedule {
    const { isPaused, nextAtMs, lastRunId, lastError, deletedAtMs } = this.#state;
    return {
      paused: isPaused,
      ...(nextAtMs === undefined ? {} : { nextAt: new Date(nextAtMs) }),
      ...(lastRunId === undefined ? {} : { lastRunId }),
      ...(lastError === undefined ? {} : { lastError }),
      ...(deletedAtMs === undefined ? {} : { deleted: true }),
    };
  }
}
