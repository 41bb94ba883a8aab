/**
 * Pauses a workflow, and lets it go on: operation 28 of docs/protocol.md. Each is a read of the list of paused workflows, and
 * a write on the condition that it has not changed since.
 */
import { checkPlainName } from '../core/check-name.ts';
import { inputJsonSchema } from '../core/json-schema.ts';
import { isOwnName } from '../core/own-names.ts';
import { InvalidArgumentError, WorkflowListFullError } from '../core/run-errors.ts';
import { UnknownWorkflowError } from '../core/workflow-registry.ts';
import { delay } from '../ports/delay.ts';
import { type ListedWorkflow, LISTED_WORKFLOWS_LIMIT, type WorkflowList } from '../ports/paused-workflows.ts';
import type { Store } from '../ports/store.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import type { ClientPorts } from './client-ports.ts';
import { checkOptions } from './options.ts';
import { retryUnavailable } from './retry-unavailable.ts';

/** A workflow, as lists show it. */
export interface WorkflowSummary {
  readonly name: string;
  readonly paused: boolean;
  /** Since when it is paused. */
  readonly pausedAt?: Date;
  /** Why, as who paused it has said. */
  readonly reason?: string;
}

/** A workflow. */
export interface WorkflowDescription extends WorkflowSummary {
  /**
   * What its input has to be, as a JSON Schema of draft 2020-12. Absent: the workflow has no schema, the schema's library
   * does not offer one (zod 4.2 and others do, as `~standard.jsonSchema`), or the client does not have the workflow.
   */
  readonly inputSchema?: Readonly<Record<string, unknown>>;
}

/** How a workflow is paused. */
export interface PauseWorkflowOptions {
  /** Why, for people: up to 200 characters. `describe` shows it with each run that waits for the resume. */
  readonly reason?: string | undefined;
}

/**
 * Pauses whole workflows. While one is paused its runs begin no turns: not those that are started, not those whose timers
 * are due or that are sent something. All of that waits, and nothing is lost. A worker learns of a pause within 5 seconds,
 * and of a turn that goes on by then it lets the steps that are under way come to their end, and begins none. Runs that are
 * asked to stop do so all the same.
 *
 * A run that is paused on its own (`run.pause()`) waits for both resumes.
 *
 * @example
 * ```ts
 * const charge = workflow('charge', function* (order: string) {
 *   return yield* step('charge', () => `receipt of ${order}`);
 * });
 *
 * const engine = createTestEngine({ workflows: [charge] });
 * const { workflows } = engine.client;
 * await workflows.pause('charge', { reason: 'the bank is down' });
 * const run = await engine.start(charge, 'o-17'); // accepted, and it waits
 * await engine.advance('1 hour');
 * engine.calls('charge').length; // => 0
 * await workflows.resume('charge');
 * await run.result(); // => 'receipt of o-17'
 * ```
 */
export interface Workflows {
  /**
   * Pauses a workflow. One that is paused stays as it is, with its first reason. Raises an InvalidArgumentError, an
   * UnknownWorkflowError for a name that the client's `workflows` do not have and of which there is no run, and a
   * WorkflowListFullError.
   */
  pause(name: string, options?: PauseWorkflowOptions): Promise<WorkflowSummary>;
  /**
   * Lets a workflow go on. Runs that wait for it take their turns within about a minute, the rest of very many in the
   * minutes after. One that is not paused stays as it is.
   */
  resume(name: string): Promise<WorkflowSummary>;
  /** The workflows that the client knows, and those that are paused, by name. It reads one item. */
  list(): Promise<readonly WorkflowSummary[]>;
  /** One of them, with what its input has to be. Raises an UnknownWorkflowError as `pause` does. */
  describe(name: string): Promise<WorkflowDescription>;
}

/** Makes a call that begins and ends here. */
export type CallPort = <T>(operation: (ports: ClientPorts) => Promise<T>) => Promise<T>;

export const PAUSE_REASON_LIMIT = 200;

export class WorkflowsOfClient implements Workflows {
  readonly #call: CallPort;

  constructor(call: CallPort) {
    this.#call = call;
  }

