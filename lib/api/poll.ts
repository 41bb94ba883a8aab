/** Asking again and again until an answer will do: each question is a step. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkName } from '../core/check-name.ts';
import type { StepBody, StepCommand } from '../core/command.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, MAX_DURATION_MS, toMilliseconds } from '../core/duration.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import { plainAnswer } from '../core/plain-answer.ts';
import { checkStepDefaults } from '../core/step-options.ts';
import type { RetryPolicy, StepContext, StepDefaults } from '../core/step.ts';
import { type Call, lazy } from './lazy.ts';
import { type Limit, toLimit, within } from './timeout.ts';

/** How often `poll` asks, and for how long. */
export interface PollOptions<T> {
  /** Says whether this answer ends the poll. A plain function. */
  until: (value: T) => boolean;
  /** The pause after the first answer that will not do. */
  every: Duration;
  /** By how much each pause is longer than the one before. Default 1: all are equal. */
  factor?: number;
  /** No pause is longer. Default: no limit. */
  maxEvery?: Duration;
  /** For the questions and the pauses together; when it is up, a TimeoutError is thrown. Default: no limit. */
  timeout?: Duration;
  /** For a question that throws, as the option of a step. Default: that of the workflow, else five attempts. */
  retry?: RetryPolicy | false;
  /** Questions and answers are not shown, as the option of a step. */
  sensitive?: boolean;
}

/**
 * Asks until the answer will do, with pauses that cost nothing; returns that answer.
 *
 * Each question is a step of this name: the body runs at least once, its answer is recorded once. It is called with the
 * answer before, undefined at first, and the step's context. A body that throws is tried again as a step is; after the
 * last attempt its StepFailedError is thrown here. `until` belongs to the workflow's code, and sees each answer in each
 * replay. Options that make no sense are a WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * const until = (job: { percent: number }): boolean => job.percent === 100;
 * const job = yield* poll('look at the job', { until, every: '1m', factor: 2, timeout: '1 day' }, (previous) => ({
 *   percent: (previous?.percent ?? 0) + 50,
 * }));
 * job.percent; // => 100
 * ```
 */
export function poll<T>(
  name: string,
  options: PollOptions<T>,
  body: (previous: T | undefined, context: StepContext) => T | Promise<T>,
): Awaitable<T> {
  checkName(name, 'a poll');
  const what = `poll "${name}"`;
  if (typeof body !== 'function') {
    throw invalid(`the body of ${what} is ${describeValue(body)}: give a function, (previous) => ...`);
  }
  const plan = toPlan(options, what);
  return lazy(`poll("${name}")`, new PollCall<T>(name, plan, body));
}

/** The options, checked. */
interface Plan {
  /** The author's code. */
  readonly until: (value: never) => unknown;
  readonly everyMs: number;
  readonly factor: number;
  readonly maxEveryMs: number;
  readonly limit: Limit | undefined;
  readonly stepOptions: StepDefaults;
}

const OPTIONS = ['until', 'every', 'factor', 'maxEvery', 'timeout', 'retry', 'sensitive'];

function toPlan<T>(options: PollOptions<T>, what: string): Plan {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw invalid(`the options of ${what} are ${describeValue(options)}: give { until: (value) => ..., every: '1m' }`);
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw invalid(`${what} has no option "${unknown}": there are ${OPTIONS.join(', ')}`);
  const { until, every, factor = 1, maxEvery, timeout, retry, sensitive } = options;
  if (typeof until !== 'function') {
    throw invalid(`the until of ${what} is ${describeValue(until)}: give a function, (value) => value.isReady`);
  }
  if (!(factor >= 1) || !Number.isFinite(factor)) {
    throw invalid(`the factor of ${what} is ${describeValue(factor)}: give a number of 1 (equal pauses) or more`);
  }
  const everyMs = toMilliseconds(every, `the every of ${what}`);
  const maxEveryMs = maxEvery === undefined ? MAX_DURATION_MS : toMilliseconds(maxEvery, `the maxEvery of ${what}`);
  if (maxEveryMs < everyMs) {
    throw invalid(`${what} has a maxEvery of ${maxEveryMs} ms, below its every of ${everyMs} ms: swap them?`);
  }
  const stepOptions: StepDefaults = {
    ...(retry === undefined ? {} : { retry }),
    ...(sensitive === undefined ? {} : { sensitive }),
  };
  checkStepDefaults(stepOptions, what);
  return { until, everyMs, factor, maxEveryMs, limit: limitOf(timeout), stepOptions };
}

function limitOf(timeout: Duration | undefined): Limit | undefined {
  return timeout === undefined ? undefined : toLimit('poll', timeout);
}

class PollCall<T> implements Call<T> {
  readonly name: string;
  readonly plan: Plan;
  /** The author's code. */
  readonly body: StepBody;

  constructor(name: string, plan: Plan, body: StepBody) {
    this.name = name;
    this.plan = plan;
    this.body = body;
  }

  start(): Coroutine<T> {
    const asking = askUntil<T>(this);
    return this.plan.limit === undefined ? asking : within(this.plan.limit, asking);
  }
}

function* askUntil<T>({ name, plan, body }: PollCall<T>): Coroutine<T> {
  const { clock } = currentLoop('poll()');
  const { everyMs, factor, maxEveryMs, stepOptions } = plan;
  const until = plan.until as (value: T) => unknown;
  let previous: T | undefined;
  for (let pauseMs = everyMs; ; pauseMs = Math.min(pauseMs * factor, maxEveryMs)) {
    const question: StepCommand = { kind: 'step', name, options: stepOptions, body, previous: { value: previous } };
    const answer = (yield question) as T;
    if (plainAnswer(until(answer), `poll "${name}" (until)`)) return answer;
    previous = answer;
    const dueAtMs = clock.nowMs() + Math.ceil(pauseMs);
    if (pauseMs === 0) yield { kind: 'pause' };
    else yield { kind: 'sleep', name: 'poll', dueAtMs };
  }
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
