/** The client: starts runs, finds them, lists them. */
import { definitionOf, isWorkflow, type AnyWorkflow, type Workflow } from '../core/workflow.ts';
import { checkPlainName } from '../core/check-name.ts';
import { beginCall } from './call-budget.ts';
import { type ClientOptions, type ClientPorts, toClientPorts } from './client-ports.ts';
import type { RunSummary } from './describe-run.ts';
import { checkRunId } from './identifiers.ts';
import {
  countRuns,
  listPage,
  listRuns,
  type ListOptions,
  type PageOptions,
  type RunFilter,
  type RunPage,
} from './list-runs.ts';
import { type Run, RunHandle } from './run.ts';
import { startRun, type StartOptions } from './start-run.ts';

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
  readonly #ports: ClientPorts;

  constructor(options: ClientOptions = {}) {
    this.#ports = toClientPorts(options, process.env);
  }

  /**
   * Starts a run and gives it, without waiting for what it does. The input is checked by the workflow's schema, if the
   * workflow itself is given or the client knows it by name.
   *
   * Started again with the same `id` or `idempotencyKey`, the run that is there is given; see StartOptions. Raises
   * InvalidInputError, PayloadTooLargeError (256 KB), UnserializableValueError, RunIdTakenError,
   * IdempotencyKeyReusedError, and UnknownWorkflowError for a name that the client's `workflows` do not have.
   */
  start<In, R>(workflow: Workflow<In, R, never>, ...rest: StartArguments<In>): Promise<Run<R>>;
  start(workflow: string, input?: unknown, options?: StartOptions): Promise<Run<unknown>>;
  async start(workflow: AnyWorkflow | string, input?: unknown, options: StartOptions = {}): Promise<Run<unknown>> {
    const { name, schema, timeoutMs } = this.#find(workflow);
    const runId = await startRun(beginCall(this.#ports), { workflow: name, schema, input, options, timeoutMs });
    return new RunHandle(this.#ports, runId);
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

  #find(workflow: AnyWorkflow | string) {
    const { registry } = this.#ports;
    if (isWorkflow(workflow)) {
      const { name, inputSchema, timeoutMs } = definitionOf(workflow);
      return { name, schema: inputSchema, timeoutMs };
    }
    checkPlainName(workflow, 'a workflow');
    const definition = registry?.get(workflow);
    return { name: workflow, schema: definition?.inputSchema, timeoutMs: definition?.timeoutMs };
  }
}
