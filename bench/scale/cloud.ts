/**
 * An account in virtual time: the real client, engine and sweeper on a table in memory, with the times that requests take
 * on AWS, a queue that leads to invocations as Lambda's poller does, and a meter for write units.
 *
 * The times are assumed, not measured: they are near the medians that AWS's own metrics show within a region.
 */
import { createRunOperations } from '../../lib/client/run-operations.ts';
import { Client } from 'lull/client';
import { randomSeed } from '../../lib/engine/run-seed.ts';
import { createRegistry, type WorkflowSource } from '../../lib/core/workflow-registry.ts';
import { createEngine, type RunningEngine } from '../../lib/engine/engine.ts';
import { sweep, type Sweep } from '../../lib/engine/sweep.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { MemoryWakeQueue } from '../../lib/memory/memory-wake-queue.ts';
import { delay } from '../../lib/ports/delay.ts';
import type { Store } from '../../lib/ports/store.ts';
import { aroundStore, isWrite, type StoreCall } from '../../lib/testing/around-store.ts';
import { createTestIds } from '../../lib/testing/test-ids.ts';
import { VirtualClock } from '../../lib/testing/virtual-clock.ts';
import { FIRST_INVOCATIONS, MORE_INVOCATIONS_A_MINUTE } from './quotas.ts';
import { silent } from '../silent.ts';
import { UnitMeter } from './unit-meter.ts';

const TIMES_MS = { read: 4, write: 6, page: 10, send: 10, coldStart: 400 } as const;

/** As the construct has it. */
const SWEEP_EVERY_MS = 60_000;
const SWEEP_AHEAD_MS = 90_000;
const INVOCATION_MS = 300_000;

export interface CloudOptions {
  /** Of the construct: invocations at a time, at most. */
  readonly maxConcurrency: number;
  /** All of them at once, as a worker that is busy already has them. Without it, Lambda adds them minute by minute. */
  readonly isWarm?: boolean;
}

export class ScaleCloud {
  readonly clock = new VirtualClock(Date.UTC(2030, 0, 1));
  units = new UnitMeter();
  readonly client: Client;
  readonly #table = new MemoryStore();
  readonly #queue = new MemoryWakeQueue(this.clock);
  readonly #store: Store = aroundStore(this.#table, (call, go) => this.#request(call, go));
  readonly #wakes = { send: (runId: string, delayMs?: number) => this.#send(runId, delayMs) };
  readonly #workflows: WorkflowSource;
  #options: CloudOptions;
  readonly #idle: RunningEngine[] = [];
  /** Wakes whose time has come, and that no invocation has yet. */
  readonly #due: string[] = [];
  readonly requests = new Map<string, number>();
  #running = 0;
  #environments = 0;
  #busySinceMs = 0;
  #lastTurnEndedMs = 0;

