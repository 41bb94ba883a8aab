/** The client: starts runs, finds them, lists them. */
import { definitionOf, isWorkflow, type AnyWorkflow, type Workflow } from '../core/workflow.ts';
import { isEntity, kindOfCall } from '../core/entity.ts';
import { isOwnName } from '../core/own-names.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { startOfEntity } from '../core/entity-errors.ts';
import { checkPlainName } from '../core/check-name.ts';
import { awaitUpdate } from './await-update.ts';
import {
  type BulkAction,
  type BulkOptions,
  bulkPage,
  type BulkPage,
  type BulkPageOptions,
  type BulkResult,
  inBulk,
} from './bulk.ts';
import { beginCall } from './call-budget.ts';
import { callHandler, callRead, type EntityCall, toOwnError } from './call-entity.ts';
import { type CompleteOptions, endCallback, heartbeatCallback } from './complete-callback.ts';
import { type ClientOptions, type ClientPorts, toClientPorts } from './client-ports.ts';
import type { RunSummary } from './describe-run.ts';
import { entityPort, type EntityPort } from './entities.ts';
import type { HistoryDocument } from './history-document.ts';
import { checkRunId } from './identifiers.ts';
import { importHistory, type ImportOptions } from './import-history.ts';
import {
  countRuns,
  listPage,
  listRuns,
  type ListOptions,
  type PageOptions,
  type RunFilter,
  type RunPage,
} from './list-runs.ts';
import { checkOptions } from './options.ts';
import { type Run, RunHandle } from './run.ts';
import { prepareSignal, sendSignal } from './send-signal.ts';
import { prepareUpdate, sendUpdate } from './send-update.ts';
import { type Pools, PoolsOfClient } from './pools.ts';
import { type Schedules, SchedulesOfClient } from './schedules.ts';
import { startItems, type StartItems } from './start-items.ts';
import { startRun, type StartOptions, type StartRequest } from './start-run.ts';
import {
  type NamedSignalWithStartOptions,
  type NamedUpdateWithStartOptions,
  type SignalWithStartOptions,
  toStartOptions,
  type UpdateWithStartOptions,
  withoutFirstTurns,
} from './with-start.ts';
import { type CallPort, type Workflows, WorkflowsOfClient } from './workflows.ts';

// Not an overload for Workflow<void, ...>: any workflow would be taken for one, whatever its input.
/** An input that may be undefined may be left out. */
type StartArguments<In> = undefined extends In
  ? [input?: In, options?: StartOptions]
  : [input: In, options?: StartOptions];

/**
 * Starts runs of workflows, and talks to them, from anywhere: an API, a script, another Lambda.
 *
 * Table and queue come from the options, else from the environment (`LULL_TABLE_NAME`, `LULL_QUEUE_URL`); they are
 * opened at the first call that needs them, and an EnvironmentError then says what is missing. A call that the store
 * does not answer is repeated for about a second, and for `callTimeout` at most, before it raises a
 * StoreUnavailableError.
 *
 * @example
 * ```ts no-run
 * const checkout = workflow('checkout', function* ({ orderId }: { orderId: string }) {
 *   return yield* step('charge', () => `receipt of ${orderId}`);
 * });
 *
 * const client = new Client();
 * const run = await client.start(checkout, { orderId: 'o-17' }, { id: 'order-o-17' });
 * const receipt = await run.result({ timeout: '20s' });
 * ```
 */
export class Client {
  /**
   * Schedules that are made at run time.
   *
   * @example
   * ```ts
   * const report = workflow('report', function* (team: string) {
   *   return `${team}: ${runInfo().scheduledAt?.toISOString()}`;
   * });
   *
   * const engine = createTestEngine({ workflows: [report] });
   * const { schedules } = engine.client;
   * await schedules.create('daily', {
   *   workflow: report,
   *   input: 'sales',
   *   schedule: 'cron(0 8 * * ? *)',
   *   timezone: 'Europe/Berlin',
   * });
   * await engine.advance('1 day');
   * const { lastRunId = '' } = await schedules.describe('daily');
   * lastRunId; // => 'daily-2030-01-01T07:00:00Z'
   * await engine.client.run(lastRunId).result(); // => 'sales: 2030-01-01T07:00:00.000Z'
   * ```
   */
  readonly schedules: Schedules;
  /** Pauses whole workflows, and says which are paused. */
  readonly workflows: Workflows;
  /** Entities: `client.entity(counter, 'a').add(1)` calls a handler, and `.get()` a read. */
  readonly entity: EntityPort;
  /** Limits that runs share: looks at them, changes them, pauses them. */
  readonly pools: Pools;
  readonly #ports: ClientPorts;

