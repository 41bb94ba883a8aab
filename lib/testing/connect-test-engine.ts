/** The engine of a test that runs elsewhere: in `lull dev`, in a local cloud, or on AWS. */
import type { Client } from '../client/client.ts';
import { checkWhole } from '../client/check-whole.ts';
import { LIST_OPTIONS, type ListOptions } from '../client/list-runs.ts';
import type { HistoryEvent } from '../client/history-event.ts';
import type { HistoryOptions } from '../client/run-history.ts';
import type { Run } from '../client/run.ts';
import { createSignedFetch, regionOfApi } from '../client/signed-fetch.ts';
import type { RunSummary } from '../client/describe-run.ts';
import { checkOptions } from '../client/options.ts';
import { START_OPTIONS, type StartOptions } from '../client/start-run.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { TimeoutError, WorkflowCodeError } from '../core/errors.ts';
import { RunNotFoundError } from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import type { Workflow } from '../core/workflow.ts';
import type { TestEngine } from './create-test-engine.ts';
import { ownResult } from './own-result.ts';
import { pauseReally } from './real-time.ts';
import { notRemote, refusing } from './remote/not-remote.ts';
import { type Fetch, RemoteApi } from './remote/remote-api.ts';
import { createRemoteRun, type RemoteDescription, toSummary } from './remote/remote-run.ts';

/** Where the engine is, and how it is reached. */
export interface ConnectOptions {
  /**
   * The address of its HTTP API: `http://127.0.0.1:4000` of `lull dev`, or the output of the deployed stack. Default: that
   * of the `cloud`.
   */
  readonly endpoint?: string;
  /** Sent with each request, such as `{ authorization: 'Bearer ...' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Sends the requests. Default: `fetch`; for an address of API Gateway (`execute-api`), one that signs with the AWS
   * credentials that the SDK finds.
   */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * A local cloud of this process, as `startLocalCloud` gives it: requests are signed as its admin, and where it was made
   * from a template, its clock jumps, as that of the kit does.
   */
  readonly cloud?: ConnectedCloud;
  /** How long `run`, `result`, `update` and `settle` wait, in real time. Default: a minute. */
  readonly timeout?: Duration;
}

/** What is needed of a local cloud. */
export interface ConnectedCloud {
  readonly url: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  nowMs(): number;
  advance(duration: Duration): Promise<void>;
}

const OPTIONS = ['endpoint', 'headers', 'fetch', 'cloud', 'timeout'];

/** A run that is at rest is asked for so often whether it still is. */
const POLL_MS = 100;

/** An answer has a limit in bytes, too. */
const PAGE_RUNS = 100;

/**
 * The engine of a test that runs elsewhere, with the interface of `createTestEngine`: one test file for the kit, for
 * `lull dev` and for a deployed engine. Time is real there, and values are plain JSON, as the HTTP API shows them: a Date
 * in a result is a text. Errors of workflows have the name, message and code of the original, and the class where it is
 * one of lull's.
 *
 * What only the kit can do (`mockStep`, `calls`, `crash`, `deploy`, and `advance` and `now` without a `cloud`) is a
 * NotRemoteError (`NOT_REMOTE`). An engine that does not answer is a RemoteEngineError (`ENGINE_UNREACHABLE`).
 *
 * @example
 * ```ts no-run
 * const greet = workflow('greet', function* (name: string) {
 *   return `Good morning, ${name}`;
 * });
 * const endpoint = process.env['LULL_ENDPOINT'];
 * const engine = endpoint ? connectTestEngine({ endpoint }) : createTestEngine({ workflows: [greet] });
 * await engine.run(greet, 'Ada'); // => 'Good morning, Ada'
 * ```
 */
export function connectTestEngine(options: ConnectOptions): TestEngine {
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw invalid(`has no option "${unknown}": there are ${OPTIONS.join(', ')}`);
  const { cloud, endpoint = cloud?.url, headers = {}, timeout = '1m' } = options;
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw invalid(
      `has the endpoint ${describeValue(endpoint)}: give the address of the HTTP API, http://127.0.0.1:4000`,
    );
  }
  const timeoutMs = toMilliseconds(timeout, 'the timeout of connectTestEngine');
  const api = new RemoteApi(endpoint, options.fetch ?? sendTo(endpoint, cloud), headers);
  return refusing<TestEngine>(new ConnectedEngine(api, timeoutMs, cloud), 'connectTestEngine()');
}

function sendTo(endpoint: string, cloud: ConnectedCloud | undefined): Fetch {
  if (cloud !== undefined) return (url, init) => cloud.fetch(url.slice(cloud.url.length), init);
  const region = regionOfApi(endpoint);
  return region === undefined ? (url, init) => fetch(url, init) : createSignedFetch(region);
}

class ConnectedEngine implements Pick<TestEngine, 'settle' | 'advance' | 'now' | 'history' | 'list' | 'client'> {
  readonly client: Client;
  readonly #api: RemoteApi;
  readonly #timeoutMs: number;
  readonly #cloud: ConnectOptions['cloud'];
  #isFixed: boolean;
  /** Of this engine's own runs that were not seen to have ended. */
  readonly #open = new Set<string>();

