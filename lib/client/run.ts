/** One run, as its caller holds it. Making one reads nothing: each call looks at the table. */
import type { Query } from '../core/query.ts';
import type { Signal } from '../core/signal.ts';
import type { Stream, StreamEntry } from '../core/stream.ts';
import type { Update } from '../core/update.ts';
import { describeValue } from '../core/describe-value.ts';
import { askQuery } from './ask-query.ts';
import { awaitResult, type ResultOptions } from './await-result.ts';
import { awaitUpdate } from './await-update.ts';
import { beginCall } from './call-budget.ts';
import type { ClientPorts } from './client-ports.ts';
import { deleteRun } from './delete-run.ts';
import { type DescribeOptions, describeRun, type RunDescription } from './describe-run.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { checkOptions } from './options.ts';
import { exportHistory, type ExportOptions } from './export-history.ts';
import type { HistoryDocument } from './history-document.ts';
import type { HistoryEvent } from './history-event.ts';
import { type PlacedEvent, readHistory, type HistoryOptions } from './run-history.ts';
import { type ForkOptions, forkRun } from './fork-run.ts';
import { pauseRun, resumeRun } from './pause-run.ts';
import {
  checkPageLimit,
  checkStreamRead,
  readStream,
  readStreamPage,
  type StreamPage,
  type StreamPageOptions,
  type StreamReadOptions,
} from './read-stream.ts';
import { type RetryOptions, retryRun } from './retry-run.ts';
import { sendControl } from './send-control.ts';
import { prepareUpdate, sendUpdate, type UpdateOptions } from './send-update.ts';
import { nameOf, prepareSignal, sendSignal } from './send-signal.ts';

/** How a signal is sent. */
export interface SignalOptions {
  /**
   * Calls with the same key, to the same run and signal, give the run one signal however often they are repeated. With
   * another payload than the first of them they are an IdempotencyKeyReusedError, as long as the run is not purged.
   */
  readonly idempotencyKey?: string | undefined;
}

/** How a run is asked to stop. */
export interface ControlOptions {
  /** Calls with the same key, to the same run, are one request. With another reason: as of a signal's payload. */
  readonly idempotencyKey?: string | undefined;
}

/** How a run is terminated. */
export interface TerminateOptions extends ControlOptions {
  /**
   * Of the steps that have completed, those with an `undo` are undone first, the last first; no other code of the run
   * runs. A run that is blocked waits for code that can follow. Default false.
   */
  readonly undo?: boolean | undefined;
}

/** A payload that may be undefined may be left out. */
type SignalArguments<In> = undefined extends In
  ? [payload?: In, options?: SignalOptions]
  : [payload: In, options?: SignalOptions];

/** Arguments that may be undefined may be left out. */
type QueryArguments<A> = undefined extends A ? [args?: A] : [args: A];

/** An input that may be undefined may be left out. */
type UpdateArguments<In> = undefined extends In
  ? [input?: In, options?: UpdateOptions]
  : [input: In, options?: UpdateOptions];

