/**
 * The bodies of steps: what they do is data, and the simulator carries it out in simulated time. All that began
 * is in a book, for the oracle.
 */
import { stream } from '../../../lib/api/stream.ts';
import { RUNS_IN_THE_RUN } from '../../../lib/core/call-undo.ts';
import { isAwaitable } from '../../../lib/core/check-awaitable.ts';
import { callStepBody, type StepCommand } from '../../../lib/core/command.ts';
import { NonRetryableError } from '../../../lib/core/errors.ts';
import type { StepContext } from '../../../lib/core/step.ts';
import { type BegunBody, BodyBook } from './body-book.ts';
import { leaveError } from './code-turn.ts';
import type { Faults } from './faults.ts';
import { never, type SimulatedProcess } from './simulated-process.ts';
import type { Timeline } from './timeline.ts';

/** What the body of a simulated step returns: what it would do. */
export interface BodyPlan {
  readonly takesMs: number;
  readonly gives: unknown;
  /** How many calls fail before one succeeds. */
  readonly fails?: number;
  /** It fails for good. */
  readonly failsForGood?: string;
  /** It fails for good until its run was tried again so often: then somebody has mended what was broken. */
  readonly failsUntilTry?: number;
  /** What a body that is no plan has thrown. */
  readonly throws?: unknown;
  /** It fails with a Declined, each time. */
  readonly declines?: string;
  /** How many calls kill their worker before one does not; -1: all. */
  readonly kills?: number;
  /** The first call leaves an error behind, which fails after so long. */
  readonly leavesErrorAfterMs?: number;
  readonly beatsEveryMs?: number;
  /** So many values, one after the other while it goes on, each with the call that wrote it. */
  readonly writes?: { readonly stream: string; readonly count: number };
  /** The number of the call in the place of what it gives: another one each time, as the world does. */
  readonly givesCall?: true;
  /** Text of that length in the place of what it gives. */
  readonly givesBytes?: number;
}

export interface StepBodiesOptions {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly leaseMs: number;
  /** How often a run was tried again. */
  readonly triesOf: (runId: string) => number;
  /** Looks at the table in the very moment in which a body begins. */
  readonly onBegin: (process: SimulatedProcess, body: BegunBody) => void;
}

interface WritingBody {
  readonly process: SimulatedProcess;
  readonly context: StepContext;
  readonly name: string;
  readonly call: number;
  readonly endsAtMs: number;
}

/** A failure that is an answer: whether it is worth another try is for the workflow to say. */
export class Declined extends Error {}

/** What fails by chance, and is worth another try. */
class SimulatedFailure extends Error {}

export class StepBodies {
  readonly #options: StepBodiesOptions;
  readonly book = new BodyBook();
  readonly #calls = new Map<string, number>();

  constructor(options: StepBodiesOptions) {
    this.#options = options;
  }

