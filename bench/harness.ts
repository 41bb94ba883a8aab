/** An engine on a store of the bench's choice, with a worker loop in this process, and what it costs counted. */
import { createRunOperations } from '../lib/client/run-operations.ts';
import { randomUUID } from 'node:crypto';
import { Client } from 'lull/client';
import { toMilliseconds, type Duration } from '../lib/core/duration.ts';
import { createRegistry, type WorkflowSource } from '../lib/core/workflow-registry.ts';
import { randomSeed } from '../lib/engine/run-seed.ts';
import { createEngine, type RunningEngine } from '../lib/engine/engine.ts';
import type { EngineOptions, EngineSettings } from '../lib/engine/settings.ts';
import { SystemClock } from '../lib/memory/system-clock.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { EventBus } from '../lib/ports/event-bus.ts';
import type { FirstTurns } from '../lib/ports/first-turns.ts';
import type { WakeQueue } from '../lib/ports/wake-queue.ts';
import type { BenchStore } from './stores.ts';
import { silent } from './silent.ts';
import * as measured from './workflows.ts';
import { callStepBody } from '../lib/core/command.ts';

export interface Bench {
  readonly client: Client;
  readonly store: BenchStore;
  /** Takes turns as they are asked for, at most so many at a time, until nobody asks any more. */
  work(atOnce?: number): Promise<void>;
  /** Until turns are asked for, one by default: by a call that waits for what comes of it. */
  untilAsked(times?: number): Promise<void>;
  /** A turn of one run, now. */
  turn(runId: string): Promise<void>;
  /** A worker that has nothing in memory. */
  restart(): void;
  /** How many turns were taken, or tried, since this was asked last. */
  takeTurns(): number;
  /** Sets the clock forward. */
  passTime(duration: Duration): void;
}

export interface BenchOptions {
  readonly stepMs?: number;
  readonly events?: EventBus;
  /** The client takes the first turns of the runs that it starts. */
  readonly takesFirstTurns?: boolean;
  /** Limits of the engine that are in the way. */
  readonly settings?: Partial<EngineSettings & Pick<EngineOptions, 'frames'>>;
}

/** The machine's, or one that stands still; and so far ahead. */
class BenchClock implements Clock {
  aheadMs = 0;
  readonly #system = new SystemClock();
  readonly #startMs = this.#system.nowMs();
  readonly #standsStill: boolean;

  constructor(standsStill: boolean) {
    this.#standsStill = standsStill;
  }

  nowMs(): number {
    return (this.#standsStill ? this.#startMs : this.#system.nowMs()) + this.aheadMs;
  }

  callAt(atMs: number, callback: () => void): () => void {
    return this.#system.callAt(this.#system.nowMs() + atMs - this.nowMs(), callback);
  }
}

/**
 * `stepMs`: the clock stands still, but for `passTime` and for so long at each body that begins. What is counted then does
 * not depend on the speed of the machine.
 */
export function createBench(
  store: BenchStore,
  workflows: WorkflowSource = measured,
  { stepMs, events, takesFirstTurns = false, settings }: BenchOptions = {},
): Bench {
  const waiting: string[] = [];
  const wakes: WakeQueue = {
    send: (runId, delayMs = 0) => {
      // Far timers are not for this loop: nobody here waits for a day.
      if (delayMs < 1_000) waiting.push(runId);
      return Promise.resolve();
    },
  };
  const clock = new BenchClock(stepMs !== undefined);
  const ports = { registry: createRegistry(workflows), store: store.store, wakes, clock, log: silent };
  const start = (): RunningEngine =>
    createEngine({
      ...settings,
      ...ports,
      operations: createRunOperations(ports),
      newNonce: randomUUID,
      newSeed: randomSeed,
      random: Math.random,
      events,
      callBody: (command, context) => {
        clock.aheadMs += stepMs ?? 0;
        return callStepBody(command, context);
      },
    });
  let engine = start();
  let turns = 0;
  const turn = async (runId: string): Promise<void> => {
    turns += 1;
    await engine.takeTurn({ runId, deadlineAtMs: clock.nowMs() + 900_000 });
  };
  const workOne = async (): Promise<void> => {
    for (let runId = waiting.shift(); runId !== undefined; runId = waiting.shift()) await turn(runId);
  };
  const firstTurns: FirstTurns = {
    take: async (request) =>
      (await engine.takeFirstTurn?.({ ...request, deadlineAtMs: clock.nowMs() + 10_000 })) ?? { kind: 'not-taken' },
  };
  return {
    client: new Client({
      ...{ workflows, store: store.store, wakes, clock },
      firstTurns: takesFirstTurns ? firstTurns : undefined,
    }),
    store,
    work: async (atOnce = 1) => {
      await Promise.all(Array.from({ length: atOnce }, workOne));
    },
    untilAsked: async (times = 1) => {
      while (waiting.length < times) await new Promise((resolve) => setImmediate(resolve));
    },
    turn,
    takeTurns: () => {
      const taken = turns;
      turns = 0;
      return taken;
    },
    restart: () => {
      engine = start();
    },
    passTime: (duration) => {
      clock.aheadMs += toMilliseconds(duration);
    },
  };
}
