/** Other runs, as the code of a run reaches them. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkName } from '../core/check-name.ts';
import { type EndedRun, reasonOf } from '../core/ended-run.ts';
import { currentLoop } from '../core/loop.ts';
import { RunCancelledError, RunFailedError, RunTerminatedError } from '../core/run-errors.ts';
import type { Query } from '../core/query.ts';
import type { Signal } from '../core/signal.ts';
import { toError } from '../core/to-error.ts';
import { type Update, updateSchema } from '../core/update.ts';
import { validOrThrow } from '../core/validate.ts';
import { cancelRun } from './cancel-run.ts';
import { type Call, lazy } from './lazy.ts';
import { operate } from './operate.ts';
import { checkTarget } from './run-arguments.ts';
import { QueryCall, UpdateCall } from './run-calls.ts';
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
   * Asks it a query: the answer is recorded, and a replay gives it again. Throws what the handler throws, and what
   * `client.run(id).query` raises.
   */
  query<T, A>(query: Query<T, A>, ...args: undefined extends A ? [args?: A] : [args: A]): Awaitable<T>;
  query(query: string, args?: unknown): Awaitable<unknown>;
  /**
   * Asks it to carry out an update, and waits for the answer, however long that takes. Throws an UpdateRefusedError, an
   * UpdateFailedError, a RunEndedError, and what `signal` throws.
   */
  update<I, U, In>(update: Update<I, U, In>, ...input: undefined extends In ? [input?: In] : [input: In]): Awaitable<U>;
  update(update: string, input?: unknown): Awaitable<unknown>;
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

  query<T>(query: { readonly name: string } | string, args?: unknown): Awaitable<T> {
    const name = checkedNameOf(query, 'a query');
    const encoded = currentLoop('getRun().query()').values.encode(args, `the arguments of query "${name}"`);
    return lazy('getRun().query()', new QueryCall<T>({ runId: this.id, name, args: encoded }));
  }

  update<U>(update: { readonly name: string } | string, input?: unknown): Awaitable<U> {
    const name = checkedNameOf(update, 'an update');
    const what = `the input of update "${name}"`;
    if (typeof update !== 'string') validOrThrow(updateSchema(update), input, what);
    const encoded = currentLoop('getRun().update()').values.encode(input, what);
    return lazy('getRun().update()', new UpdateCall<U>({ runId: this.id, name, args: encoded }));
  }

  result(): Awaitable<R> {
    return lazy('getRun().result()', new ResultCall<R>(this.id));
  }
}

function checkedNameOf(asked: { readonly name: string } | string, what: string): string {
  const name = typeof asked === 'string' ? asked : asked.name;
  checkName(name, what);
  return name;
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