  constructor(api: RemoteApi, timeoutMs: number, cloud: ConnectOptions['cloud']) {
    this.#api = api;
    this.#timeoutMs = timeoutMs;
    this.#cloud = cloud;
    this.#isFixed = cloud === undefined;
    const client = {
      start: (workflow: Workflow<unknown, unknown, never> | string, input?: unknown, options?: StartOptions) =>
        this.start(workflow, input, options),
      run: (id: string) => this.#run(id),
    };
    this.client = refusing<Client>(client, 'the client of connectTestEngine()');
  }

  async start<R>(
    workflow: { readonly name: string } | string,
    input?: unknown,
    options: StartOptions = {},
  ): Promise<Run<R>> {
    checkOptions('start', options, START_OPTIONS);
    const name = typeof workflow === 'string' ? workflow : workflow.name;
    const { id, onConflict, delay, timeout, attributes, idempotencyKey } = options;
    const { body } = await this.#api.call(`/workflows/${encodeURIComponent(name)}/runs`, {
      method: 'POST',
      body: input,
      idempotencyKey,
      query: {
        ...{ id, onConflict, delay: toText(delay), timeout: toText(timeout) },
        attributes: attributes === undefined ? undefined : JSON.stringify(attributes),
      },
    });
    const started = (body as { readonly id: string }).id;
    this.#open.add(started);
    return this.#run<R>(started);
  }

  async run<R>(workflow: { readonly name: string }, input?: unknown): Promise<R> {
    return ownResult(await this.start<R>(workflow, input));
  }

  /** Until the runs that were started here have suspended or ended. */
  async settle(): Promise<void> {
    const untilMs = Date.now() + this.#timeoutMs;
    for (const id of this.#open) {
      while (!(await this.#isAtRest(id))) {
        if (Date.now() >= untilMs)
          throw new TimeoutError(`run "${id}" has not come to rest within ${this.#timeoutMs / 1000} s`);
        await pauseReally(POLL_MS);
      }
    }
  }

  async advance(duration: Duration): Promise<void> {
    if (this.#cloud === undefined) throw notRemote('advance()', 'advance');
    await this.settle();
    await this.#cloud.advance(duration);
    await this.settle();
  }

  now(): Date {
    if (this.#cloud === undefined) throw notRemote('now()', 'now');
    return new Date(this.#cloud.nowMs());
  }

  async history(run: Run<unknown> | string, options?: HistoryOptions): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    for await (const event of this.#run(typeof run === 'string' ? run : run.id).history(options)) events.push(event);
    return events;
  }

  async list(options: ListOptions = {}): Promise<RunSummary[]> {
    checkOptions('list', options, LIST_OPTIONS);
    const { workflow, status, since, until, attributes, limit = Infinity } = options;
    if (limit !== Infinity) checkWhole('limit', limit, { from: 0 });
    const runs: RunSummary[] = [];
    let cursor: string | undefined;
    while (runs.length < limit) {
      const query = {
        ...{ workflow, cursor, since: timeText(since), until: timeText(until) },
        status: status === undefined ? undefined : [status].flat().join(','),
        attributes: attributes === undefined ? undefined : JSON.stringify(attributes),
        limit: String(Math.min(limit - runs.length, PAGE_RUNS)),
      };
      const page = (await this.#api.call('/runs', { query })).body as RemotePage;
      runs.push(...page.runs.map(toSummary));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    return runs;
  }

  #run<R>(id: string): Run<R> {
    const moveClock = this.#isFixed ? undefined : (toMs?: number) => this.#moveClock(toMs);
    const goesOn = (other: string): void => void this.#open.add(other);
    return createRemoteRun<R>({ api: this.#api, id, timeoutMs: this.#timeoutMs, moveClock, goesOn });
  }

  /** The clock of a cloud that was not made from a template cannot be moved: then time is real. */
  async #moveClock(toMs: number | undefined): Promise<void> {
    if (this.#isFixed || this.#cloud === undefined) return;
    const byMs = toMs === undefined ? 0 : Math.max(0, toMs - this.#cloud.nowMs());
    try {
      await this.#cloud.advance(byMs);
    } catch (error) {
      if ((error as { name?: string }).name !== 'CloudError') throw error;
      this.#isFixed = true;
    }
  }

  /** It has ended or is gone, is blocked, it or its workflow is paused, or it waits for something that is not due now. */
  async #isAtRest(id: string): Promise<boolean> {
    try {
      const { body } = await this.#api.call(`/runs/${encodeURIComponent(id)}`);
      const { status, dueAt, workflowPaused } = body as RemoteDescription;
      if (isClosed(status)) return this.#open.delete(id);
      if (status === 'blocked' || status === 'paused' || workflowPaused !== undefined) return true;
      const nowMs = this.#cloud?.nowMs() ?? Date.now();
      return status === 'suspended' && (dueAt === undefined || Date.parse(dueAt) > nowMs + POLL_MS);
    } catch (error) {
      if (error instanceof RunNotFoundError) return this.#open.delete(id);
      throw error;
    }
  }
}

interface RemotePage {
  readonly runs: readonly RemoteDescription[];
  readonly cursor?: string;
}

function toText(duration: Duration | undefined): string | undefined {
  return duration === undefined ? undefined : `${toMilliseconds(duration)}ms`;
}

function timeText(time: Date | string | undefined): string | undefined {
  return time instanceof Date ? time.toISOString() : time;
}

function invalid(problem: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', `connectTestEngine ${problem}`);
}
