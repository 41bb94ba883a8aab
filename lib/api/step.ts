/** Side effects: what a run does to the world, recorded. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkName } from '../core/check-name.ts';
import type { StepBody, StepCommand } from '../core/command.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentStepContext } from '../core/step-context.ts';
import { checkStepKey, checkStepOptions } from '../core/step-options.ts';
import type { DefinedStepOptions, StepContext, StepOptions } from '../core/step.ts';
import { type Call, lazy } from './lazy.ts';

const NO_OPTIONS: StepOptions = {};

/**
 * One side effect: the body runs at least once, its result is recorded once, and every replay answers with that.
 *
 * A body that fails is tried again (5 attempts, 1 s, 2 s, 4 s, ... apart, unless `retry` says otherwise); after the
 * last one a StepFailedError is thrown, whose `cause` is the body's error. Pass `context.idempotencyKey` to a service
 * that must not act twice. The result has to be storable: a function or a promise in it is an UnserializableValueError.
 * Cancelling the task that waits aborts `context.signal`. Where several steps of one name follow on each other, `key`
 * tells them apart: code that was changed while the run was alive does not take the result of another one.
 *
 * @example
 * ```ts
 * const rate = yield* step('exchange rate', () => 1.08);
 * const receipt = yield* step('charge', { retry: { maxAttempts: 3 } }, (context) => ({
 *   key: context.idempotencyKey,
 *   cents: Math.round(990 * rate),
 * }));
 * receipt.cents; // => 1069
 * ```
 */
export function step<T>(name: string, body: (context: StepContext) => T | Promise<T>): Awaitable<T>;
export function step<T>(
  name: string,
  options: NoInfer<StepOptions<T>>,
  body: (context: StepContext) => T | Promise<T>,
): Awaitable<T>;
export function step(name: string, ...rest: [StepBody] | [StepOptions, StepBody]): Awaitable<unknown> {
  const {
    options: { key, undo, ...options },
    body,
  } = checkStep<StepOptions, StepBody>(name, rest);
  if (key !== undefined) checkStepKey(key, `step "${name}"`); // not a function, which is for defineStep
  const command: StepCommand = { kind: 'step', name, options, body, key, undo };
  return lazy(`step("${name}")`, new StepCall(command));
}

/**
 * A step as a function: each call is a step of that name, with the call's arguments. Its body finds the context with
 * `stepContext()`. The arguments are not stored: on a replay they are worked out again, and compared with a digest of
 * what they were. A run whose changed code passes other arguments is blocked, unless a `key` tells the calls apart. Of
 * large arguments the first 8,192 characters are compared; what cannot be stored (a function, a client) is not.
 *
 * @example
 * ```ts
 * const charge = defineStep('charge', { timeout: '30s' }, (cents: number) => `charged ${cents}`);
 * yield* charge(990); // => 'charged 990'
 * ```
 */
export function defineStep<A extends unknown[], T>(
  name: string,
  body: (...args: A) => T | Promise<T>,
): (...args: A) => Awaitable<T>;
export function defineStep<A extends unknown[], T>(
  name: string,
  options: NoInfer<DefinedStepOptions<A, T>>, // a key may take fewer
  body: (...args: A) => T | Promise<T>,
): (...args: A) => Awaitable<T>;
export function defineStep<A extends unknown[]>(
  name: string,
  ...rest: [(...args: A) => unknown] | [DefinedStepOptions<A>, (...args: A) => unknown]
): (...args: A) => Awaitable<unknown> {
  const {
    options: { key, undo, ...options },
    body,
  } = checkStep<DefinedStepOptions<A>, (...args: A) => unknown>(name, rest);
  return (...args) => {
    const command: StepCommand = { kind: 'step', name, options, args, body, undo };
    if (key === undefined) return lazy(`${name}()`, new StepCall(command));
    const ownKey = typeof key === 'string' ? key : checkStepKey(key(...args), `step "${name}"`);
    return lazy(`${name}()`, new StepCall({ ...command, key: ownKey }));
  };
}

/**
 * The context of the step whose body runs right now: for the bodies of `defineStep`. Called anywhere else it is a
 * WorkflowCodeError `NOT_IN_A_STEP`.
 *
 * @example
 * ```ts
 * const attempt = defineStep('which attempt', () => stepContext().attempt);
 * yield* attempt(); // => 1
 * ```
 */
export function stepContext(): StepContext {
  const context = currentStepContext();
  if (context !== undefined) return context;
  throw new WorkflowCodeError(
    'NOT_IN_A_STEP',
    `stepContext() was called where no step is running: it belongs in the body of a step, ` +
      `step('name', () => ...) or defineStep('name', () => ...)`,
  );
}

function checkStep<O extends StepOptions | DefinedStepOptions<never>, B>(
  name: string,
  rest: [B] | [O, B],
): { options: O; body: B } {
  checkName(name, 'a step');
  const [options, body] = rest.length === 1 ? [NO_OPTIONS as O, rest[0]] : rest;
  if (typeof body !== 'function') {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `the body of step "${name}" is ${describeValue(body)}: give a function, step('${name}', () => ...)`,
    );
  }
  if (options !== NO_OPTIONS) checkStepOptions(options, `step "${name}"`);
  return { options, body };
}

class StepCall<T> implements Call<T> {
  readonly command: StepCommand;

  constructor(command: StepCommand) {
    this.command = command;
  }

  start(): Coroutine<T> {
    return yieldOnce(this.command);
  }
}

function* yieldOnce<T>(command: StepCommand): Coroutine<T> {
  return (yield command) as T;
}