  async pause(name: string, options: PauseWorkflowOptions = {}): Promise<WorkflowSummary> {
    checkWorkflowName(name);
    checkOptions('workflows.pause', options, ['reason']);
    const reason = readReason(options);
    return this.#call((ports) =>
      change(ports, name, 'a request to pause it', (listed) => {
        if (listed?.pausedAtMs !== undefined) return undefined;
        return { workflow: name, pausedAtMs: ports.clock.nowMs(), ...(reason === undefined ? {} : { reason }) };
      }),
    );
  }

  async resume(name: string): Promise<WorkflowSummary> {
    checkWorkflowName(name);
    return this.#call((ports) =>
      change(ports, name, 'a request to resume it', (listed) => {
        // It stays in the list: its held runs are to be put back, also one that a worker holds late.
        return listed?.pausedAtMs === undefined ? undefined : { workflow: name, resumedAtMs: ports.clock.nowMs() };
      }),
    );
  }

  async list(): Promise<readonly WorkflowSummary[]> {
    return this.#call(async (ports) => {
      const { workflows } = await readList(ports, await ports.openStore());
      const byName = new Map<string, ListedWorkflow>(
        (ports.registry?.names() ?? []).map((workflow) => [workflow, { workflow }]),
      );
      for (const listed of workflows) {
        if (listed.pausedAtMs !== undefined) byName.set(listed.workflow, listed);
      }
      return [...byName.values()].map(toSummary).sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async describe(name: string): Promise<WorkflowDescription> {
    checkWorkflowName(name);
    return this.#call(async (ports) => {
      const store = await ports.openStore();
      const { workflows } = await readList(ports, store);
      const listed = workflows.find(({ workflow }) => workflow === name);
      if (listed === undefined) await checkIsKnown(ports, store, name);
      const inputSchema = inputJsonSchema(ports.registry?.find(name)?.inputSchema);
      return { ...toSummary(listed ?? { workflow: name }), ...(inputSchema === undefined ? {} : { inputSchema }) };
    });
  }
}

/** So often others may change the list in between. */
const ATTEMPTS = 20;
const PAUSE_MS = 20;

/** `to` gives what the list is to have of the workflow; undefined: it stays. */
async function change(
  ports: ClientPorts,
  name: string,
  what: string,
  to: (listed: ListedWorkflow | undefined) => ListedWorkflow | undefined,
): Promise<WorkflowSummary> {
  const store = await ports.openStore();
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const list = await readList(ports, store);
    const listed = list.workflows.find(({ workflow }) => workflow === name);
    if (listed === undefined) await checkIsKnown(ports, store, name);
    const changed = to(listed);
    if (changed === undefined) return toSummary(listed ?? { workflow: name });
    const others = list.workflows.filter(({ workflow }) => workflow !== name);
    if (others.length >= LISTED_WORKFLOWS_LIMIT) throw new WorkflowListFullError(LISTED_WORKFLOWS_LIMIT);
    const next = { version: list.version + 1, workflows: [...others, changed] };
    // A repeat after an answer that was lost finds the list changed, by itself: the next look says so.
    const { kind } = await retryUnavailable(ports.clock, () => store.changeWorkflowList(next));
    if (kind === 'done') return toSummary(changed);
    if (attempt > 1) await delay(ports.clock, PAUSE_MS * Math.random());
  }
  throw new StoreUnavailableError(what, { cause: new Error(`others came in between ${ATTEMPTS} times`) });
}

function readList(ports: ClientPorts, store: Store): Promise<WorkflowList> {
  return retryUnavailable(ports.clock, () => store.readWorkflowList());
}

/** A workflow that this code does not have any more may have runs. A client without `workflows` takes any name. */
async function checkIsKnown({ registry, clock }: ClientPorts, store: Store, name: string): Promise<void> {
  if (registry === undefined || registry.find(name) !== undefined) return;
  let cursor: string | undefined;
  do {
    const asked = {
      workflows: [name],
      limit: 1,
      withoutShows: true,
      ...(cursor === undefined ? {} : { cursor }),
    } as const;
    const page = await retryUnavailable(clock, () => store.listRuns(asked));
    if (page.runs.length > 0) return;
    cursor = page.cursor;
  } while (cursor !== undefined);
  throw new UnknownWorkflowError(name, registry.names());
}

function checkWorkflowName(name: unknown): asserts name is string {
  checkPlainName(name, 'a workflow');
  if (isOwnName(name)) {
    throw new InvalidArgumentError(`"${name}" is lull's own workflow: a schedule is paused with schedules.pause(name)`);
  }
}

function readReason({ reason }: { readonly reason?: unknown }): string | undefined {
  if (reason === undefined || (typeof reason === 'string' && reason.length <= PAUSE_REASON_LIMIT)) return reason;
  throw new InvalidArgumentError(
    `the reason of a pause is ${typeof reason === 'string' ? `a text of ${reason.length} characters` : typeof reason}: ` +
      `give a text of up to ${PAUSE_REASON_LIMIT}`,
  );
}

function toSummary({ workflow, pausedAtMs, reason }: ListedWorkflow): WorkflowSummary {
  if (pausedAtMs === undefined) return { name: workflow, paused: false };
  return {
    name: workflow,
    paused: true,
    pausedAt: new Date(pausedAtMs),
    ...(reason === undefined ? {} : { reason }),
  };
}
