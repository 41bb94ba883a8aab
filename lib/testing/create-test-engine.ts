/** The testing kit's front: an engine in memory, whose clock jumps. */
import type { EntityCallOptions } from '../client/call-entity.ts';
import { Client } from '../client/client.ts';
import type { RunSummary } from '../client/describe-run.ts';
import type { ListOptions } from '../client/list-runs.ts';
import type { HistoryEvent } from '../client/history-event.ts';
import type { HistoryOptions } from '../client/run-history.ts';
import type { Run } from '../client/run.ts';
import type { Pools } from '../client/pools.ts';
import type { Schedules } from '../client/schedules.ts';
import type { StartOptions } from '../client/start-run.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Entity, EntityClient } from '../core/entity.ts';
import type { WorkflowSource } from '../core/workflow-registry.ts';
import type { Workflow } from '../core/workflow.ts';
import { checkInterceptors, interceptorsOf } from '../engine/interceptors.ts';
import type { Interceptor } from '../ports/interceptor.ts';
import type { EngineSettings } from '../engine/settings.ts';
import type { MemoryTable, TableKeys } from '../memory/tables/memory-tables.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import type { Store } from '../ports/store.ts';
import { createRunFrames } from '../scheduler/run-frames.ts';
import { Cloud, type Disturbance, type StartEngine } from './cloud.ts';
import type { Faults } from './faults.ts';
import { ownResult } from './own-result.ts';
import type { StepMock } from './step-bodies.ts';
import { TestClient } from './test-client.ts';
import { Timeline } from './timeline.ts';

/** What a test engine runs, and how. */
export interface TestEngineOptions {
  /** An array, or a module's namespace (`import * as workflows from './workflows'`). */
  readonly workflows: WorkflowSource;
  /** What the clock shows at the beginning. Default: 2030-01-01T00:00:00Z. */
  readonly now?: Date;
  /**
   * Decides all that is drawn by chance: what workflow code draws, idempotency keys of steps, delays of retries, faults.
   * The same seed gives the same in each run of a test. Default: 1.
   */
  readonly seed?: number;
  /** Default: a new MemoryStore. Two engines on one store are two deployments on one table. */
  readonly store?: Store;
  /**
   * The keys of tables that transactions write to: `{ accounts: ['id'], orders: ['customer', 'order'] }`. Needed only where
   * a key cannot be seen from the requests: see `table`.
   */
  readonly tables?: TableKeys;
  /** Encrypts all values, as `payloadKey` of WorkflowEngine does: see `createTestKey`. Default: none. */
  readonly payloadKey?: PayloadKey;
  /** What goes wrong between the engine, its table and its queue. Default: nothing. */
  readonly faults?: Faults;
  /** Coroutines that are never awaited are errors; else they are warnings. Default: true. */
  readonly strict?: boolean;
  /** Ends the turn at each await point and builds the run anew from its journal, as if the Lambda were always cold. */
  readonly rebuildAtEveryAwait?: boolean;
  /**
   * Ends the turn at each await point, and lets the run go on from a snapshot of its coroutines, as if the Lambda were always
   * cold (experimental: see docs/frames.md). A run that cannot be stored is replayed, with a warning in the log. Needs
   * `viteFrames()`, of `lull/frames`, among the plugins of the tests. Default: false.
   */
  readonly frames?: boolean;
  /**
   * Replays each run when it has ended, and now and then when it suspends, and compares: a run that depends on something
   * outside of it is a ReplayDiffersError; with `strict: false`, a warning. Default: true, unless each run is rebuilt at
   * every await anyway.
   */
  readonly checkReplay?: boolean;
  /** Where the log of workflows and steps goes, and the engine's own. Default: warnings and errors to the console. */
  readonly log?: Logger;
  /** How long a worker's invocation may last; near its end, steps are interrupted. Default: Lambda's 15 minutes. */
  readonly invocationLimit?: Duration;
  /** Hooks around turns and steps, as of the worker. Default: the `interceptors` that the module of the workflows exports. */
  readonly interceptors?: readonly Interceptor[];
  /**
   * The caller that starts a run takes its first turn, as the HTTP API does with the prop of that name: then a start moves the clock as far as
   * the turn waits in place. Default: false.
   */
  readonly firstTurnInApi?: boolean;
  /** The engine's own settings, such as `leaseMs` or `maxStepsInFlight`. */
  readonly settings?: Partial<EngineSettings>;
}

