/**
 * A cloud in memory: a table, a queue, workers and a sweeper, on a clock that the timeline moves. The engine in it is
 * the one that runs on AWS.
 *
 * Not its job: to decide when what happens (the timeline does).
 */
import { Client } from '../client/client.ts';
import { createRunOperations } from '../client/run-operations.ts';
import type { IdSource } from '../client/identifiers.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import { createPrng } from '../core/prng.ts';
import { createRegistry, type WorkflowRegistry, type WorkflowSource } from '../core/workflow-registry.ts';
import { createEngine, type RunningEngine } from '../engine/engine.ts';
import { DEFAULT_SETTINGS, type EngineOptions, type EngineSettings } from '../engine/settings.ts';
import type { SweepOptions } from '../engine/sweep.ts';
import type { TurnEnd } from '../engine/turn-end.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import type { MemoryTables, TableKeys } from '../memory/tables/memory-tables.ts';
import { MemoryWakeQueue } from '../memory/memory-wake-queue.ts';
import type { AskedQuery, QueryAnswer } from '../ports/queries.ts';
import type { FirstTurns } from '../ports/first-turns.ts';
import type { Interceptor } from '../ports/interceptor.ts';
import { forgetDataKeys, sealingStore } from '../encryption/sealing-store.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import type { Store } from '../ports/store.ts';
import type { RunFrames } from '../scheduler/run-frames.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import type { RunItem } from '../ports/run-item.ts';
import { findReplayDifference } from './compare-with-replay.ts';
import { suspectsOfCode } from './suspects.ts';
import { ProgressCounter } from './progress-counter.ts';
import { type Around, aroundStore, isWrite } from './around-store.ts';
import { Callers } from './callers.ts';
import { CloudProcess, never, type Ports } from './cloud-process.ts';
import { type CrashPoints, NoCrashPoints } from './crash-points.ts';
import { aroundWithFaults, type Faults, wakesTwice, wakesWithFaults } from './faults.ts';
import { firstTurnsOfCallers } from './first-turns.ts';
import { createRemoteFunctions } from './remote-functions.ts';
import { StepBodies } from './step-bodies.ts';
import { TableWatch } from './table-watch.ts';
import { turnOfTheLoop } from './real-time.ts';
import { createTestIds, type TestIds } from './test-ids.ts';
import { createTestSeeds } from './test-seeds.ts';
import { VirtualClock } from './virtual-clock.ts';

const PUBLIC_URL = 'https://callbacks.test'; // nothing listens there

export interface CloudOptions {
  readonly workflows: WorkflowSource;
  readonly nowMs: number;
  readonly seed: number;
  readonly store: Store | undefined;
  readonly tables: TableKeys;
  readonly payloadKey: PayloadKey | undefined;
  readonly faults: Faults;
  readonly log: Logger;
  readonly settings: Partial<EngineSettings>;
  /** Stores runs at rest. Undefined: each run is replayed. */
  readonly frames: RunFrames | undefined;
  readonly interceptors: readonly Interceptor[];
  readonly invocationLimit: Duration;
  readonly firstTurnInApi: boolean;
  readonly checkReplay: boolean;
}

/** For `crashEverywhere`: what happens to a scenario on its way. */
export interface Disturbance {
  readonly points: CrashPoints;
  /** Every call of the client, and every wake, comes again. */
  readonly repeat: boolean;
}

/** Starts what takes the turns: another one than the engine itself, where a test drives what stands around it. */
export type StartEngine = (options: EngineOptions, workflows: WorkflowSource) => RunningEngine;

export class Cloud {
  readonly clock: VirtualClock;
  readonly store: Store;
  /** The author's own; undefined on a store that is not in memory. */
  readonly tables: MemoryTables | undefined;
  readonly watch = new TableWatch();
  readonly progress = new ProgressCounter();
  readonly bodies: StepBodies;
  readonly callers: Callers;
  /** What a client is made of. */
  readonly outside: Ports & { readonly ids: IdSource };
  readonly log: Logger;
  registry: WorkflowRegistry;