  /** For the engine's `callBody`. */
  call(process: SimulatedProcess, command: StepCommand, context: StepContext): unknown {
    if (!process.isAlive) return never();
    const { timeline, faults, leaseMs } = this.#options;
    const { runId, stepId, idempotencyKey: key, attempt } = context;
    const body: BegunBody = {
      ...{ runId, stepId, name: command.name, key, attempt },
      isAtMostOnce: command.options.atMostOnce === true,
      isReadOnly: command.options.readOnly === true && command.undoes === undefined,
      pool: command.operation === undefined ? command.options.pool?.name : undefined,
      lastHeartbeat: context.lastHeartbeat,
      ...{ by: process.name, atMs: timeline.nowMs, end: undefined },
    };
    this.book.begin(body);
    if (body.pool !== undefined) context.signal.addEventListener('abort', () => this.book.abort(body));
    this.#options.onBegin(process, body);
    // It only says what to write: whoever dies in it has written nothing.
    if (command.isTransaction === true) {
      this.book.end(body, 'gave', timeline.nowMs);
      return callStepBody(command, context);
    }
    const plan = planOf(command, context);
    const place = `${runId}#${stepId.slice(stepId.lastIndexOf('#') + 1)}`;
    const call = (this.#calls.get(place) ?? 0) + 1;
    this.#calls.set(place, call);

    const occasion = faults.occasion(`body of ${place}`);
    const endsAtMs = timeline.nowMs + plan.takesMs;
    const isPoison = plan.kills === -1 || call <= (plan.kills ?? 0);
    if (isPoison || faults.happens('bodyDies', occasion)) {
      timeline.at(timeline.nowMs + plan.takesMs * faults.roll(occasion, 'dies'), () => {
        this.book.end(body, 'killed', timeline.nowMs);
        process.die();
      });
      return never();
    }
    if (faults.happens('freeze', occasion)) process.freeze(leaseMs * 2 * faults.roll(occasion, 'freeze'));
    if (faults.happens('bodyHangs', occasion)) {
      context.signal.addEventListener('abort', () => this.book.giveUp(body));
      return never();
    }
    const { beatsEveryMs } = plan;
    if (beatsEveryMs !== undefined) {
      for (let atMs = timeline.nowMs + beatsEveryMs; atMs < endsAtMs; atMs += beatsEveryMs) {
        const beat = Math.round((atMs - timeline.nowMs) / beatsEveryMs);
        process.reachAt(atMs, () => context.heartbeat({ beat }));
      }
    }
    if (plan.writes !== undefined) this.#write(plan.writes, { process, context, name: command.name, call, endsAtMs });
    if (plan.leavesErrorAfterMs !== undefined && call === 1) leaveError(command.name, plan.leavesErrorAfterMs);
    const isSchedules = runId.startsWith(SCHEDULES);
    const isBroken = this.#options.triesOf(runId) < (plan.failsUntilTry ?? 0);
    const failure = isBroken
      ? new NonRetryableError('it is broken')
      : this.#failure(plan, call, faults.happens('bodyFails', occasion) && !isSchedules);
    return new Promise((resolve, reject) => {
      process.reachAt(endsAtMs, () => {
        this.book.end(body, failure === undefined ? 'gave' : 'failed', timeline.nowMs);
        const gives = plan.givesCall === true ? call : plan.gives;
        if (failure === undefined) resolve(plan.givesBytes === undefined ? gives : 'x'.repeat(plan.givesBytes));
        else reject(failure);
      });
    });
  }

  #write(
    { stream: to, count }: NonNullable<BodyPlan['writes']>,
    { process, context, name, call, endsAtMs }: WritingBody,
  ): void {
    const { nowMs } = this.#options.timeline;
    for (let n = 1; n <= count; n += 1) {
      process.reachAt(nowMs + ((endsAtMs - nowMs) * n) / (count + 1), () => {
        // One that was cancelled, and goes on, is refused.
        if (!context.signal.aborted) context.write(stream(to), { by: name, call, n, of: count });
      });
    }
  }

  #failure(plan: BodyPlan, call: number, isFault: boolean): Error | undefined {
    if (plan.failsForGood !== undefined) return new NonRetryableError(plan.failsForGood);
    if (plan.throws !== undefined) return plan.throws as Error;
    if (plan.declines !== undefined) return new Declined(plan.declines);
    const kills = plan.kills === undefined || plan.kills < 0 ? 0 : plan.kills;
    if (isFault || call - kills <= (plan.fails ?? 0)) return new SimulatedFailure(`call ${call} failed`);
    return undefined;
  }
}

/** Schedules are lull's own workflow, whose bodies are what they are; that they fail by chance would leave out times. */
const SCHEDULES = 'lull.schedule:';

function planOfSchedule(command: StepCommand, context: StepContext): BodyPlan {
  try {
    return { takesMs: 1, gives: callStepBody(command, context) };
  } catch (error) {
    return { takesMs: 1, gives: null, throws: error };
  }
}

/** An undo gives a plan too, unless it is code of the run. */
function planOf(command: StepCommand, context: StepContext): BodyPlan {
  const { body, undoes } = command;
  if (context.runId.startsWith(SCHEDULES)) return planOfSchedule(command, context);
  if (undoes === undefined) return callStepBody(command, context) as BodyPlan;
  const made = (body as unknown as (result: unknown) => unknown)(undoes.result);
  return isAwaitable(made) ? { takesMs: 1, gives: RUNS_IN_THE_RUN } : (made as BodyPlan);
}
