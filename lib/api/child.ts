/** Child runs: runs of their own, which a run starts, waits for, and takes with it when it ends. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { type EndedRun, reasonOf } from '../core/ended-run.ts';
import type { Encoded } from '../core/encoded.ts';
import { type CancelledError, isCancelled } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import type { OnParentClose } from '../core/operation.ts';
import {
  ChildFailedError,
  RunCancelledError,
  RunEndedError,
  RunNotFoundError,
  RunTerminatedError,
} from '../core/run-errors.ts';
import type { Signal } from '../core/signal.ts';
import { toError } from '../core/to-error.ts';
import { definitionOf, type Workflow } from '../core/workflow.ts';
import { type Call, lazy } from './lazy.ts';
import { operate } from './operate.ts';
import { cancelRun } from './cancel-run.ts';
import { checkChildOptions, checkWorkflow } from './run-arguments.ts';
import { sendSignal } from './send-signal.ts';

/** How a child is started. */
export interface ChildOptions {
  /** The child's id: see `client.start`. Default: one that follows from its parent, which nothing can guess. */
  id?: string;
  /**
   * What becomes of the child if it is open when its parent ends, or when the code that waits for it is cancelled. Default
   * `'cancel'`.
   */
  onParentClose?: OnParentClose;
}

/** A child that was started. Awaiting it gives its result, as often as you like; see `child` for what it throws. */
export interface ChildRun<R> extends Awaitable<R> {
  readonly id: string;
  /** Sends it a signal, once, in the order of the calls. */
  signal<T, In>(
    signal: Signal<T, In>,
    ...payload: undefined extends In ? [payload?: In] : [payload: In]
  ): Awaitable<void>;
  /** Asks it to stop: its code may clean up. It is not waited for. */
  cancel(reason?: string): Awaitable<void>;
}

/** An input that may be undefined may be left out. */
type ChildArguments<In> = undefined extends In
  ? [input?: In, options?: ChildOptions]
  : [input: In, options?: ChildOptions];

/**
 * Runs a workflow as a child, and returns its result. The child is a run of its own: it has a journal, an id and limits of
 * its own, may sleep for months, and is seen in lists; its parent pays nothing while it waits.
 *
 * A child that does not complete is a ChildFailedError with its `status` and `cause`. Where the code that waits for it is
 * cancelled, such as the loser of a race, the child is cancelled too, and has ended before the CancelledError goes on.
 * Where `id` belongs to another run it is a RunIdTakenError.
 *
 * @example
 * ```ts no-run
 * import { child, gather, workflow } from 'lull';
 *
 * const ship = workflow('ship', function* (parcel: string) {
 *   return `shipped ${parcel}`;
 * });
 * export const order = workflow('order', function* (parcels: string[]) {
 *   return yield* gather(parcels.map((parcel) => child(ship, parcel)));
 * });
 * ```
 */
export function child<In, R>(workflow: Workflow<In, R, never>, ...rest: ChildArguments<In>): Awaitable<R> {
  const call = toCall<R>('child()', workflow, rest);
  return lazy(`child() of workflow "${call.workflow}"`, new ChildCall<R>(call));
}

/**
 * Starts a child, and returns once it is started. Await what it returns for the result.
 *
 * @example
 * ```ts no-run
 * import { startChild, workflow } from 'lull';
 *
 * const ship = workflow('ship', function* (parcel: string) {
 *   return `shipped ${parcel}`;
 * });
 * export const order = workflow('order', function* (parcel: string) {
 *   const shipping = yield* startChild(ship, parcel, { id: `ship-${parcel}` });
 *   return yield* shipping;
 * });
 * ```
 */
export function startChild<In, R>(
  workflow: Workflow<In, R, never>,
  ...rest: ChildArguments<In>
): Awaitable<ChildRun<R>> {
  const call = toCall<R>('startChild()', workflow, rest);
  return lazy(`startChild() of workflow "${call.workflow}"`, new StartChildCall<R>(call));
}

/** What a child is started with, as data. */
interface ChildStart {
  readonly workflow: string;
  /** Encoded at the call: what changes it later does not change the child's. */
  readonly input: Encoded;
  readonly id: string | undefined;
  readonly onParentClose: OnParentClose;
}

function toCall<R>(call: string, workflow: Workflow<never, R, never>, rest: readonly unknown[]): ChildStart {
  const [input, options = {}] = rest as [unknown, ChildOptions?];
  checkWorkflow(call, workflow);
  checkChildOptions(call, options);
  const { name } = definitionOf(workflow);
  const { id, onParentClose = 'cancel' } = options;
  const encoded = currentLoop(call).values.encode(input, `the input of workflow "${name}"`);
  return { workflow: name, input: encoded, id, onParentClose };
}

