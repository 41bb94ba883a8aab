/**
 * The workers: processes that take wakes in batches, one batch at a time each, and keep runs warm between them. As
 * Lambda does it: an idle one is used again or forgotten, what runs over its time is killed, after a deploy new ones
 * take over.
 */
import { createRunOperations } from '../../../lib/client/run-operations.ts';
import { createEngine, type RunningEngine } from '../../../lib/engine/engine.ts';
import type { FirstTurnTaken } from '../../../lib/engine/first-turn.ts';
import type { FirstTurns } from '../../../lib/ports/first-turns.ts';
import type { EngineSettings } from '../../../lib/engine/settings.ts';
import { createEventBridgeBus, type PutEvents } from '../../../lib/lambda/event-bridge-bus.ts';
import type { Pin } from '../../../lib/engine/take-run.ts';
import type { Logger } from '../../../lib/core/logger.ts';
import type { EventBus } from '../../../lib/ports/event-bus.ts';
import { StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import { canStoreRuns, createRunFrames } from '../../../lib/scheduler/run-frames.ts';
import type { Code } from './code.ts';
import type { CodeDeaths } from './code-deaths.ts';
import { inCodeTurn } from './code-turn.ts';
import type { Dice } from './dice.ts';
import type { LeftErrors } from './left-errors.ts';
import type { Network } from './network.ts';
import type { Queue, QueuedWake } from './queue.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SnapshotShelf, spoilSnapshots } from './spoiled-snapshots.ts';
import type { StepBodies } from './step-bodies.ts';
import type { Timeline } from './timeline.ts';
import { Versions } from './versions.ts';

export interface FleetOptions {
  readonly timeline: Timeline;
  readonly network: Network;
  /** Of the event bus; undefined if there is none. */
  readonly putEvents: PutEvents | undefined;
  readonly queue: Queue;
  /** Makes one for the wakes that are handed to a version. */
  readonly newQueue: () => Queue;
  readonly isPinned: boolean;
  /** A turn has ended with its run blocked. */
  readonly onBlocked: (code: Code) => void;
  readonly bodies: StepBodies;
  readonly deaths: CodeDeaths;
  readonly errors: LeftErrors;
  readonly dice: Dice;
  readonly log: Logger;
  readonly settings: Partial<EngineSettings>;
  readonly mostWorkers: number;
  readonly invocationLimitMs: number;
  /** How likely an idle worker is used again; else it is forgotten, and another one starts cold. */
  readonly warmth: number;
  /** What the clock of a new worker shows too much. */
  readonly clockErrorMs: (worker: string) => number;
  /** What is no answer of the world's, but a mistake. */
  readonly onError: (worker: string, runId: string, error: unknown) => void;
}

/** As long as the API has for one. */
const FIRST_TURN_MS = 10_000;

export interface Worker {
  readonly process: SimulatedProcess;
  readonly engine: RunningEngine;
  readonly code: Code;
  isBusy: boolean;
}

export class Fleet {
  readonly #options: FleetOptions;
  #code: Code;
  #workers: Worker[] = [];
  readonly #codeOf = new Map<string, Code>();
  readonly #versions = new Versions((code) => this.#queueTo(code));
  /** Since when, by worker and run. */
  readonly #inTurn = new Map<string, number>();
  readonly #processes = new Map<string, SimulatedProcess>();
  #started = 0;
  turns = 0;
  /** When a wake had to wait for a worker last. */
  saturatedAtMs = -Infinity;

  constructor(options: FleetOptions, code: Code) {
    this.#options = options;
    this.#code = code;
    this.#versions.publish(code);
    options.queue.takeBatch = (batch) => this.#takeBatch(this.#code, options.queue, batch);
  }

  get workers(): readonly Worker[] {
    return this.#workers;
  }

  /** Which code a worker runs, or ran, by its process's name. */
  codeOf(worker: string): Code | undefined {
    return this.#codeOf.get(worker);
  }

  /** Whether a worker is in a turn of the run, or waits for one; a dead one is for ever. */
  isInTurn(worker: string, runId: string): boolean {
    return this.inTurnSince(worker, runId) !== undefined;
  }

  /** When the turn that goes on has begun, which is before it takes the lease. */
  inTurnSince(worker: string, runId: string): number | undefined {
    return this.#inTurn.get(`${worker} ${runId}`);
  }

  isAlive(worker: string): boolean {
    return this.#processes.get(worker)?.isAlive === true;
  }

  /** New turns are taken by this code; turns that go on, go on with the old. */
  deploy(code: Code): void {
    this.#code = code;
    this.#versions.publish(code);
  }

  /** Whether a version can be invoked. */
  isThere(version: string): boolean {
    return this.#versions.isThere(version);
  }

  /** Of the versions all but the newest so many; what their workers are at, they end. */
  deleteOldest(kept: number): void {
    this.#versions.deleteOldest(kept);
  }

  /** A version, unless it is the newest. */
  delete({ version }: Code): void {
    this.#versions.delete(version);
  }

  #queueTo(code: Code): Queue {
    const queue = this.#options.newQueue();
    queue.takeBatch = (batch) => this.#takeBatch(code, queue, batch);
    return queue;
  }

  /** An idle worker is of use as long as its code is. */
  #isOfUse(code: Code): boolean {
    return this.#options.isPinned ? this.isThere(code.version) : code === this.#code;
  }

  #takeBatch(code: Code, queue: Queue, batch: readonly QueuedWake[]): 'taken' | 'no-capacity' {
    const { dice, warmth, mostWorkers } = this.#options;
    this.#workers = this.#workers.filter(
      (other) => other.process.isAlive && (other.isBusy || this.#isOfUse(other.code)),
    );
    const idle = this.#workers.filter((worker) => !worker.isBusy && !worker.process.isFrozen && worker.code === code);
    let worker = idle.length > 0 ? dice.pick(idle) : undefined;
    if (worker !== undefined && !dice.chance(warmth)) {
      worker.process.die();
      this.#workers = this.#workers.filter((other) => other !== worker);
      worker = undefined;
    }
    if (worker === undefined && this.#workers.length >= mostWorkers) this.#forgetOneOfOther(code);
    if (worker === undefined && this.#workers.length >= mostWorkers) {
      this.saturatedAtMs = this.#options.timeline.nowMs;
      return 'no-capacity';
    }
    worker ??= this.#start(code);
    void this.#invoke(worker, queue, batch);
    return 'taken';
  }

  #forgetOneOfOther(code: Code): void {
    const forgotten = this.#workers.find((other) => !other.isBusy && other.code !== code);
    if (forgotten === undefined) return;
    this.#workers = this.#workers.filter((other) => other !== forgotten);
    forgotten.process.die();
  }

  /** Of a caller with the newest code, which takes the first turns of the runs that it starts. */
  firstTurnsFor(process: SimulatedProcess): FirstTurns {
    const { timeline, deaths, errors, onBlocked } = this.#options;
    const code = this.#code;
    const engine = this.#engineOf(process, code);
    this.#codeOf.set(process.name, code);
    return {
      take: async (request) => {
        const { runId } = request.run;
        const name = `${process.name} ${runId}`;
        this.#inTurn.set(name, timeline.nowMs);
        try {
          const deadlineAtMs = process.clock.nowMs() + FIRST_TURN_MS;
          const turn = { process, version: code.version, runId, deaths, errors };
          const take = async (): Promise<FirstTurnTaken> =>
            (await engine.takeFirstTurn?.({ ...request, deadlineAtMs })) ?? { kind: 'not-taken' };
          const taken = await inCodeTurn(turn, take);
          if (taken.end?.kind === 'blocked') onBlocked(code);
          return taken;
        } finally {
          this.#inTurn.delete(name);
        }
      },
    };
  }

  #start(code: Code): Worker {
    const { timeline, clockErrorMs } = this.#options;
    this.#started += 1;
    const name = `worker-${this.#started}`;
    const process = new SimulatedProcess(name, timeline, clockErrorMs(name));
    const worker: Worker = { process, engine: this.#engineOf(process, code), code, isBusy: false };
    process.onDeath(() => this.#pump());
    this.#codeOf.set(name, code);
    this.#processes.set(name, process);
    this.#workers.push(worker);
    return worker;
  }

  #engineOf(process: SimulatedProcess, code: Code): RunningEngine {
    const { network, bodies, dice, log, settings } = this.#options;
    const { name } = process;
    let nonces = 0;
    let seeds = 0;
    const ownDice = dice.named(name);
    let messages = 0;
    const ids = {
      runId: () => `${name}/run-${(messages += 1)}`,
      messageId: () => `${name}-${(messages += 1)}`,
    };
    const frames = canStoreRuns() ? createRunFrames() : undefined; // where the simulator was compiled
    const store = network.storeFor(process);
    const ports = {
      registry: code.registry,
      store: frames === undefined ? store : spoilSnapshots(store, dice.named(`snapshots ${name}`), this.shelf),
      wakes: network.wakesFor(process),
      clock: process.clock,
      log,
    };
    const engine: RunningEngine = createEngine({
      ...(frames && { frames, snapshotRecords: 1, maxSnapshotPercent: Infinity }),
      ...settings,
      // A workload that says how often its runs are stored has them kept, too.
      ...(frames && settings.snapshotRecords === undefined && { maxWarmRuns: 0 }),
      ...ports,
      operations: createRunOperations({ ...ports, ids, answerQuery: (query) => engine.answerQuery(query) }),
      version: code.version,
      pin: this.#pinOf(process, code),
      events: this.#eventsOf(process),
      newNonce: () => `${name}/${(nonces += 1)}`,
      newSeed: () => `${name}/${(seeds += 1)}`,
      random: () => ownDice.next(),
      errorsToShow: () => new Promise((resolve) => process.reachAt(this.#options.timeline.nowMs, resolve)),
      callBody: (command, context) => bodies.call(process, command, context),
    });
    return engine;
  }

  #eventsOf(process: SimulatedProcess): EventBus | undefined {
    const { network, putEvents, log } = this.#options;
    if (putEvents === undefined) return undefined;
    const { clock } = process;
    return createEventBridgeBus({
      ...{ bus: 'bus', engine: undefined, clock, log, putEvents: network.eventsOf(process, putEvents) },
    });
  }

  #pinOf(process: SimulatedProcess, { version }: Code): Pin | undefined {
    const { isPinned, network } = this.#options;
    if (!isPinned) return undefined;
    const forward: Pin['forward'] = (runId, to) => this.#versions.forward(runId, to);
    return { version, forward: network.forwarderFor(process, forward) };
  }

  /** What is handed to a version comes first: else wakes that are all handed on keep every worker from taking it. */
  #pump(): void {
    this.#versions.pump();
    this.#options.queue.pump();
  }

  readonly shelf = new SnapshotShelf();

  async #invoke(worker: Worker, queue: Queue, batch: readonly QueuedWake[]): Promise<void> {
    const { timeline, invocationLimitMs } = this.#options;
    const { process } = worker;
    worker.isBusy = true;
    const dontKill = timeline.after(invocationLimitMs, () => process.die());
    const deadlineAtMs = process.clock.nowMs() + invocationLimitMs;
    const runIds = [...new Set(batch.map(({ runId }) => runId))];
    const taken = await Promise.all(runIds.map((runId) => this.#takeTurn(worker, runId, deadlineAtMs)));
    dontKill();
    worker.isBusy = false;
    for (const wake of batch) if (taken[runIds.indexOf(wake.runId)] === true) queue.delete(wake);
    this.#pump();
  }

  async #takeTurn({ engine, process, code }: Worker, runId: string, deadlineAtMs: number): Promise<boolean> {
    this.turns += 1;
    const name = `${process.name} ${runId}`;
    this.#inTurn.set(name, this.#options.timeline.nowMs);
    try {
      const { deaths, errors } = this.#options;
      const turn = { process, version: code.version, runId, deaths, errors };
      const end = await inCodeTurn(turn, () => engine.takeTurn({ runId, deadlineAtMs }));
      if (end.kind === 'blocked') this.#options.onBlocked(code);
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) this.#options.onError(process.name, runId, error);
      return false;
    } finally {
      this.#inTurn.delete(name);
    }
  }
}
