/** Workflows: named generator functions that can be started as runs. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { captureCallSite } from '../core/call-site.ts';
import { checkNotOwn } from '../core/own-names.ts';
import { checkPlainName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import { describeDuration, toMilliseconds } from '../core/duration.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoopOrNone } from '../core/loop.ts';
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import type { StandardSchema } from '../core/standard-schema.ts';
import { toRunPlacing } from '../core/run-placing.ts';
import { checkStepDefaults } from '../core/step-options.ts';
import { setDefinition, type Workflow, type WorkflowDefinition, type WorkflowOptions } from '../core/workflow.ts';
import { asCoroutine } from './body.ts';
import { within } from './timeout.ts';

const OPTIONS = ['input', 'timeout', 'retention', 'steps', 'pool', 'key', 'priority', 'history'];

type Body<I, R> = (input: I) => Coroutine<R>;

/**
 * Names a generator function, so that runs of it can be started. The name has 1 to 128 letters, digits, `_`,
 * `.` or `-`; running runs are found by it, so it stays.
 *
 * The workflow that it returns can be called: inside a run, `checkout(order)` is its coroutine, to be awaited inline as
 * a part of that run. Then the options do not apply: they are for runs of its own.
 *
 * @example
 * ```ts
 * const greet = workflow('greet', function* (name: string) {
 *   yield* sleep('1 day');
 *   return `Good morning, ${name}`;
 * });
 * const main = workflow('main', function* () {
 *   return yield* greet('Ada');
 * });
 * main.name; // => 'main'
 * ```
 */
export function workflow<I = void, R = unknown>(name: string, body: (input: I) => Coroutine<R>): Workflow<I, R>;
// Without a schema callers pass what the body takes.
export function workflow<I = void, R = unknown>(
  name: string,
  options: WorkflowOptions<I, I> & { input?: undefined },
  body: (input: I) => Coroutine<R>,
): Workflow<I, R>;
export function workflow<In, I = In, R = unknown>(
  name: string,
  options: WorkflowOptions<In, I>,
  body: (input: I) => Coroutine<R>,
): Workflow<In, R, I>;
export function workflow<In, I, R>(
  name: string,
  ...rest: [Body<I, R>] | [WorkflowOptions<In, I>, Body<I, R>]
): Workflow<In, R, I> {
  checkPlainName(name, 'a workflow');
  checkNotOwn(name);
  return makeWorkflow<In, I, R>(name, ...rest);
}

/** The same for a workflow of lull's own, under a name that no author can give. */
export function makeWorkflow<In, I, R>(
  name: string,
  ...rest: [Body<I, R>] | [WorkflowOptions<In, I>, Body<I, R>]
): Workflow<In, R, I> {
  const [options, body]: [WorkflowOptions<In, I>, Body<I, R>] = rest.length === 1 ? [{}, rest[0]] : rest;
  checkBody(name, body);
  const call = (input: I): Coroutine<R> => callInline(name, body, input, call);
  Object.defineProperty(call, 'name', { value: name });
  setDefinition(call, define(name, options, body));
  return call;
}

function define<In, I, R>(name: string, options: WorkflowOptions<In, I>, body: Body<I, R>): WorkflowDefinition {
  checkOptions(name, options);
  const inputSchema = options.input as StandardSchema | undefined;
  const toMs = (duration: WorkflowOptions<In, I>['timeout'], what: string) =>
    duration === undefined ? undefined : toMilliseconds(duration, `the ${what} of workflow "${name}"`);
  const timeoutMs = toMs(options.timeout, 'timeout');
  const retentionMs = toMs(options.retention, 'retention');
  if (retentionMs !== undefined && retentionMs < SHORTEST_RETENTION_MS) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `the retention of workflow "${name}" is ${describeValue(options.retention)}: give 15 minutes or more, or leave it ` +
        `out to keep runs forever`,
    );
  }
  const call = `workflow "${name}", ${describeDuration(options.timeout ?? null)},`;
  return {
    name,
    code: body,
    inputSchema,
    timeoutMs,
    retentionMs,
    stepDefaults: options.steps,
    placing: toRunPlacing(options, `workflow "${name}"`),
    isUnbounded: options.history === 'unbounded',
    start: (input) => callBody(name, body, input as I),
    startWithTimer: (input) =>
      timeoutMs === undefined
        ? callBody(name, body, input as I)
        : within({ name: 'timeout', ms: timeoutMs, call }, new WorkflowCall(name, body, input as I)),
  };
}

function callBody<I, R>(name: string, body: Body<I, R>, input: I): Coroutine<R> {
  return asCoroutine(`workflow "${name}"`, body(input));
}

/** A call of a workflow's body, as data; `body` is the author's code. */
class WorkflowCall<I, R> implements Awaitable<R> {
  readonly name: string;
  readonly body: Body<I, R>;
  readonly input: I;
  /** The coroutine that the author was given, where the body is called inline. */
  inline: Coroutine<R> | undefined;

  constructor(name: string, body: Body<I, R>, input: I) {
    this.name = name;
    this.body = body;
    this.input = input;
  }

  [Symbol.iterator](): Coroutine<R> {
    return callBody(this.name, this.body, this.input);
  }
}

/**
 * The body's coroutine, as a part of the run that calls it: it starts when it is awaited, and the run notices if not.
 */
function callInline<I, R>(name: string, body: Body<I, R>, input: I, below: (input: I) => unknown): Coroutine<R> {
  const call = new WorkflowCall(name, body, input);
  const coroutine = runInline(call);
  call.inline = coroutine;
  const awaitables = currentLoopOrNone()?.awaitables;
  awaitables?.created(coroutine, `${name}(...)`, awaitables.keepsCallSites ? captureCallSite(below) : undefined);
  return coroutine;
}

function* runInline<I, R>(call: WorkflowCall<I, R>): Coroutine<R> {
  if (call.inline !== undefined) currentLoopOrNone()?.awaitables.awaited(call.inline);
  return yield* call;
}

function checkBody(name: string, body: unknown): void {
  const kind = typeof body === 'function' ? Object.prototype.toString.call(body) : 'none';
  if (kind !== 'none' && !kind.includes('Async')) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the body of workflow "${name}" is ${kind === 'none' ? describeValue(body) : 'an async function'}: write ` +
      `workflow('${name}', function* (input) { ... }), with yield* where it waits`,
  );
}

function checkOptions(name: string, options: unknown): void {
  const invalid = (message: string) => new WorkflowCodeError('INVALID_ARGUMENT', message);
  if (typeof options !== 'object' || options === null) {
    throw invalid(`the options of workflow "${name}" are ${describeValue(options)}: give an object, or leave them out`);
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) {
    throw invalid(`workflow "${name}" has no option "${unknown}": there are ${OPTIONS.join(', ')}`);
  }
  const { input, steps, history } = options as WorkflowOptions<unknown>;
  if (history !== undefined && (history as unknown) !== 'unbounded') {
    throw invalid(
      `the history of workflow "${name}" is ${describeValue(history)}: give 'unbounded', or leave it out to keep it whole`,
    );
  }
  if (steps !== undefined) checkStepDefaults(steps, `the steps of workflow "${name}"`);
  if (input !== undefined && typeof (input as Partial<typeof input>)['~standard']?.validate !== 'function') {
    throw invalid(
      `the input of workflow "${name}" is ${describeValue(input)}: give a schema that follows Standard Schema (zod, valibot, ...)`,
    );
  }
}