/** An engine for tests. Time stands still, except in `run`, `advance`, and in waiting for a run's `result`. */
export interface TestEngine {
  /** Starts a run. It begins when time is given to it: by `settle`, `advance`, or by awaiting its `result`. */
  start<R>(workflow: Workflow<void, R, never>): Promise<Run<R>>;
  start<In, R>(workflow: Workflow<In, R, never>, input: In, options?: StartOptions): Promise<Run<R>>;
  /**
   * Starts a run and brings it to its end: the clock jumps by itself. Rejects with the workflow's own error, with a
   * CancelledError or a RunTerminatedError if it was ended from outside, with what its code cannot follow if it is
   * blocked, and with a RunStuckError that says what it waits for if nothing will come any more.
   */
  run<R>(workflow: Workflow<void, R, never>): Promise<R>;
  run<In, R>(workflow: Workflow<In, R, never>, input: In): Promise<R>;
  /**
   * Lets everything happen that can happen now, without moving the clock. Real work of steps (requests, files, timers
   * of Node's own) is waited for; a body that waits for nothing, as `() => new Promise(() => {})`, is left hanging.
   */
  settle(): Promise<void>;
  /** Moves the clock, with all that is due on the way, each at its time. */
  advance(duration: Duration): Promise<void>;
  /** What the clock shows. */
  now(): Date;
  /**
   * Calls `mock` in place of the body of each step of that name: with the arguments of a `defineStep`, else with the
   * StepContext. `stepContext()` works in it.
   */
  mockStep(name: string, mock: StepMock): void;
  /** For each body of that name that was begun, retries included: the arguments of a `defineStep`, else the StepContext. */
  calls(name: string): readonly unknown[];
  /**
   * Kills all workers: what they have in memory is gone, and steps in flight are lost. Their leases stay until they are
   * over (30 s), and then the runs go on.
   */
  crash(): Promise<void>;
  /** Other code takes the turns from here on, and nothing of the old is left in memory: a deployment. */
  deploy(workflows: WorkflowSource): Promise<void>;
  /** What has happened in a run so far, oldest first; in its last link, if it has continued as new, or in the given one. */
  history(run: Run<unknown> | string, options?: HistoryOptions): Promise<HistoryEvent[]>;
  /** The runs there are, newest first, all at once; `engine.client.list` gives them page by page. */
  list(options?: ListOptions): Promise<RunSummary[]>;
  /**
   * A table that transactions write to, in memory: what is in it, and a way to put something there before. Its key is what
   * the first `Key` shows, of a request or of `get`.
   */
  table(name: string): MemoryTable;
  /** `client.entity`: a call moves the clock as far as its answer needs, a read does not. */
  entity<H>(entity: Entity<H>, key: string, options?: EntityCallOptions): EntityClient<H>;
  /** `client.schedules`. */
  readonly schedules: Schedules;
  /** `client.pools`. */
  readonly pools: Pools;
  /** For everything else that a caller can do. */
  readonly client: Client;
}

const START = Date.UTC(2030, 0, 1);

const OPTIONS = [
  'workflows',
  'now',
  'seed',
  'store',
  'tables',
  'payloadKey',
  'faults',
  'strict',
  'rebuildAtEveryAwait',
  'frames',
  'checkReplay',
  'log',
  'invocationLimit',
  'interceptors',
  'firstTurnInApi',
  'settings',
] satisfies (keyof TestEngineOptions)[];

/**
 * The engine that runs on AWS, in memory and on a clock that jumps: a workflow of three months is tested in a
 * millisecond.
 *
 * @example
 * ```ts
 * const answered = signal<string>('answered');
 * const ask = workflow('ask', function* (whom: string) {
 *   yield* step('send question', () => console.log(`Dear ${whom}, ...`));
 *   return yield* timeout('30 days', answered.receive());
 * });
 *
 * const engine = createTestEngine({ workflows: [ask] });
 * engine.mockStep('send question', () => undefined);
 * const run = await engine.start(ask, 'Ada');
 * await engine.advance('29 days');
 * await run.signal(answered, 'yes');
 * await run.result(); // => 'yes'
 * engine.calls('send question').length; // => 1
 * ```
 */
export function createTestEngine(options: TestEngineOptions): TestEngine {
  return createEngineOn(createCloud(options), options);
}

