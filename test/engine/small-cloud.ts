/** A table, a queue, a clock that somebody moves, a client, and as many workers as a test wants: nothing drives them. */
import { createRunOperations } from '../../lib/client/run-operations.ts';
import { Client } from 'lull/client';
import type { Logger } from 'lull';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { createEngine, type RunningEngine } from '../../lib/engine/engine.ts';
import type { EngineOptions } from '../../lib/engine/settings.ts';
import type { TurnEnd } from '../../lib/engine/turn-end.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { MemoryWakeQueue } from '../../lib/memory/memory-wake-queue.ts';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import type { FirstTurns } from '../../lib/ports/first-turns.ts';
import type { PayloadKey } from '../../lib/ports/payload-key.ts';
import type { RunItem } from '../../lib/ports/run-item.ts';
import type { Store } from '../../lib/ports/store.ts';
import { type Around, aroundStore } from '../../lib/testing/around-store.ts';
import { createTestIds } from '../../lib/testing/test-ids.ts';
import { VirtualClock } from '../../lib/testing/virtual-clock.ts';
import { silent } from '../testing/silent.ts';

/** Any workflows, whatever they take and give. */
export type Workflows = readonly AnyWorkflow[];

export interface WorkerOptions extends Partial<EngineOptions> {
  readonly workflows?: Workflows;
  /** What happens around the calls of this worker to the table. */
  readonly around?: Around;
  /** With which it encrypts what it writes. Default: with none, and it cannot read what is encrypted. */
  readonly payloadKey?: PayloadKey;
}

export interface Worker extends RunningEngine {
  /** One turn, with Lambda's 15 minutes. */
  turn(runId: string): Promise<TurnEnd>;
}

export const START_MS = Date.UTC(2030, 0, 1);
const INVOCATION_MS = 900_000;

export class SmallCloud {
  readonly clock = new VirtualClock(START_MS);
  readonly table = new MemoryStore();
  readonly wakes = new MemoryWakeQueue(this.clock);
  readonly client: Client;
  readonly #ids = createTestIds(this.table);
  readonly #workflows: Workflows;
  readonly #log: Logger;

  constructor(workflows: Workflows, { aroundClient, log = silent }: { aroundClient?: Around; log?: Logger } = {}) {
    this.#workflows = workflows;
    this.#log = log;
    const store: Store = aroundClient === undefined ? this.table : aroundStore(this.table, aroundClient);
    this.client = new Client({ workflows, store, wakes: this.wakes, clock: this.clock, ids: this.#ids, log });
  }

  worker({ workflows = this.#workflows, around, payloadKey, ...options }: WorkerOptions = {}): Worker {
    const registry = createRegistry(workflows);
    const under: Store = around === undefined ? this.table : aroundStore(this.table, around);
    const store = sealingStore(under, { key: payloadKey, table: 'small', nowMs: () => this.clock.nowMs() });
    const outside = { wakes: this.wakes, clock: this.clock, log: this.#log };
    const engine: RunningEngine = createEngine({
      registry,
      store,
      operations: createRunOperations({
        ...{ registry, store, ids: this.#ids, ...outside },
        answerQuery: (query) => engine.answerQuery(query),
      }),
      wakes: this.wakes,
      clock: this.clock,
      log: this.#log,
      newNonce: () => this.#ids.nonce(),
      newSeed: ({ runId }) => `seed of ${runId}`,
      random: () => 0.5,
      strict: true,
      ...options,
    });
    const turn = (runId: string): Promise<TurnEnd> =>
      engine.takeTurn({ runId, deadlineAtMs: this.clock.nowMs() + INVOCATION_MS });
    return { ...engine, turn };
  }

  /** A client whose process takes the first turns of the runs that it starts, each within 10 s. */
  starter(options: WorkerOptions = {}): Client {
    const { workflows = this.#workflows, around } = options;
    const store: Store = around === undefined ? this.table : aroundStore(this.table, around);
    const engine = this.worker(options);
    const firstTurns: FirstTurns = {
      take: async (request) =>
        (await engine.takeFirstTurn?.({ ...request, deadlineAtMs: this.clock.nowMs() + 10_000 })) ?? {
          kind: 'not-taken',
        },
    };
    const { wakes, clock } = this;
    return new Client({ workflows, store, wakes, clock, ids: this.#ids, log: this.#log, firstTurns });
  }

  /** Lets time pass, and rings whoever asked for it. */
  pass(ms: number): void {
    this.clock.moveTo(this.clock.nowMs() + ms);
    this.clock.callDue();
  }

  async run(runId: string): Promise<RunItem> {
    return (await this.table.readRun(runId))!;
  }

  records(runId: string): Promise<JournalRecord[]> {
    return this.table.loadRecords(runId, 0);
  }

  async entries(runId: string): Promise<JournalEntry[]> {
    return (await this.records(runId)).flatMap(({ entries }) => entries);
  }
}

/** Until all promises that can go on have done so. */
export function promisesToGoOn(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
