/**
 * The workers: processes that take wakes in batches, one batch at a time each, and keep runs warm between them. As
 * Lambda does it: an idle one is used again or forgotten, what runs over its time is killed, after a deploy new ones
 * take over.
 */
import { createEngine, type RunningEngine } from '../../../lib/engine/engine.ts';
import type { EngineSettings } from '../../../lib/engine/settings.ts';
import type { Logger } from '../../../lib/core/logger.ts';
import { StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import type { Code } from './code.ts';
import type { Dice } from './dice.ts';
import type { Network } from './network.ts';
import type { Queue, QueuedWake } from './queue.ts';
import { SimulatedProcess } from './simulated-process.ts';
import type { StepBodies } from './step-bodies.ts';
import type { Timeline } from './timeline.ts';

export interface FleetOptions {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly queue: Queue;
  readonly bodies: StepBodies;
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
  #started = 0;
  turns = 0;
  /** When a wake had to wait for a worker last. */
  saturatedAtMs = -Infinity;

  constructor(options: FleetOptions, code: Code) {
    this.#options = options;
    this.#code = code;
    options.queue.takeBatch = (batch) => this.#takeBatch(batch);
  }

  get workers(): readonly Worker[] {
    return this.#workers;
  }

  /** Which code a worker runs, or ran, by its process's name. */
  codeOf(worker: string): Code | undefined {
    return this.#codeOf.get(worker);
  }

  /** New turns are taken by this code; turns that go on, go on with the old. */
  deploy(code: Code): void {
    this.#code = code;
  }

  #takeBatch(batch: readonly QueuedWake[]): 'taken' | 'no-capacity' {
    const { dice, warmth, mostWorkers } = this.#options;
    this.#workers = this.#workers.filter(
      ({ process, isBusy, code }) => process.isAlive && (isBusy || code === this.#code),
    );
    const idle = this.#workers.filter((worker) => !worker.isBusy && !worker.process.isFrozen);
    let worker = idle.length > 0 ? dice.pick(idle) : undefined;
    if (worker !== undefined && !dice.chance(warmth)) {
      worker.process.die();
      this.#workers = this.#workers.filter((other) => other !== worker);
      worker = undefined;
    }
    if (worker === undefined && this.#workers.length >= mostWorkers) {
      this.saturatedAtMs = this.#options.timeline.nowMs;
      return 'no-capacity';
    }
    worker ??= this.#start();
    void this.#invoke(worker, batch);
    return 'taken';
  }

  #start(): Worker {
    const { timeline, network, bodies, dice, log, settings, clockErrorMs } = this.#options;
    this.#started += 1;
    const name = `worker-${this.#started}`;
    const process = new SimulatedProcess(name, timeline, clockErrorMs(name));
    let nonces = 0;
    const ownDice = dice.named(name);
    const engine = createEngine({
      ...settings,
      version: this.#code.version,
      registry: this.#code.registry,
      store: network.storeFor(process),
      wakes: network.wakesFor(process),
      clock: process.clock,
      log,
      newNonce: () => `${name}/${(nonces += 1)}`,
      random: () => ownDice.next(),
      callBody: (command, context) => bodies.call(process, command, context),
    });
    const worker: Worker = { process, engine, code: this.#code, isBusy: false };
    process.onDeath(() => {
      this.#options.queue.pump();
    });
    this.#codeOf.set(name, this.#code);
    this.#workers.push(worker);
    return worker;
  }

  async #invoke(worker: Worker, batch: readonly QueuedWake[]): Promise<void> {
    const { timeline, queue, invocationLimitMs } = this.#options;
    const { process } = worker;
    worker.isBusy = true;
    const dontKill = timeline.after(invocationLimitMs, () => process.die());
    const deadlineAtMs = process.clock.nowMs() + invocationLimitMs;
    const runIds = [...new Set(batch.map(({ runId }) => runId))];
    const taken = await Promise.all(runIds.map((runId) => this.#takeTurn(worker, runId, deadlineAtMs)));
    dontKill();
    worker.isBusy = false;
    for (const wake of batch) if (taken[runIds.indexOf(wake.runId)] === true) queue.delete(wake);
    queue.pump();
  }

  async #takeTurn({ engine, process }: Worker, runId: string, deadlineAtMs: number): Promise<boolean> {
    this.turns += 1;
    try {
      await engine.takeTurn({ runId, deadlineAtMs });
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) this.#options.onError(process.name, runId, error);
      return false;
    }
  }
}