  constructor(workflows: WorkflowSource, options: CloudOptions) {
    this.#workflows = workflows;
    this.#options = options;
    const ids = createTestIds(this.#table);
    this.client = new Client({
      workflows,
      store: this.#store,
      wakes: this.#wakes,
      clock: this.clock,
      ids,
      log: silent,
    });
  }

  /** Environments that were begun, since `limit` was called last. */
  get environments(): number {
    return this.#environments;
  }

  get lastTurnEndedMs(): number {
    return this.#lastTurnEndedMs;
  }

  get isIdle(): boolean {
    const isDue = (this.#queue.nextAtMs() ?? Infinity) <= this.clock.nowMs();
    return this.#running === 0 && this.#due.length === 0 && !isDue;
  }

  /** From now on, also for the meter. All environments are gone, as after a quiet hour. */
  limit(options: CloudOptions): void {
    this.#options = options;
    this.#idle.length = 0;
    this.#environments = 0;
    this.units = new UnitMeter();
  }

  /** Lets time pass until all that is on its way is over, or until then; what is due later stays. */
  async passUntil(isOver: () => boolean, untilMs = Infinity): Promise<void> {
    for (;;) {
      await settled();
      if (isOver()) return;
      this.#invoke();
      await settled();
      const nextMs = Math.min(this.clock.nextAtMs() ?? Infinity, this.#nextWakeMs());
      if (nextMs > untilMs || nextMs === Infinity) {
        if (untilMs < Infinity) this.clock.moveTo(untilMs);
        return;
      }
      this.clock.moveTo(nextMs);
      this.clock.callDue();
    }
  }

  /** One sweep; what it took in virtual milliseconds. */
  async sweep(): Promise<Sweep & { readonly tookMs: number }> {
    const fromMs = this.clock.nowMs();
    const { clock } = this;
    const swept = await sweep(
      { store: this.#store, wakes: this.#wakes, clock, log: silent },
      { aheadMs: SWEEP_AHEAD_MS },
    );
    return { ...swept, tookMs: clock.nowMs() - fromMs };
  }

  /** A sweep each minute, from the next one on, until then. */
  sweepUntil(untilMs: number, seen: (swept: Sweep & { readonly tookMs: number }) => void): void {
    const again = (): void => {
      if (this.clock.nowMs() > untilMs) return;
      void this.sweep().then(seen);
      this.clock.callAt(this.clock.nowMs() + SWEEP_EVERY_MS, again);
    };
    this.clock.callAt(this.clock.nowMs() + SWEEP_EVERY_MS, again);
  }

  /** Bytes of a run's journal, as it is stored. */
  async journalBytes(runId: string): Promise<number> {
    const records = await this.#table.loadRecords(runId, 0);
    return records.reduce((sum, record) => sum + Buffer.byteLength(JSON.stringify(record)), 0);
  }

  #nextWakeMs(): number {
    const comesMs = this.#queue.nextAtMs() ?? Infinity;
    const isFull = this.#due.length === 0 || this.#running === this.#options.maxConcurrency;
    return isFull ? comesMs : Math.min(comesMs, this.clock.nowMs() + 60_000 / MORE_INVOCATIONS_A_MINUTE);
  }

  /** How many invocations the poller leads to now. */
  #places(): number {
    const { maxConcurrency, isWarm = false } = this.#options;
    if (isWarm) return maxConcurrency;
    const busyMs = this.clock.nowMs() - this.#busySinceMs;
    return Math.min(maxConcurrency, FIRST_INVOCATIONS + Math.floor((busyMs / 60_000) * MORE_INVOCATIONS_A_MINUTE));
  }

  #invoke(): void {
    for (const { runId } of this.#queue.takeDue(this.clock.nowMs())) this.#due.push(runId);
    if (this.#running === 0 && this.#due.length > 0) this.#busySinceMs = this.clock.nowMs();
    const room = this.#places() - this.#running;
    for (const runId of this.#due.splice(0, Math.max(0, room))) void this.#turn(runId);
  }

  async #turn(runId: string): Promise<void> {
    this.#running += 1;
    const engine = this.#idle.pop() ?? (await this.#coldStart());
    await engine.takeTurn({ runId, deadlineAtMs: this.clock.nowMs() + INVOCATION_MS });
    this.#idle.push(engine);
    this.#running -= 1;
    this.#lastTurnEndedMs = this.clock.nowMs();
  }

  async #coldStart(): Promise<RunningEngine> {
    this.#environments += 1;
    await delay(this.clock, TIMES_MS.coldStart);
    const ports = { store: this.#store, wakes: this.#wakes, clock: this.clock, log: silent };
    const registry = createRegistry(this.#workflows);
    const operations = createRunOperations({ ...ports, registry });
    const ids = createTestIds(this.#table);
    return createEngine({
      ...ports,
      registry,
      operations,
      newNonce: () => ids.nonce(),
      newSeed: randomSeed,
      random: Math.random,
    });
  }

  async #send(runId: string, delayMs?: number): Promise<void> {
    this.#countRequest('send');
    await delay(this.clock, TIMES_MS.send);
    await this.#queue.send(runId, delayMs);
  }

  async #request<T>(call: StoreCall, go: () => Promise<T>): Promise<T> {
    this.#countRequest(call.operation);
    await delay(this.clock, isWrite(call) ? TIMES_MS.write : TIMES_MS.read);
    if (call.runId === undefined || !isWrite(call)) return go();
    const before = await this.#table.readRun(call.runId);
    const answer = await go();
    this.units.add(call, this.clock.nowMs(), before, await this.#table.readRun(call.runId));
    return answer;
  }

  #countRequest(name: string): void {
    this.requests.set(name, (this.requests.get(name) ?? 0) + 1);
  }
}

/** All promises that can go on have done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