/** For those who have something to do with the cloud beside it. */
export function createCloud(options: TestEngineOptions, disturbance?: Disturbance, startEngine?: StartEngine): Cloud {
  const unknown = Object.keys(options).find((option) => !(OPTIONS as string[]).includes(option));
  if (unknown !== undefined) throw invalid(`has no option "${unknown}": there are ${OPTIONS.join(', ')}`);
  const { now = new Date(START), seed = 1, strict = true, frames = false } = options;
  const rebuildAtEveryAwait = frames || (options.rebuildAtEveryAwait ?? false);
  if (!(now instanceof Date) || Number.isNaN(now.getTime()))
    throw invalid(`has now ${describeValue(now)}: give a valid Date`);
  return new Cloud(
    {
      workflows: options.workflows,
      nowMs: now.getTime(),
      seed,
      store: options.store,
      tables: options.tables ?? {},
      payloadKey: options.payloadKey,
      faults: options.faults ?? {},
      log: options.log ?? WARNINGS,
      interceptors: checkInterceptors(options.interceptors ?? interceptorsOf(options.workflows)),
      firstTurnInApi: options.firstTurnInApi ?? false,
      // In a test nothing is gained by learning of a pause late.
      settings: {
        ...{ workflowListMaxAgeMs: 0, ...(frames ? ALWAYS_STORED : {}) },
        ...{ ...options.settings, strict, rebuildAtEveryAwait },
      },
      frames: frames ? createRunFrames() : undefined,
      invocationLimit: options.invocationLimit ?? '15m',
      // Where crashes, or another engine, are tried, what a replay does is compared by that.
      checkReplay:
        options.checkReplay ??
        ((!rebuildAtEveryAwait || frames) && disturbance === undefined && startEngine === undefined),
    },
    disturbance,
    startEngine,
  );
}

/** At each rest, whatever it costs. The kit has a comparison of its own. */
const ALWAYS_STORED = { snapshotRecords: 1, maxSnapshotPercent: Infinity, snapshotsPerAudit: 0 };

export function createEngineOn(cloud: Cloud, { workflows }: TestEngineOptions): TestEngine {
  return new EngineOnCloud(cloud, workflows);
}

class EngineOnCloud implements TestEngine {
  readonly client: Client;
  readonly schedules: Schedules;
  readonly pools: Pools;
  readonly #cloud: Cloud;
  readonly #timeline: Timeline;

  constructor(cloud: Cloud, workflows: WorkflowSource) {
    this.#cloud = cloud;
    this.#timeline = new Timeline(cloud);
    this.client = new TestClient({ cloud, timeline: this.#timeline, workflows });
    this.schedules = this.client.schedules;
    this.pools = this.client.pools;
  }

  start<In, R>(workflow: Workflow<In, R, never>, input?: In, options?: StartOptions): Promise<Run<R>> {
    return this.client.start<unknown, R>(workflow, input, options);
  }

  async run<In, R>(workflow: Workflow<In, R, never>, input?: In): Promise<R> {
    return ownResult(await this.start(workflow, input));
  }

  entity<H>(entity: Entity<H>, key: string, options?: EntityCallOptions): EntityClient<H> {
    return this.client.entity(entity, key, options);
  }

  settle(): Promise<void> {
    return this.#timeline.settle();
  }

  advance(duration: Duration): Promise<void> {
    return this.#timeline.advanceTo(this.#cloud.clock.nowMs() + toMilliseconds(duration, 'the duration of advance()'));
  }

  now(): Date {
    return new Date(this.#cloud.clock.nowMs());
  }

  mockStep(name: string, mock: StepMock): void {
    if (typeof mock !== 'function') {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `mockStep('${name}') was given ${describeValue(mock)}: give a function, called in place of the step's body`,
      );
    }
    this.#cloud.bodies.mock(name, mock);
  }

  calls(name: string): readonly unknown[] {
    return this.#cloud.bodies.calls(name);
  }

  table(name: string): MemoryTable {
    const { tables } = this.#cloud;
    if (tables !== undefined) return tables.table(name);
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `table('${name}') was asked for on a store that is not in memory: look into the table itself, with the AWS SDK`,
    );
  }

  async crash(): Promise<void> {
    this.#cloud.crash();
  }

  async deploy(workflows: WorkflowSource): Promise<void> {
    await this.#timeline.settle();
    this.#cloud.deploy(workflows);
  }

  async history(run: Run<unknown> | string, options?: HistoryOptions): Promise<HistoryEvent[]> {
    return all(this.client.run(typeof run === 'string' ? run : run.id).history(options));
  }

  async list(options?: ListOptions): Promise<RunSummary[]> {
    return all(this.client.list(options));
  }
}

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

const WARNINGS: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (...values) => {
    // eslint-disable-next-line no-console -- the log of a test is its console
    console.warn(...values);
  },
  error: (...values) => {
    // eslint-disable-next-line no-console -- the log of a test is its console
    console.error(...values);
  },
};

function invalid(problem: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', `createTestEngine ${problem}`);
}
