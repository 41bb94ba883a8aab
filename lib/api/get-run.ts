/** Other runs, as the code of a run reaches them. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { type EndedRun, reasonOf } from '../core/ended-run.ts';
import { currentLoop } from '../core/loop.ts';
import { RunCancelledError, RunFailedError, RunTerminatedError } from '../core/run-errors.ts';
import type { Signal } from '../core/signal.ts';
import { toError } from '../core/to-error.ts';
import { cancelRun } from './cancel-run.ts';
import { type Call, lazy } from './lazy.ts';
import { operate } from './operate.ts';
import { checkTarget } from './run-arguments.ts';
import { sendSignal } from './send-signal.ts';

/** Another run. Each call is a step of the run that makes it: it is done once, however often a worker is lost. */
export interface RunReference<R = unknown> {
  readonly id: string;
  /**
   * Sends it a signal, once. RunEndedError if it has ended, RunNotFoundError if there is none; where its inbox is full, the
   * signal is sent again until there is room.
   */
  signal<T, In>(
    signal: Signal<T, In>,
    ...payload: undefined extends In ? [payload?: In] : [payload: In]
  ): Awaitable<void>;
  signal(signal: string, payload?: unknown): Awaitable<void>;
  /** Asks it to stop: its code may clean up. Errors as of `signal`. */
  cancel(reason?: string): Awaitable<void>;
  /**
   * Waits until it has ended, and returns its result; RunFailedError, RunCancelledError or RunTerminatedError otherwise.
   * The run is not stopped where the code that waits is cancelled.
   */
  result(): Awaitable<R>;
}

/**
 * Another run, by its id; also one that is no child. Nothing is read: whether there is such a run shows when it is used.
 *
 * @example
 * ```ts no-run
 * import { getRun, signal, workflow } from 'lull';
 *
 * const paid = signal<number>('paid');
 * export const cashier = workflow('cashier', function* (orderId: string) {
 *   yield* getRun(`order-${orderId}`).signal(paid, 42);
 *   return yield* getRun<string>(`order-${orderId}`).result();
 * });
 * ```
 */
export function getRun<R = unknown>(id: string): RunReference<R> {
  return new Reference<R>(checkTarget('getRun()', id));
}

class Reference<R> implements RunReference<R> {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  signal(signal: Signal<unknown> | string, payload?: unknown): Awaitable<void> {
    return sendSignal('getRun().signal()', this.id, signal, payload);
  }

  cancel(reason = ''): Awaitable<void> {
    return cancelRun('getRun().cancel()', this.id, reason);
  }

  result(): Awaitable<R> {
    return lazy('getRun().result()', new ResultCall<R>(this.id));
  }
}

class ResultCall<R> implements Call<R> {
  readonly runId: string;

  constructor(runId: string) {
    this.runId = runId;
  }

  *start(): Coroutine<R> {
    const { runId } = this;
    const ended = yield* operate<EndedRun | undefined>({ kind: 'watch', runId }, 'result');
    return toResult<R>(runId, ended ?? (yield* currentLoop('getRun().result()').runEnds.wait(runId)));
  }
}

function toResult<R>(runId: string, end: EndedRun): R {
  switch (end.status) {
    case 'completed':
      return end.value as R;
    case 'failed':
      throw new RunFailedError(runId, end.workflow, toError(end.value));
    case 'cancelled':
      throw new RunCancelledError(runId, reasonOf(end));
    case 'terminated':
      throw new RunTerminatedError(runId, reasonOf(end));
  }
}