  readonly #options: CloudOptions;
  readonly #points: CrashPoints;
  readonly #startEngine: StartEngine;
  readonly #table: Store;
  readonly #queue: MemoryWakeQueue;
  readonly #workerPorts: Ports;
  readonly #ids: TestIds;
  readonly #random: () => number;
  readonly #newSeed: EngineOptions['newSeed'];
  readonly #sweepPeriodMs: number;
  readonly #callerProcess: CloudProcess;
  readonly #turnEnds = new Map<string, TurnEnd>();
  /** How often each run has suspended since it was begun. */
  readonly #suspensions = new Map<string, number>();
  #workflows: WorkflowSource;
  #worker: CloudProcess;
  #engine: RunningEngine;
  #sweptAtMs = -Infinity;
  #isFilled = false;
  #deployments = 0;
  #failure: { readonly error: unknown } | undefined;
  /** Leases of workers that died at a chosen point: they are over at once. */
  #hasToRecover = false;

  constructor(options: CloudOptions, disturbance?: Disturbance, startEngine: StartEngine = createEngine) {
    const { points = new NoCrashPoints(), repeat = false } = disturbance ?? {};
    const inner = options.store ?? new MemoryStore();
    this.tables = inner instanceof MemoryStore ? inner.tables : undefined;
    this.tables?.define(options.tables);
    this.clock = new VirtualClock(options.nowMs);
    const table = (this.#table = sealingStore(inner, {
      key: options.payloadKey,
      table: 'test',
      nowMs: () => this.clock.nowMs(),
    }));
    this.#options = options;
    this.#points = points;
    this.#startEngine = startEngine;
    this.#workflows = options.workflows;
    this.#random = createPrng(`engine ${options.seed}`);
    this.#ids = createTestIds(inner);
    this.#newSeed = createTestSeeds(inner, options.seed);
    this.registry = createRegistry(options.workflows);
    this.log = options.log;
    this.bodies = new StepBodies({
      progress: this.progress,
      points,
      strict: options.settings.strict ?? true,
      log: options.log,
    });
    this.callers = new Callers({ ids: this.#ids, points, repeat });
    // Where crashes are to change no times, the sweeper is always there.
    this.#sweepPeriodMs = disturbance ? 1 : (options.settings.leaseMs ?? DEFAULT_SETTINGS.leaseMs) / 2;

    this.store = aroundStore(table, this.watch.around);
    this.#queue = new MemoryWakeQueue(this.clock);
    const store = aroundStore(this.store, aroundWithFaults(options.faults, createPrng(`store ${options.seed}`)));
    const faultyQueue = wakesWithFaults(this.#queue, options.faults, createPrng(`wakes ${options.seed}`));
    const wakes = repeat ? wakesTwice(faultyQueue) : faultyQueue;

    this.#callerProcess = new CloudProcess({ store, wakes, clock: this.clock }, this.progress);
    this.outside = {
      store: aroundStore(this.#callerProcess.store, this.callers.around),
      wakes: this.#callerProcess.wakes,
      clock: this.clock,
      ids: this.callers.ids,
    };
    this.#workerPorts = { store: aroundStore(store, this.#aroundWorkers()), wakes, clock: this.clock };
    [this.#worker, this.#engine] = this.#startWorker();
    points.onCrash = () => {
      this.crash();
      this.callers.dieInFirstTurns();
      this.#hasToRecover = true;
    };
  }

  /** Calls to table and queue that are not answered yet. */
  get callsInFlight(): number {
    return this.#worker.callsInFlight + this.#callerProcess.callsInFlight;
  }

  /** How the last turn of a run ended that the code of now has taken. */
  turnEnd(runId: string): TurnEnd | undefined {
    return this.#turnEnds.get(runId);
  }

  inspectRun(...args: Parameters<RunningEngine['inspectRun']>): ReturnType<RunningEngine['inspectRun']> {
    return this.#engine.inspectRun(...args);
  }

  /** Of an update that the test gave none. */
  nextUpdateId(): string {
    return this.#ids.messageId();
  }

  answerQuery(query: AskedQuery): Promise<QueryAnswer> {
    return this.#engine.answerQuery(query);
  }

  /** A bug, or a failure that lasts: thrown once, by the timeline's next step. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.progress.record();
  }

  throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  // ---- what is due

  /** Lets timers ring and workers take the turns that are due now; says whether there was anything. */
  async beginDue(): Promise<boolean> {
    if (!this.#isFilled) await this.#fill();
    if (this.#hasToRecover) await this.#recover();
    const rang = this.clock.callDue();
    const wakes = this.#queue.takeDue(this.clock.nowMs());
    for (const { runId } of wakes) void this.#takeTurn(runId);
    return rang > 0 || wakes.length > 0;
  }

  /** Lets the sweeper look, if its time has come and there is anything for it to find. */
  sweepIfDue(): boolean {
    const atMs = this.#nextSweepAtMs();
    if (atMs === undefined || atMs > this.clock.nowMs()) return false;
    this.#sweptAtMs = this.clock.nowMs();
    void this.#sweep();
    return true;
  }

  /** When something is due by itself; undefined if nothing ever is. */
  nextAtMs(): number | undefined {
    const times = [this.clock.nextAtMs(), this.#queue.nextAtMs(), this.#nextSweepAtMs()];
    return times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a));
  }

  // ---- what happens to workers

  /** All workers die. What they had in memory is gone, and their leases stay until they are over. */
  crash(): void {
    this.#worker.die();
    forgetDataKeys(this.#table);
    this.bodies.forgetWorking();
    this.watch.begun.clear();
    [this.#worker, this.#engine] = this.#startWorker();
  }

  /** From here on, turns are taken by other code. */
  deploy(workflows: WorkflowSource): void {
    this.registry = createRegistry(workflows);
    this.#deployments += 1;
    this.#workflows = workflows;
    this.#engine = this.#createEngine(this.#worker);
    this.#turnEnds.clear();
    void this.#sweep({ wakesBlocked: true });
  }

  #startWorker(): [CloudProcess, RunningEngine] {
    const worker = new CloudProcess(this.#workerPorts, this.progress);
    return [worker, this.#createEngine(worker)];
  }

  #createEngine(process: CloudProcess, besides: Partial<EngineOptions> = {}): RunningEngine {
    const { store, wakes, clock } = process;
    const ports = { store, wakes, clock, log: this.log };
    const { version = DEFAULT_SETTINGS.version } = this.#options.settings;
    const invoke = createRemoteFunctions(this.bodies, () => this.#clientOfFunctions());
    const options: EngineOptions = {
      ...this.#options.settings,
      version: this.#deployments === 0 ? version : `${version}+${this.#deployments}`,
      publicUrl: PUBLIC_URL,
      frames: this.#options.frames,
      registry: this.registry,
      operations: createRunOperations({
        ...ports,
        registry: this.registry,
        ids: this.#ids,
        invoke,
        answerQuery: (query) => this.answerQuery(query),
      }),
      ...ports,
      newNonce: () => this.#ids.nonce(),
      newSeed: this.#newSeed,
      random: this.#random,
      callBody: this.bodies.call,
      interceptors: this.#options.interceptors,
      errorsToShow: () => process.work(turnOfTheLoop),
      ...besides,
    };
    return this.#startEngine(options, this.#workflows);
  }

  /** As functions of their own have it: what crashes in a test does not crash them. */
  #clientOfFunctions(): Client {
    const { store, clock, log } = this;
    return new Client({ store, wakes: this.#queue, clock, log, ids: this.#ids, workflows: this.#workflows });
  }

  #aroundWorkers(): Around {
    return async (call, go) => {
      if (!isWrite(call)) return go();
      const point = this.#points.next(call.operation, call.runId ?? '');
      if (point.crashesBefore) return never();
      const answer = await go();
      // As a real table does: promises of workflow code that fail meanwhile are found out before the turn goes on.
      if (call.operation === 'putRecord' || call.operation === 'transact') await turnOfTheLoop();
      point.after();
      return answer;
    };
  }

  get firstTurns(): FirstTurns | undefined {
    if (!this.#options.firstTurnInApi) return undefined;
    return firstTurnsOfCallers({
      ...{ callers: this.callers, outside: this.outside, caller: this.#callerProcess, progress: this.progress },
      createEngine: (process, besides) => this.#createEngine(process, besides),
      onEnd: (runId, end) => this.#noteTurnEnd(runId, end),
    });
  }

  async #takeTurn(runId: string): Promise<void> {
    const deadlineAtMs = this.clock.nowMs() + toMilliseconds(this.#options.invocationLimit, 'invocationLimit');
    await this.#asWorker('a turn was given up', async () => {
      const end = await this.watch.whileBegun(runId, this.#engine.takeTurn({ runId, deadlineAtMs }));
      if (end.kind !== 'skipped') await this.#noteTurnEnd(runId, end);
    });
  }

  async #noteTurnEnd(runId: string, end: TurnEnd): Promise<void> {
    this.#turnEnds.set(runId, end);
    if (this.#options.checkReplay && this.#isToBeChecked(runId, end)) await this.#checkReplay(runId, end);
  }

  /** At its end, and when it suspends for the first time, the 2nd, the 4th, the 8th, ...: a long life costs little more. */
  #isToBeChecked(runId: string, { kind }: TurnEnd): boolean {
    if (kind === 'ended') return this.#suspensions.delete(runId) || true;
    if (kind !== 'suspended') return false;
    const count = (this.#suspensions.get(runId) ?? 0) + 1;
    this.#suspensions.set(runId, count);
    return Number.isInteger(Math.log2(count));
  }

  async #checkReplay(runId: string, end: TurnEnd): Promise<void> {
    const check = {
      store: this.#worker.store,
      replay: async (id: string) => (await this.#engine.replayAgain?.(id)) ?? { kind: 'unknown' as const },
      suspects: ({ workflow }: RunItem) => [
        ...this.bodies.suspects(runId),
        ...suspectsOfCode(workflow, this.registry.find(workflow)?.code),
      ],
    };
    const difference = await findReplayDifference(check, runId, end);
    if (end.kind === 'ended') this.bodies.forgetRun(runId);
    if (difference === undefined) return;
    if (this.#options.settings.strict ?? true) this.fail(difference);
    else this.log.warn(difference.message);
  }

  async #sweep(options: SweepOptions = {}): Promise<void> {
    await this.#asWorker('a sweep was given up', async () => {
      await this.#engine.sweep({ aheadMs: this.#sweepPeriodMs, ...options });
    });
  }

  /** A worker that has no answer from the table gives up, and the sweeper brings the run back (I7). */
  async #asWorker(what: string, work: () => Promise<void>): Promise<void> {
    const worker = this.#worker;
    try {
      await work();
    } catch (error) {
      if (!worker.isAlive) return;
      if (error instanceof StoreUnavailableError) this.log.warn(what, error);
      else this.fail(error);
      this.progress.record();
    }
  }

  /** The sweeper runs at whole multiples of its period, and looks one period ahead, so that far timers fire in time. */
  #nextSweepAtMs(): number | undefined {
    const periodMs = this.#sweepPeriodMs;
    const sweepableAtMs = this.watch.sweepableAtMs(periodMs, this.clock.nowMs());
    if (sweepableAtMs === undefined) return undefined;
    const fromMs = Math.max(sweepableAtMs, this.#sweptAtMs + 1);
    return Math.ceil(fromMs / periodMs) * periodMs;
  }

  /** What a given table has in it already. */
  async #fill(): Promise<void> {
    this.#isFilled = true;
    if (this.#options.store !== undefined) await this.watch.readTable(this.store);
  }

  /**
   * As if the time had passed after which others take over: at once, so that a crash changes no times. Each lease goes
   * to an owner who has it until now.
   */
  async #recover(): Promise<void> {
    this.#hasToRecover = false;
    const lease = { owner: 'nobody', expiresAtMs: this.clock.nowMs() };
    for (const { runId, expiresAtMs } of this.watch.leases()) {
      const nowMs = Math.max(expiresAtMs, this.clock.nowMs());
      await this.store.take(runId, { lease, nowMs, dueByMs: nowMs });
    }
    await this.#sweep();
  }
}