/** A run. `R` is what its workflow returns. Methods of a run that is not there raise a RunNotFoundError. */
export interface Run<R> {
  readonly id: string;
  /**
   * Waits until the run has ended, and gives its result. A failed run raises a RunFailedError (`cause`: the workflow's
   * own error), a cancelled one a RunCancelledError, a terminated one a RunTerminatedError; after `timeout` it is a
   * TimeoutError, and the run goes on. A run that is blocked is waited for.
   */
  result(options?: ResultOptions): Promise<R>;
  /**
   * Sends a signal. When this returns the run will get it, once, after those that were sent before; also if it does
   * not wait for it yet. Raises a RunEndedError if the run has ended, an InboxFullError if too many wait, an
   * InvalidInputError if the payload does not fit the signal's schema.
   */
  signal<T, In>(signal: Signal<T, In>, ...rest: SignalArguments<In>): Promise<void>;
  signal(signal: string, payload?: unknown, options?: SignalOptions): Promise<void>;
  /**
   * Asks the run a query, and gives what its handler returns, as of the last record of the run's journal. This process
   * replays the run for it, so the Client needs the `workflows`; nothing is written, and the run takes no turn. A run that
   * has ended answers too, and one that is blocked as far as its code can follow. What the handler throws is thrown here.
   * Raises a RunNotBegunError before the run's first turn, an UnknownQueryError if its code has given no handler by now.
   */
  query<T, A>(query: Query<T, A>, ...rest: QueryArguments<A>): Promise<T>;
  query(query: string, args?: unknown): Promise<unknown>;
  /**
   * Asks the run to carry out an update, and waits for the answer: what its handler returns. An update whose handler is not
   * there yet waits for it. With an `id`, the same update may be asked for again, and gives the same answer.
   *
   * Raises an UpdateRefusedError if its validator refuses it (nothing has changed then), an UpdateFailedError if its handler
   * throws, each with the `cause`; a RunEndedError if the run ended before it was answered; and what `signal` raises.
   */
  update<I, U, In>(update: Update<I, U, In>, ...rest: UpdateArguments<In>): Promise<U>;
  update(update: string, input?: unknown, options?: UpdateOptions): Promise<unknown>;
  /**
   * What there is to know: workflow, status, times, input, and how it ended. Can `wait` a while for the end, and, with
   * `tasks`, says what the run waits for: `explainRun` puts that into words.
   */
  describe(options?: DescribeOptions): Promise<RunDescription>;
  /**
   * The values of a stream of the run, in order: from the place `from` on, and, with `follow`, until the run has ended and all
   * is read. A reader that was interrupted comes again with the last `seq` that it has and one. Any number of
   * readers may come. A stream in which nothing was written is empty.
   *
   * @example
   * ```ts
   * const lines = stream<string>('lines');
   * const poem = workflow('poem', function* () {
   *   yield* lines.write('Tyger Tyger, burning bright,');
   *   yield* lines.write('In the forests of the night;');
   * });
   *
   * const engine = createTestEngine({ workflows: [poem] });
   * const run = await engine.start(poem);
   * await run.result();
   * const read: number[] = [];
   * for await (const { seq } of run.stream(lines, { from: 2 })) read.push(seq);
   * read; // => [2]
   * ```
   */
  stream<T>(stream: Stream<T, never> | string, options?: StreamReadOptions): AsyncIterable<StreamEntry<T>>;
  /** One look at a stream, for readers who page: what is there from a place on, and from where the next look goes on. */
  streamPage(stream: Stream<unknown, never> | string, options?: StreamPageOptions): Promise<StreamPage>;
  /** What has happened so far, oldest first; of a run that has continued as new, in its last link, or in the given one. */
  history(options?: HistoryOptions): AsyncIterable<HistoryEvent>;
  /**
   * The same for those who page: each event with a `cursor`, from which a later call goes on behind it. It reads as much
   * as it gives. Behind a cursor, what came of something that was asked for long before has no `name`. A cursor that is
   * none is an InvalidArgumentError.
   */
  historyFrom(cursor?: string, options?: HistoryOptions): AsyncIterable<PlacedEvent>;
  /**
   * The history as a document that is whole by itself, and that JSON keeps: for `replayHistory` and `checkReplay` of
   * `lull/testing`, and for `client.importHistory`. The run's secrets are left out, unless `secrets` says otherwise. It has
   * the run's input and all other values as they are stored.
   */
  exportHistory(options?: ExportOptions): Promise<HistoryDocument>;
  /**
   * Asks the run to stop: its code gets a CancelledError at its await, may clean up, and may go on. A run that is asked
   * twice cleans up once: the first reason counts. Raises a RunEndedError if the run has ended.
   */
  cancel(reason?: string, options?: ControlOptions): Promise<void>;
  /** Ends the run at once, without running more of its code; also a run that is blocked. Errors as of `cancel`. */
  terminate(reason?: string, options?: TerminateOptions): Promise<void>;
  /**
   * Lets the run do nothing new until `resume`: no turn of it begins, no step, and no further attempt of a step. Steps that
   * are under way come to their end. Signals and updates are accepted and wait, queries are answered, timers that are due
   * fire at the resume. A request to cancel or to terminate ends the pause. A run that is paused, or about to be stopped,
   * stays as it is. Raises a RunEndedError if the run has ended.
   *
   * @example
   * ```ts
   * const approved = signal<string>('approved');
   * const approval = workflow('approval', function* () {
   *   return yield* approved.receive();
   * });
   *
   * const engine = createTestEngine({ workflows: [approval] });
   * const run = await engine.start(approval);
   * await run.pause();
   * await run.signal(approved, 'ann');
   * await engine.advance('1 day');
   * (await run.describe()).status; // => 'paused'
   * await run.resume();
   * await run.result(); // => 'ann'
   * ```
   */
  pause(): Promise<void>;
  /** Lets a paused run go on: what came meanwhile reaches it now. A run that is not paused stays as it is. Errors as of `pause`. */
  resume(): Promise<void>;
  /**
   * Deletes the run and all that belongs to it, now: journal, messages, values, objects in the bucket. Only a run that has
   * ended: else it is a RunNotEndedError, also for a moment in which other runs are still to learn of its end. Its id
   * is free again 15 minutes after the end of the run, or after the delete where a message was on its way to it; a start
   * before that is a RunIdTakenError.
   *
   * @example
   * ```ts
   * const ping = workflow('ping', function* () {
   *   return yield* step('answer', () => 'pong');
   * });
   * const { client } = createTestEngine({ workflows: [ping] });
   * const run = await client.start(ping);
   * await run.result();
   * await run.delete();
   * await client.count({ workflow: 'ping' }); // => 0
   * ```
   */
  delete(): Promise<void>;
  /**
   * Has a failed run go on from the step that failed: that step is tried again, with all of its attempts, and nothing that
   * was recorded before it is done again. Children that failed are tried again with it. Where the code threw by itself,
   * code that was mended meanwhile goes on from there. A run with a timeout has all of it again.
   *
   * Raises a NotFailedError for a run that has not failed, and a RetryRefusedError where going on would be wrong: steps were
   * undone when it failed, a child was stopped with it, or other steps were done since (see `force`).
   *
   * @example
   * ```ts
   * let isUp = false;
   * const order = workflow('order', function* () {
   *   const receipt = yield* step('charge', () => 'r-1');
   *   yield* step('ship', { retry: false }, () => {
   *     if (!isUp) throw new Error('the warehouse is down');
   *   });
   *   return receipt;
   * });
   *
   * const engine = createTestEngine({ workflows: [order] });
   * const run = await engine.start(order);
   * await run.result().catch(() => undefined);
   * isUp = true;
   * await run.retry();
   * await run.result(); // => 'r-1'
   * engine.calls('charge').length; // => 1
   * ```
   */
  retry(options?: RetryOptions): Promise<void>;
  /**
   * Starts a run whose journal begins with that of this one, up to a step: it goes on right before that step, with another
   * input if one is given, and by the code of today. What stands before is taken as it was recorded, and is not the fork's
   * to undo or to stop. Any run can be forked, also one that goes on, has ended, or is blocked.
   *
   * Raises a ForkRefusedError if there is no such step, what `start` raises of the input, and a RunIdTakenError. If the code
   * asks for something else than was recorded, the fork is blocked.
   *
   * @example
   * ```ts
   * const order = workflow('order', function* ({ to }: { to: string }) {
   *   const receipt = yield* step('charge', () => 'r-1');
   *   return yield* step('ship', () => `${receipt} to ${to}`);
   * });
   *
   * const engine = createTestEngine({ workflows: [order] });
   * const run = await engine.start(order, { to: 'Berlin' });
   * await run.result(); // => 'r-1 to Berlin'
   * const fork = await run.fork({ before: 'ship#2', input: { to: 'Paris' } });
   * await fork.result(); // => 'r-1 to Paris'
   * engine.calls('charge').length; // => 1
   * ```
   */
  fork(options: ForkOptions): Promise<Run<R>>;
}