class ChildCall<R> implements Call<R> {
  readonly child: ChildStart;

  constructor(child: ChildStart) {
    this.child = child;
  }

  *start(): Coroutine<R> {
    return yield* yield* startUninterrupted<R>(this.child);
  }
}

class StartChildCall<R> implements Call<ChildRun<R>> {
  readonly child: ChildStart;

  constructor(child: ChildStart) {
    this.child = child;
  }

  start(): Coroutine<ChildRun<R>> {
    return startUninterrupted<R>(this.child);
  }
}

/**
 * A cancellation waits until the child is started: whether it was would not be known, and nothing would cancel it. Then
 * the child is stopped, and the cancellation goes on.
 */
function* startUninterrupted<R>(start: ChildStart): Coroutine<ChildHandle<R>> {
  const { tasks } = currentLoop('child()');
  const starting = tasks.create(carryOutStart(start), { name: `start of child "${start.workflow}"`, isShielded: true });
  const cancellation = yield* untilDone(starting);
  const handle = new ChildHandle<R>(starting.result(), start);
  if (cancellation === undefined) return handle;
  if (start.onParentClose !== 'abandon') yield* handle.stopAndWait(cancellation.message);
  throw cancellation;
}

function* carryOutStart({ workflow, input, id, onParentClose }: ChildStart): Coroutine<string> {
  return yield* operate<string>({ kind: 'start-child', workflow, input, runId: id, onParentClose }, workflow, [input]);
}

/** Waits for a shielded task. Returns the cancellation that came meanwhile, if any. */
function* untilDone(task: Awaitable<unknown> & { done(): boolean }): Coroutine<CancelledError | undefined> {
  try {
    yield* task;
    return undefined;
  } catch (error) {
    return isCancelled(error) ? error : undefined; // the task's own error is thrown by its result()
  }
}

class ChildHandle<R> implements ChildRun<R> {
  readonly id: string;
  readonly #workflow: string;
  readonly #onParentClose: OnParentClose;

  constructor(id: string, { workflow, onParentClose }: ChildStart) {
    this.id = id;
    this.#workflow = workflow;
    this.#onParentClose = onParentClose;
  }

  /** As asyncio's `await task`: where what waits for it is cancelled, so is the child, and it has ended before that goes on. */
  *[Symbol.iterator](): Coroutine<R> {
    const { runEnds } = currentLoop('yield* child');
    try {
      return toResult<R>(this.id, yield* runEnds.wait(this.id));
    } catch (error) {
      if (isCancelled(error) && this.#onParentClose !== 'abandon') yield* this.stopAndWait(error.message);
      throw error;
    }
  }

  signal(signal: Signal<unknown> | string, payload?: unknown): Awaitable<void> {
    return sendSignal('child.signal()', this.id, signal, payload);
  }

  cancel(reason = ''): Awaitable<void> {
    return cancelRun('child.cancel()', this.id, reason);
  }

  /** Shielded: goes on though it is cancelled again. */
  *stopAndWait(reason: string): Coroutine<void> {
    const { tasks } = currentLoop('child()');
    const stopping = tasks.create(this.#stop(reason), {
      name: `stop of child "${this.#workflow}"`,
      isShielded: true,
    });
    yield* untilDone(stopping);
    stopping.result();
  }

  *#stop(reason: string): Coroutine<void> {
    const kind = this.#onParentClose === 'terminate' ? 'terminate' : 'cancel';
    try {
      yield* operate<void>({ kind, runId: this.id, reason }, this.#workflow);
    } catch (error) {
      if (!(error instanceof RunEndedError) && !(error instanceof RunNotFoundError)) throw error;
      if (error instanceof RunNotFoundError) return; // purged since: its end is on its way, or will never come
    }
    yield* currentLoop('child()').runEnds.wait(this.id);
  }
}

function toResult<R>(runId: string, end: EndedRun): R {
  const { status, workflow, value } = end;
  switch (status) {
    case 'completed':
      return value as R;
    case 'failed':
      throw new ChildFailedError(runId, workflow, status, toError(value));
    case 'cancelled':
      throw new ChildFailedError(runId, workflow, status, new RunCancelledError(runId, reasonOf(end)));
    case 'terminated':
      throw new ChildFailedError(runId, workflow, status, new RunTerminatedError(runId, reasonOf(end)));
  }
}