  constructor(options: ClientOptions = {}) {
    const ports = toClientPorts(options, process.env);
    this.#ports = ports;
    const call: CallPort = (operation) => this.makeCall(() => operation(beginCall(ports)));
    this.schedules = new SchedulesOfClient({ ports, run: (id) => this.run(id), call });
    this.workflows = new WorkflowsOfClient(call);
    this.entity = entityPort((called) => this.callEntity(called), ports.registry);
    this.pools = new PoolsOfClient(call);
  }

  /** @internal The testing kit has calls die, and made again. */
  protected makeCall<T>(call: () => Promise<T>): Promise<T> {
    return call();
  }

  /**
   * Starts a run and gives it, without waiting for what it does, but for its first turn if this client takes `firstTurns`. The input is checked by the workflow's schema, if the
   * workflow itself is given or the client knows it by name.
   *
   * Started again with the same `id` or `idempotencyKey`, the run that is there is given; see StartOptions. Raises
   * InvalidInputError, PayloadTooLargeError (256 KB), UnserializableValueError, RunIdTakenError,
   * IdempotencyKeyReusedError, and UnknownWorkflowError for a name that the client's `workflows` do not have.
   */
  start<In, R>(workflow: Workflow<In, R, never>, ...rest: StartArguments<In>): Promise<Run<R>>;
  start(workflow: string, input?: unknown, options?: StartOptions): Promise<Run<unknown>>;
  async start(workflow: AnyWorkflow | string, input?: unknown, options: StartOptions = {}): Promise<Run<unknown>> {
    const runId = await startRun(beginCall(this.#ports), { ...this.#find(workflow), input, options });
    return new RunHandle(this.#ports, runId);
  }

  /**
   * The items that start a run within a transaction of your own: the run begins if your writes are made, and else there is
   * no run. `items` go into `TransactItems` of the AWS SDK's `TransactWriteItemsCommand`, beside yours; `wake()` is called
   * afterwards. Where the id is taken, the condition of the first of them fails. An input has 256 KB at most.
   *
   * Raises what `start` raises of the input and the options, and an InvalidArgumentError for a client without a table.
   *
   * @example
   * ```ts no-run
   * import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
   *
   * const client = new Client();
   * const { id, items, wake } = await client.startItems('checkout', { order: 'o-17' }, { id: 'order-o-17' });
   * const order = { Put: { TableName: 'orders', Item: { id: { S: 'o-17' }, run: { S: id } } } };
   * await new DynamoDBClient().send(new TransactWriteItemsCommand({ TransactItems: [order, ...items] }));
   * await wake();
   * ```
   */
  startItems<In, R>(workflow: Workflow<In, R, never>, ...rest: StartArguments<In>): Promise<StartItems>;
  startItems(workflow: string, input?: unknown, options?: StartOptions): Promise<StartItems>;
  async startItems(workflow: AnyWorkflow | string, input?: unknown, options: StartOptions = {}): Promise<StartItems> {
    return startItems(beginCall(this.#ports), { ...this.#find(workflow), input, options });
  }

  /**
   * Sends a run a signal, and starts the run for it if there is none of that `id`. So of many callers that each may be the
   * first, one starts the run, and each signal reaches it. Gives the run. With `idempotencyKey`, calls with the same key
   * send one signal.
   *
   * Raises what `start` and `run.signal` raise: an input or a payload that is refused starts nothing, and a run of that id
   * that has ended is a RunEndedError.
   *
   * @example
   * ```ts
   * const added = signal<string>('added');
   * const cart = workflow('cart', function* (customer: string) {
   *   return `${customer}: ${yield* added.receive()}, ${yield* added.receive()}`;
   * });
   *
   * const { client } = createTestEngine({ workflows: [cart] });
   * await client.signalWithStart(cart, 'Ada', { id: 'cart-ada', signal: added, payload: 'tea' });
   * const run = await client.signalWithStart(cart, 'Ada', { id: 'cart-ada', signal: added, payload: 'milk' });
   * await run.result(); // => 'Ada: tea, milk'
   * ```
   */
  signalWithStart<In, R, T, Payload>(
    workflow: Workflow<In, R, never>,
    input: In,
    options: SignalWithStartOptions<T, Payload>,
  ): Promise<Run<R>>;
  signalWithStart(workflow: string, input: unknown, options: NamedSignalWithStartOptions): Promise<Run<unknown>>;
  async signalWithStart(
    workflow: AnyWorkflow | string,
    input: unknown,
    { signal, payload, ...options }: NamedSignalWithStartOptions | SignalWithStartOptions<unknown, unknown>,
  ): Promise<Run<unknown>> {
    const { idempotencyKey } = options;
    const start = { ...this.#find(workflow), input, options: toStartOptions(options) };
    const prepared = await prepareSignal(this.#ports, signal, { payload, idempotencyKey });
    const ports = beginCall(withoutFirstTurns(this.#ports));
    const runId = await startRun(ports, start);
    await sendSignal(ports, runId, prepared);
    return new RunHandle(this.#ports, runId);
  }

  /**
   * Asks a run to carry out an update, starts the run for it if there is none of that `id`, and waits for the answer: what
   * the handler returns. With `idempotencyKey`, calls with the same key are one update.
   *
   * Raises what `start` and `run.update` raise. An input that is refused starts nothing; an update that the run's validator
   * refuses still has its run started.
   *
   * @example
   * ```ts
   * const add = update<string, number>('add');
   * const cart = workflow('cart', function* (customer: string) {
   *   const items: string[] = [];
   *   add.handle({
   *     run: function* (item) {
   *       yield* step('reserve', () => `${item} for ${customer}`);
   *       return items.push(item);
   *     },
   *   });
   *   yield* sleep('1 day');
   * });
   *
   * const { client } = createTestEngine({ workflows: [cart] });
   * await client.updateWithStart(cart, 'Ada', { id: 'cart-ada', update: add, args: 'tea' }); // => 1
   * await client.updateWithStart(cart, 'Ada', { id: 'cart-ada', update: add, args: 'milk' }); // => 2
   * ```
   */
  updateWithStart<In, R, I, U, Args>(
    workflow: Workflow<In, R, never>,
    input: In,
    options: UpdateWithStartOptions<I, U, Args>,
  ): Promise<U>;
  updateWithStart(workflow: string, input: unknown, options: NamedUpdateWithStartOptions): Promise<unknown>;
  async updateWithStart(
    workflow: AnyWorkflow | string,
    input: unknown,
    options: NamedUpdateWithStartOptions | UpdateWithStartOptions<unknown, unknown, unknown>,
  ): Promise<unknown> {
    const { update, args, answerTimeout, ...start } = options;
    const { idempotencyKey } = start;
    const request = { ...this.#find(workflow), input, options: toStartOptions(start) };
    const prepared = await prepareUpdate(this.#ports, update, args, { idempotencyKey });
    const ports = beginCall(withoutFirstTurns(this.#ports));
    const runId = await startRun(ports, request);
    const messageId = await sendUpdate(ports, runId, prepared);
    return awaitUpdate(this.#ports, { runId, messageId, name: prepared.name }, answerTimeout);
  }

  /** @internal The testing kit brings the answer about. */
  protected async callEntity(call: EntityCall): Promise<unknown> {
    if (kindOfCall(call.entity, call.name) === 'read') return callRead(this.#ports, call);
    try {
      return await callHandler(this.#ports, call);
    } catch (error) {
      throw toOwnError(error);
    }
  }

  /** The run of that id. Nothing is read yet: whether there is such a run shows when it is used. */
  run<R = unknown>(id: string): Run<R> {
    return new RunHandle<R>(this.#ports, checkRunId(id));
  }

  /**
   * Runs, newest first, a page at a time. Without `workflow` those of all workflows that the client knows. The list
   * comes from an index: what changed within the last second may be missing.
   */
  list(options: ListOptions = {}): AsyncIterable<RunSummary> {
    return listRuns(this.#ports, options);
  }

  /** One page of a list, for those who page themselves: an API, a table on a screen. */
  listPage(options: PageOptions = {}): Promise<RunPage> {
    return listPage(this.#ports, options);
  }

  /** How many runs a list would have. It reads the index over all of them. */
  count(options: RunFilter = {}): Promise<number> {
    return countRuns(this.#ports, options);
  }

  /**
   * Asks all runs to stop that the filter finds and that are open, as `run.cancel` does; gives what came of each, newest
   * first. Nothing is done before the first one is asked for, and no more when no further one is.
   *
   * It is for each run that is there a second before it begins, that fits the filter when it is looked at, and that is
   * still open then: once. Runs that are started meanwhile are not touched, runs that end meanwhile are passed over. Begun
   * again after an interruption it goes on with the rest: a run that is asked a second time cleans up once. What is wrong
   * with one run is its `error`; a StoreUnavailableError ends it all.
   *
   * A filter that is empty, or has a status in which no run can be asked, is an InvalidArgumentError.
   *
   * @example
   * ```ts
   * const wait = workflow('wait', function* () {
   *   yield* sleep('1 day');
   * });
   * const { client } = createTestEngine({ workflows: [wait] });
   * for (const customer of ['c1', 'c2', 'c1']) await client.start(wait, undefined, { attributes: { customer } });
   *
   * const filter = { workflow: 'wait', attributes: { customer: 'c1' } };
   * let found = 0;
   * for await (const { done } of client.cancelAll(filter, { dryRun: true })) found += done ? 0 : 1;
   * found; // => 2
   * for await (const { id, error } of client.cancelAll(filter)) if (error) console.warn(id, error.message);
   * ```
   */
  cancelAll(filter: RunFilter, options: BulkOptions = {}): AsyncIterable<BulkResult> {
    return inBulk(this.#ports, 'cancel', filter, options);
  }

  /** The same with `run.terminate`: none of their code runs any more. */
  terminateAll(filter: RunFilter, options: BulkOptions = {}): AsyncIterable<BulkResult> {
    return inBulk(this.#ports, 'terminate', filter, options);
  }

  /** The same with `run.retry`, for runs that have failed. One that is refused has a RetryRefusedError as its `error`. */
  retryAll(filter: RunFilter, options: Omit<BulkOptions, 'reason'> = {}): AsyncIterable<BulkResult> {
    return inBulk(this.#ports, 'retry', filter, options);
  }

  /** The same with `run.delete`, for runs that have ended. */
  deleteAll(filter: RunFilter, options: Omit<BulkOptions, 'reason'> = {}): AsyncIterable<BulkResult> {
    return inBulk(this.#ports, 'delete', filter, options);
  }

  /**
   * One page of `cancelAll`, `terminateAll`, `retryAll` or `deleteAll`, for those who page themselves: carried out up to its `cursor`.
   * With `endsByMs`, a time of `performance.now()`, it ends there at the latest, or soon after.
   */
  bulkPage(action: BulkAction, filter: RunFilter, options: BulkPageOptions = {}, endsByMs?: number): Promise<BulkPage> {
    return bulkPage(this.#ports, action, filter, options, endsByMs);
  }

  /**
   * Puts an exported history into this client's table, as a run to look at: with `describe`, `history` and queries. Gives
   * the run. It does not go on by itself, but a message that is sent to it would be delivered; it is never purged. Raises a
   * HistoryUnreadableError for what is no history, a RunIdTakenError if there is a run of its id.
   */
  async importHistory(history: HistoryDocument | string, options: ImportOptions = {}): Promise<Run<unknown>> {
    checkOptions('importHistory', options, ['link']);
    return new RunHandle(this.#ports, await importHistory(this.#ports, history, options));
  }

  /**
   * Completes the callback of that token: its run gets the value at its await. Returns the run's id. Raises an
   * InvalidTokenError if the token is forged or has expired, a CallbackDoneError if it was used, a RunEndedError if the run
   * has ended; then nothing is changed. A token is good once: repeat a call whose answer was lost with an `idempotencyKey`.
   */
  completeCallback(token: string, value?: unknown, options: CompleteOptions = {}): Promise<string> {
    return endCallback(beginCall(this.#ports), token, { kind: 'completed', value }, options);
  }

  /** Makes the await of that callback throw the error: an Error as itself, from anything else one is made. Else as completeCallback. */
  failCallback(token: string, error: unknown, options: CompleteOptions = {}): Promise<string> {
    return endCallback(beginCall(this.#ports), token, { kind: 'failed', error }, options);
  }

  /** Says that work on that callback goes on: its `heartbeatTimeout` begins anew, and `lastHeartbeat` has the details. */
  heartbeatCallback(token: string, details?: unknown): Promise<string> {
    return heartbeatCallback(beginCall(this.#ports), token, details);
  }

  #find(workflow: AnyWorkflow | string): Pick<StartRequest, 'workflow' | 'definition'> {
    const { registry } = this.#ports;
    if (isEntity(workflow)) throw startOfEntity(workflow.name);
    if (isWorkflow(workflow)) {
      const definition = definitionOf(workflow);
      return { workflow: definition.name, definition };
    }
    checkPlainName(workflow, 'a workflow');
    if (isOwnName(workflow))
      throw new InvalidArgumentError(`runs of "${workflow}" are started by lull alone: see client.schedules`);
    const definition = registry?.get(workflow);
    if (definition?.entity !== undefined) throw startOfEntity(workflow);
    return { workflow, definition };
  }
}
