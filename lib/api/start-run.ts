/** Runs that a run starts and does not wait for. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { type Attributes, attributesProblem } from '../core/attributes.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import type { StartRunOperation } from '../core/operation.ts';
import { definitionOf, type Workflow } from '../core/workflow.ts';
import { type Call, lazy } from './lazy.ts';
import { operate } from './operate.ts';
import { checkKeys, checkNewId, checkOneOf, checkWorkflow } from './run-arguments.ts';

/** How a run is started by another one. */
export interface StartRunOptions {
  /** The run's id: see `client.start`. Default: one that follows from the run that starts it. */
  id?: string;
  /** The run begins this much later. Default: at once. */
  delay?: Duration;
  /** How long it may take, from its begin: as of `client.start`. */
  timeout?: Duration;
  /** Shown by `describe` and lists: as of `client.start`. */
  attributes?: Attributes;
  /** What to do where the id is taken: as of `client.start`. The run that this very call has started is no conflict. */
  onConflict?: 'fail' | 'use-existing';
}

/** An input that may be undefined may be left out. */
type StartRunArguments<In> = undefined extends In
  ? [input?: In, options?: StartRunOptions]
  : [input: In, options?: StartRunOptions];

/**
 * Starts a run that is no child: it goes on when the run that started it has ended, and is not waited for. Returns its id,
 * once it is started. Errors as of `client.start`.
 *
 * @example
 * ```ts no-run
 * import { startRun, workflow } from 'lull';
 *
 * const remind = workflow('remind', function* (customer: string) {
 *   return `reminded ${customer}`;
 * });
 * export const welcome = workflow('welcome', function* (customer: string) {
 *   return yield* startRun(remind, customer, { id: `remind-${customer}`, delay: '30 days' });
 * });
 * ```
 */
export function startRun<In, R>(workflow: Workflow<In, R, never>, ...rest: StartRunArguments<In>): Awaitable<string> {
  const call = 'startRun()';
  const [input, options = {}] = rest as [unknown, StartRunOptions?];
  checkWorkflow(call, workflow);
  checkKeys(call, options, ['id', 'delay', 'timeout', 'attributes', 'onConflict']);
  const { id, delay = 0, timeout, attributes, onConflict } = options;
  checkNewId(call, id);
  checkOneOf(call, 'onConflict', onConflict, ['fail', 'use-existing']);
  const problem = attributes === undefined ? undefined : attributesProblem(attributes, false);
  if (problem !== undefined) {
    throw new WorkflowCodeError('INVALID_ARGUMENT', `the attributes of ${call} ${problem}`);
  }
  const { name } = definitionOf(workflow);
  const operation: StartRunOperation = {
    kind: 'start-run',
    workflow: name,
    input: currentLoop(call).values.encode(input, `the input of workflow "${name}"`),
    runId: id,
    delayMs: toMilliseconds(delay, `the delay of ${call}`),
    timeoutMs: timeout === undefined ? undefined : toMilliseconds(timeout, `the timeout of ${call}`),
    attributes,
    onConflict,
  };
  return lazy(`${call} of workflow "${name}"`, new StartRunCall(operation));
}

class StartRunCall implements Call<string> {
  readonly operation: StartRunOperation;

  constructor(operation: StartRunOperation) {
    this.operation = operation;
  }

  start(): Coroutine<string> {
    const { operation } = this;
    return operate<string>(operation, operation.workflow, [operation.input]);
  }
}