const REASON_LIMIT = 1_000;

export class RunHandle<R> implements Run<R> {
  readonly id: string;
  readonly #ports: ClientPorts;

  constructor(ports: ClientPorts, id: string) {
    this.#ports = ports;
    this.id = id;
  }

  async result(options: ResultOptions = {}): Promise<R> {
    checkOptions('result', options, ['timeout']);
    // Only the workflow says what its result is; its code is checked where it is written.
    return (await awaitResult(this.#ports, this.id, options.timeout)) as R;
  }

  async signal(signal: Signal<unknown> | string, payload?: unknown, options: SignalOptions = {}): Promise<void> {
    checkOptions('signal', options, ['idempotencyKey']);
    const { idempotencyKey } = options;
    const prepared = await prepareSignal(this.#ports, signal, { payload, idempotencyKey });
    await sendSignal(beginCall(this.#ports), this.id, prepared);
  }

  async query<T>(query: { readonly name: string } | string, args?: unknown): Promise<T> {
    const name = nameOf(query, 'a query');
    return (await askQuery(this.#ports, this.id, name, args)) as T;
  }

  async update<U>(
    update: { readonly name: string } | string,
    input?: unknown,
    options: UpdateOptions = {},
  ): Promise<U> {
    const runId = this.id;
    const prepared = await prepareUpdate(this.#ports, update, input, options);
    const messageId = await sendUpdate(beginCall(this.#ports), runId, prepared);
    return (await awaitUpdate(this.#ports, { runId, messageId, name: prepared.name }, options.timeout)) as U;
  }

  async describe(options: DescribeOptions = {}): Promise<RunDescription> {
    checkOptions('describe', options, ['wait', 'tasks', 'locals']);
    const { tasks = false } = options;
    if (typeof tasks !== 'boolean') {
      throw new InvalidArgumentError(`tasks cannot be ${describeValue(tasks)}: give true or false`);
    }
    return describeRun(this.#ports, this.id, options);
  }

  stream<T>(stream: Stream<T, never> | string, options: StreamReadOptions = {}): AsyncIterable<StreamEntry<T>> {
    checkOptions('stream', options, ['from', 'follow']);
    const name = checkStreamRead(stream, options);
    return readStream(this.#ports, this.id, { ...options, name }) as AsyncIterable<StreamEntry<T>>;
  }

  async streamPage(stream: Stream<unknown, never> | string, options: StreamPageOptions = {}): Promise<StreamPage> {
    checkOptions('streamPage', options, ['from', 'limit', 'wait']);
    const name = checkStreamRead(stream, { from: options.from });
    checkPageLimit(options.limit);
    return readStreamPage(this.#ports, this.id, { ...options, name });
  }

  async *history(options: HistoryOptions = {}): AsyncGenerator<HistoryEvent, void, undefined> {
    for await (const { event } of this.historyFrom(undefined, options)) yield event;
  }

  historyFrom(cursor?: string, options: HistoryOptions = {}): AsyncIterable<PlacedEvent> {
    checkOptions('history', options, ['link']);
    return readHistory(this.#ports, this.id, { ...options, cursor });
  }

  async exportHistory(options: ExportOptions = {}): Promise<HistoryDocument> {
    checkOptions('exportHistory', options, ['link', 'secrets']);
    const { secrets = false } = options;
    if (typeof secrets !== 'boolean') {
      throw new InvalidArgumentError(`secrets cannot be ${describeValue(secrets)}: give true or false`);
    }
    return exportHistory(this.#ports, this.id, options);
  }

  async cancel(reason = '', options: ControlOptions = {}): Promise<void> {
    checkReason(reason);
    checkOptions('cancel', options, ['idempotencyKey']);
    const { idempotencyKey } = options;
    await sendControl(beginCall(this.#ports), this.id, { kind: 'cancel', reason, idempotencyKey });
  }

  async terminate(reason = '', options: TerminateOptions = {}): Promise<void> {
    checkOptions('terminate', options, ['idempotencyKey', 'undo']);
    const { idempotencyKey, undo = false } = options;
    if (typeof undo !== 'boolean') {
      throw new InvalidArgumentError(`undo cannot be ${describeValue(undo)}: give true or false`);
    }
    checkReason(reason);
    await sendControl(beginCall(this.#ports), this.id, { kind: 'terminate', reason, undo, idempotencyKey });
  }

  async pause(): Promise<void> {
    await pauseRun(beginCall(this.#ports), this.id);
  }

  async resume(): Promise<void> {
    await resumeRun(beginCall(this.#ports), this.id);
  }

  async delete(): Promise<void> {
    await deleteRun(beginCall(this.#ports), this.id);
  }

  async retry(options: RetryOptions = {}): Promise<void> {
    checkOptions('retry', options, ['force']);
    const { force = false } = options;
    if (typeof force !== 'boolean') {
      throw new InvalidArgumentError(`force cannot be ${describeValue(force)}: give true or false`);
    }
    await retryRun(beginCall(this.#ports), this.id, { force });
  }

  async fork(options: ForkOptions): Promise<Run<R>> {
    checkOptions('fork', options, ['before', 'input', 'id']);
    return new RunHandle<R>(this.#ports, await forkRun(beginCall(this.#ports), this.id, options));
  }
}

export function checkReason(reason: unknown): void {
  if (typeof reason === 'string' && reason.length <= REASON_LIMIT) return;
  throw new InvalidArgumentError(
    `a reason cannot be ${describeValue(reason)}: give a text of up to ${REASON_LIMIT} characters`,
  );
}
