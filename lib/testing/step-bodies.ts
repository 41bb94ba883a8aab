/**
 * Calls the bodies of steps, or mocks in their place, remembers what they were called with, and knows which are still
 * at work.
 */
import { bodyArguments, callStepBody, type StepBody, type StepCommand } from '../core/command.ts';
import { isPromise } from '../core/check-awaitable.ts';
import type { WorkflowCodeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { StepContext } from '../core/step.ts';
import { watchArguments } from './changed-arguments.ts';
import type { ProgressCounter } from './progress-counter.ts';
import type { CrashPoints } from './crash-points.ts';
import { never } from './cloud-process.ts';
import { RealWork } from './real-work.ts';
import { changedNames } from './suspects.ts';

/** What is called in place of a step's body: with the arguments of a defineStep, else with the StepContext. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a mock names the types that its step has
export type StepMock = (...args: any[]) => unknown;

interface Following {
  readonly signal: AbortSignal;
  readonly changed: () => WorkflowCodeError | undefined;
  readonly onEnd: () => void;
}

interface Body {
  /** It was waited for as long as it may take without anything to be seen. */
  seemsToHang: boolean;
}

export interface StepBodiesOptions {
  readonly progress: ProgressCounter;
  readonly points: CrashPoints;
  /** A body that changes its arguments fails its step; else it is a warning. */
  readonly strict: boolean;
  readonly log: Logger;
}

export class StepBodies {
  readonly #progress: ProgressCounter;
  readonly #points: CrashPoints;
  readonly #strict: boolean;
  readonly #log: Logger;
  readonly #mocks = new Map<string, StepMock>();
  readonly #calls = new Map<string, unknown[]>();
  /** Of all bodies that were begun, with their steps' names. */
  readonly #keys = new Set<string>();
  /** Bodies that were called, mocks left out, by run and by the name of the step. */
  readonly #bodiesOfRuns = new Map<string, Map<string, StepBody>>();
  readonly #working = new Set<Body>();
  readonly #realWork = new RealWork();

  constructor({ progress, points, strict, log }: StepBodiesOptions) {
    this.#progress = progress;
    this.#points = points;
    this.#strict = strict;
    this.#log = log;
  }

  /** What the mock gives, which stands for the function of a remote step. */
  callMock(name: string, payload: unknown): unknown {
    this.#rememberCall(name, payload);
    return this.#mocks.get(name)?.(payload);
  }

  hasMock(name: string): boolean {
    return this.#mocks.has(name);
  }

  mock(name: string, mock: StepMock): void {
    this.#mocks.set(name, mock);
  }

  /** For each body that was begun: the arguments of a defineStep, else the StepContext. */
  calls(name: string): readonly unknown[] {
    return [...(this.#calls.get(name) ?? [])];
  }

  /** Under which idempotency keys bodies were begun: `step "charge" with the idempotency key run-0001#1`. */
  keys(): readonly string[] {
    return [...this.#keys];
  }

  /** The steps whose bodies seem to change variables that are not their own, in words. */
  suspects(runId: string): string[] {
    return [...(this.#bodiesOfRuns.get(runId) ?? [])].flatMap(([name, body]) => {
      const names = changedNames(body);
      return names.length === 0 ? [] : [`the body of step "${name}" changes ${names.join(', ')}`];
    });
  }

  /** Nothing more is asked about it. */
  forgetRun(runId: string): void {
    this.#bodiesOfRuns.delete(runId);
  }

  /** They run on, and are ignored from now on. */
  forgetWorking(): void {
    this.#working.clear();
  }

  /** For the engine's `callBody`. */
  readonly call = (command: StepCommand, context: StepContext): unknown => {
    const point = this.#points.next(`step "${command.name}"`, context.runId);
    if (point.crashesBefore) return never();
    if (this.#working.size === 0) this.#realWork.takeBaseline();
    this.#remember(command, context);
    this.#progress.record();
    const end = (): void => void point.after();
    const changed = watchArguments(command);
    let result: unknown;
    try {
      result = this.#begin(command, context);
    } catch (error) {
      end();
      this.#refuse(changed());
      throw error;
    }
    if (isPromise(result)) return this.#follow(result, { signal: context.signal, changed, onEnd: end });
    end();
    this.#refuse(changed());
    return result;
  };

  #refuse(changed: WorkflowCodeError | undefined): void {
    if (changed === undefined) return;
    if (this.#strict) throw changed;
    this.#log.warn(changed.message);
  }

  /**
   * Waits as long as bodies may do something by themselves; false when none will, so that only the clock can help.
   * Work that the process can see is waited for to its end, other work for a short while: once for each body.
   */
  async mayBeActive(): Promise<boolean> {
    if (this.#working.size === 0) return false;
    const isPatient = [...this.#working].some((body) => !body.seemsToHang);
    if (await this.#realWork.mayBeActive(this.#progress, isPatient)) return true;
    for (const body of this.#working) body.seemsToHang = true;
    return false;
  }

  #remember({ name, args }: StepCommand, context: StepContext): void {
    const { runId, stepId, idempotencyKey } = context;
    this.#keys.add(`step "${stepId}" of ${runId} with the idempotency key ${idempotencyKey}`);
    this.#rememberCall(name, args ?? context);
  }

  #rememberCall(name: string, call: unknown): void {
    const calls = this.#calls.get(name);
    if (calls === undefined) this.#calls.set(name, [call]);
    else calls.push(call);
  }

  #begin(command: StepCommand, context: StepContext): unknown {
    const mock = this.#mocks.get(command.name);
    if (mock === undefined) {
      this.#rememberBody(context.runId, command);
      return callStepBody(command, context);
    }
    return mock(...bodyArguments(command, context));
  }

  #rememberBody(runId: string, { name, body }: StepCommand): void {
    if (body === undefined) return;
    const bodies = this.#bodiesOfRuns.get(runId);
    if (bodies === undefined) this.#bodiesOfRuns.set(runId, new Map([[name, body]]));
    else bodies.set(name, body);
  }

  async #follow<T>(result: PromiseLike<T>, { signal, changed, onEnd }: Following): Promise<T> {
    const body = { seemsToHang: false };
    const leave = (): void => {
      if (this.#working.delete(body)) this.#progress.record();
    };
    this.#working.add(body);
    // An aborted body is not waited for.
    signal.addEventListener('abort', leave);
    try {
      return await result;
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
      onEnd();
      this.#refuse(changed());
    }
  }
}
